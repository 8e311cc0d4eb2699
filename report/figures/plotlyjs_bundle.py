"""The bundle of plotly.js that contains only what this report draws, made with npm and esbuild.

npm installs exactly what the lock file lists into a temporary folder, without running install scripts, and esbuild
bundles it into one script. The script is kept in the store, and later builds use it. This is the only part of the
project that needs Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from plotly.offline import get_plotlyjs

from report.errors import BundleError
from report.figures.plotlyjs import NPM, OPTIONS, TRACES, PlotlyJs, bundle_key, check_version, entry, smallest
from sumint.machine.files import first_line
from sumint.store.results import Store

TIMEOUT = 600.0
"""The time limit of each of the two steps in seconds; npm itself has none on some networks."""

INSTALL = (
    *("ci", "--ignore-scripts", "--include=dev", "--include=optional"),
    *("--no-audit", "--no-fund", "--loglevel=error"),
)
"""The arguments of npm, which override the user's settings: esbuild's program is an optional package."""


def bundle(store: Store, *, step: Callable[[str], None] = lambda name: None) -> PlotlyJs:
    """Make the bundle and store it, unless the store already contains it.

    Raises:
        BundleError: if Node is missing, npm or esbuild fails, plotly comes with another version of plotly.js, or
            the bundle cannot be stored.
    """
    check_version()
    if (stored := smallest(store)).is_bundle:
        return stored
    node, npm = _program("node"), _program("npm")
    with tempfile.TemporaryDirectory(prefix="sumint-bundle-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(NPM / file, folder)
        (folder / "entry.js").write_text(entry(), encoding="utf-8")
        step("installing plotly.js and esbuild")
        _run([npm, *INSTALL], folder)
        step("bundling")
        esbuild = str(Path("node_modules", "esbuild", "bin", "esbuild"))
        _run([node, esbuild, "entry.js", *OPTIONS, "--log-level=error", "--outfile=bundle.js"], folder)
        script = (folder / "bundle.js").read_bytes()
    store.save(bundle_key(), _licence().encode() + script)
    if not (made := smallest(store)).is_bundle:
        raise BundleError("the bundle cannot be stored; set SUMINT_CACHE to a folder that can be written")
    return made


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BundleError(
            f"{name} is not installed; install Node with npm (https://nodejs.org) to make the bundle, or build "
            "without it: the full plotly.js draws the same charts"
        )
    return path


def _run(command: list[str], folder: Path) -> None:
    program = Path(command[0]).stem
    try:
        process = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT,
            env=_environment(folder),
        )
    except subprocess.TimeoutExpired:
        raise BundleError(f"{program} did not finish within {TIMEOUT:g} seconds; try again") from None
    except OSError as error:
        raise BundleError(f"{program} cannot be started ({error.strerror})") from None
    if process.returncode:
        raise BundleError(f"{program} failed with exit code {process.returncode}: {_reason(process.stderr)}")


def _environment(folder: Path) -> dict[str, str]:
    """The environment of npm, with a cache in `folder` for users without a home folder that can be written."""
    home = Path.home() if "HOME" in os.environ or os.name == "nt" else Path("/")
    is_writable = os.access(home, os.W_OK)
    return {**os.environ} if is_writable else {**os.environ, "npm_config_cache": str(folder / "npm-cache")}


def _reason(output: str) -> str:
    """The reason for a failure from a program's error output: the first line that is not an error code."""
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    messages = [
        line for line in lines if line and not line.startswith(("code ", "syscall ", "errno ", "npm warn "))
    ]
    return first_line(ValueError(messages[0])) if messages else "no message"


def _licence() -> str:
    """The licence comment at the head of plotly.js, with a note of what the bundle contains."""
    opening, _, _ = get_plotlyjs().partition("*/")
    return f"{opening}*/\n/* Only {', '.join(TRACES)}. */\n"
