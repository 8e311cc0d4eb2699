"""Output streams of a command: their encoding can lack characters, and a pipe can be closed early (`… | head`)."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

from sumint.machine.temporary import have_temporary_folder

CLOSED = 141
"""The exit code if the output was closed: what a shell reports for a process that SIGPIPE ended."""


def run_main(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; characters that an output's encoding lacks become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    have_temporary_folder()
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again when it exits, and would print an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    return code
