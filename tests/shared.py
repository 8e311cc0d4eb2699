"""What is measured or built once for all tests, whichever process of the test run needs it first."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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


@contextmanager
def started(folder: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs a script; it ends with the block that it is for, even if an assertion fails."""
    file = folder / "script.py"
    file.write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, file], env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_end(processes: Iterable[int]) -> None:
    """Wait until these processes have ended, on a system with /proc; fail after half a minute."""
    deadline = time.monotonic() + 30
    while any(map(_is_running, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_running(process: int) -> bool:
    """Whether a process has not ended; one for which nobody has waited has ended, too."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


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
