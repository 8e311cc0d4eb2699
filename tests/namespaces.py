"""Commands that run after some mounts, in a namespace of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def skip_without_mounts() -> None:
    """Skip the test where a process cannot mount anything."""
    has_program = shutil.which("unshare") is not None
    if not has_program or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting a folder needs root and `unshare`")


def run_after(mounts: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments after shell commands that mount something."""
    return subprocess.run(
        ["unshare", "-m", "sh", "-ec", f'{mounts}\nexec "$@"', "sh", sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
