"""Commands that run as another user, who has no home folder and to whom none of the project's files belong."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.namespaces import skip_without_mounts

ROOT = Path(__file__).parent.parent
USER = 12345
"""A number without an entry in the list of users."""


def run_as_another_user(
    *arguments: str | Path, environment: Mapping[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a module of the project as another user, with nothing of this user's environment.

    Skips the test where the tests do not run as root, or nothing can be mounted.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("becoming another user needs root and `setpriv`")
    skip_without_mounts()
    command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", "-i"]
    command += [f"{name}={value}" for name, value in {"PATH": "/usr/bin:/bin", **environment}.items()]
    command += [sys.executable, "-m", *map(str, arguments)]
    script = "\n".join([*_opening_folders(), f"cd {shlex.quote(str(cwd))}", f"exec {shlex.join(command)}"])
    return subprocess.run(["unshare", "-m", "sh", "-ec", script], capture_output=True, text=True)


def _opening_folders() -> list[str]:
    """Shell commands after which all users can reach the project and Python, in a namespace of mounts."""
    searched = (path for path in map(Path, sys.path) if path.is_dir())
    needed = {ROOT, Path(sys.prefix), Path(sys.base_prefix), *searched}
    closed = {folder for path in needed for folder in (*path.parents, path) if not _is_open(folder)}
    lines = ["mount -t tmpfs none /mnt"]
    for number, folder in enumerate(sorted(one for one in closed if not closed & set(one.parents))):
        inside = {path for path in needed if path.is_relative_to(folder)}
        shown = {child for path in inside for child in (folder.iterdir() if path == folder else [path])}
        copy = f"/mnt/{number}"
        lines += [f"mkdir -p {copy}", f"mount --bind {shlex.quote(str(folder))} {copy}"]
        lines += [f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}"]
        for path in sorted(shown):
            here, around = shlex.quote(str(path)), shlex.quote(str(path.parent))
            make = f"mkdir -p {here}" if path.is_dir() else f"mkdir -p {around}; touch {here}"
            there = shlex.quote(f"{copy}/{path.relative_to(folder)}")
            lines += [make, f"mount --bind {there} {here}"]
    return lines


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)
