"""What every process of a command sets up before it does anything else."""

from __future__ import annotations

from sumint.machine.collector import collect_rarely
from sumint.machine.cpus import limit_threads
from sumint.machine.postponed_imports import postpone_imports
from sumint.machine.temporary import have_temporary_folder


def prepare_process() -> None:
    """Prepare a process that a command is, or starts; a notebook keeps its own settings."""
    have_temporary_folder()
    limit_threads()
    postpone_imports()
    collect_rarely()
