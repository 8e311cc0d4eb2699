"""What a command prints to: an output may lack letters, or be closed before all is said, as in `… | head`."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

CLOSED = 141
"""The exit code where nobody reads on: what a shell reports of a process that its output's end has stopped."""


def run_main(command: Callable[[], int]) -> int:
    """Run a command to its exit code; a letter that an output's encoding lacks becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    return code
