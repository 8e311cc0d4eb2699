"""`python -m report bundle`: a plotly.js of only what this report draws, made with npm and esbuild.

npm installs into a folder that is gone afterwards, exactly what the lock file lists and without running any
package's install script; esbuild makes one script of it. The result is kept in the cache folder, whole or not at
all, and each later build uses it. Needs Node; nothing else in this project does.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from plotly.offline import get_plotlyjs

from report.errors import BundleError
from report.figures.plotlyjs import NPM, OPTIONS, TRACES, check_version, entry, kept_at
from sumint.machine.files import first_line, write_whole

PATIENCE = 600.0
"""Seconds for each of the two steps; npm alone waits without end for some networks."""

INSTALL = (
    *("ci", "--ignore-scripts", "--include=dev", "--include=optional"),
    *("--no-audit", "--no-fund", "--loglevel=error"),
)
"""What npm is told, whatever the user's own settings leave out: esbuild's program is an optional package."""


def bundle(cache: Path, *, step: Callable[[str], None] = lambda name: None) -> Path:
    """Make the bundle, unless the cache folder holds it already, and say where it is.

    Raises:
        BundleError: if Node is missing, npm or esbuild fails, or plotly comes with another version of plotly.js.
        InputError: if it cannot be written.
    """
    check_version()
    kept = kept_at(cache)
    if kept.is_file():
        return kept
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
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BundleError(f"{kept.parent}: cannot be made ({error.strerror})") from None
    write_whole(kept, _licence().encode() + script)
    return kept


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BundleError(
            f"{name} is not installed: the bundle is made with Node and npm (https://nodejs.org); without it "
            "builds use the full plotly.js, which draws the same"
        )
    return path


def _run(command: list[str], folder: Path) -> None:
    program = Path(command[0]).stem
    try:
        finished = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise BundleError(f"{program} has not finished after {PATIENCE:g} seconds; try again") from None
    except OSError as error:
        raise BundleError(f"{program} cannot be started ({error.strerror})") from None
    if finished.returncode:
        raise BundleError(f"{program} fails with {finished.returncode}: {_complaint(finished.stderr)}")


def _complaint(printed: str) -> str:
    """What a program says is wrong, on one line: of npm's lines the first that is more than a code."""
    lines = [line.removeprefix("npm error").strip() for line in printed.splitlines()]
    telling = [
        line for line in lines if line and not line.startswith(("code ", "syscall ", "errno ", "npm warn "))
    ]
    return first_line(ValueError(telling[0])) if telling else "it does not say why"


def _licence() -> str:
    """The comment with which plotly.js opens, and what is left of it here."""
    opening, _, _ = get_plotlyjs().partition("*/")
    return f"{opening}*/\n/* Only {', '.join(TRACES)}. */\n"
