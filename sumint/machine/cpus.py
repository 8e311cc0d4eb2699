"""The number of processors that are available for parallel work."""

from __future__ import annotations

import os


def n_processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
