"""The memory that a command takes at its peak, with all processes that it starts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

INTERVAL = 0.1
"""Seconds between two looks at the processes."""


def peak_memory_of(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> float:
    """The largest memory in MB of a command and its processes at once, in which a shared page counts once.

    Raises:
        subprocess.CalledProcessError: if the command fails.
    """
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env, cwd=cwd) as process:
        while True:
            peak = max(peak, sum(_memory_of_all(process.pid)))
            try:
                process.wait(INTERVAL)
                break
            except subprocess.TimeoutExpired:
                continue
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak / 1e6


def _memory_of_all(pid: int) -> Iterator[int]:
    """The memory in bytes of a process and of each that descends from it; nothing for one that has ended."""
    try:
        parent = psutil.Process(pid)
        processes = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return
    for process in processes:
        try:
            memory = process.memory_full_info()
        except psutil.Error:
            continue
        # Only Linux knows the share of a process in the pages that it has in common with others.
        yield getattr(memory, "pss", memory.uss)
