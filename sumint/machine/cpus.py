"""The processors and the memory that this process may use: those of its container, not of the machine.

A container is limited by its control group (version 2 of Linux's) and by all groups around that one. A limit of
processors is a share of their time: with a quota of one and a half, two threads run at three quarters each.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CONTROL_GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
"""The list of the groups that this process is in, one for each hierarchy; that of version 2 has the number 0."""


def n_processors() -> int:
    """The number of processors that this process may use, at least one."""
    return max(1, min(_n_allowed(), _quota()))


def memory_limit() -> float:
    """The memory in bytes that this process and its children may use; infinite if nothing limits it."""
    limits = (text.strip() for text in _settings("memory.max"))
    return min((float(limit) for limit in limits if limit.isdecimal()), default=math.inf)


def n_workers(n_jobs: int, bytes_each: int) -> int:
    """The number of worker processes for some jobs, each of which takes so much memory; at least one."""
    by_memory = memory_limit() / bytes_each
    return max(1, min(n_jobs, n_processors(), int(min(by_memory, n_jobs))))


def limit_threads() -> None:
    """Let the numerical libraries compute on one thread each, unless the user has chosen another number.

    With more threads they add numbers in another order, and results would depend on the machine in their last
    digits. The networks are so small that more gain little, and where the processors are busy with something else,
    such as the tally of all sums, threads that wait for each other take many times as long. It has to be called
    before the libraries are imported.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _n_allowed() -> int:
    """The number of the machine's processors that this process is not bound to avoid."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quota() -> int:
    """The share of the processors' time as a number of processors, rounded up; the largest number without one."""
    quotas = []
    for text in _settings("cpu.max"):
        time, _, period = text.strip().partition(" ")
        if time.isdecimal() and period.isdecimal() and int(period):
            quotas.append(math.ceil(int(time) / int(period)))
    return min(quotas, default=sys.maxsize)


def _settings(name: str) -> Iterator[str]:
    """A setting of this process's control group and of each group around it."""
    try:
        lines = MEMBERSHIP.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    path = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    group = CONTROL_GROUPS / path
    while group.is_relative_to(CONTROL_GROUPS):
        with suppress(OSError, ValueError):
            yield (group / name).read_text(encoding="utf-8")
        if group == CONTROL_GROUPS:
            return
        group = group.parent
