"""What is measured or built once for all tests, whichever process of the test run needs it first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parent.parent


def build_afresh(checkpoint: Path, site: Path, *, cache: Path, hash_seed: str) -> None:
    """Build a site in another process, as from a terminal, with a cache folder that is still empty."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "SUMINT_CACHE": str(cache)}
    command = [sys.executable, "-m", "report", "build", "--weights", str(checkpoint), "--site", str(site)]
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=ROOT)


def files_in(folder: Path) -> dict[str, bytes]:
    """The content of every file in a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run share."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, which `make` fills; another process of the run waits until it is filled."""
    folder = folder_of_run(factory) / "shared" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
