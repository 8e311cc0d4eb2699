"""Logging of a run: one line per record on the terminal, and all records with their tracebacks in a file.

A traceback helps only those who work on the code, so the terminal shows it with `--verbose` only.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path

LOG_FILE = "last-build.log"


class _RunLog(logging.FileHandler):
    """The log file of a run; if it cannot be written, records go to the terminal only."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            super().emit(record)


class _TerminalLog(logging.StreamHandler):
    """A handler that writes to the present `sys.stderr`, which a progress bar replaces to keep lines above it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _LineFormatter(logging.Formatter):
    """A formatter that writes a record on one line: its level and its message."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()}: {record.getMessage()}"
        if self._tracebacks and record.exc_info:
            return f"{line}\n{self.formatException(record.exc_info)}"
        return line


def log_to(folder: Path | None, *, level: int = logging.WARNING, tracebacks: bool = False) -> None:
    """Log records of `level` and above to the terminal, and all with their tracebacks to a file in `folder`.

    The file is created, or emptied, with the first record of a run. An earlier setup is replaced.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, _LineFormatter)]:
        root.removeHandler(handler)
        handler.close()
    terminal = _TerminalLog()
    terminal.setLevel(level)
    terminal.setFormatter(_LineFormatter(tracebacks=tracebacks))
    root.addHandler(terminal)
    if folder is not None and os.path.isdir(folder):  # noqa: PTH112 — Path.is_dir raises without permission
        file = _RunLog(folder / LOG_FILE, mode="w", encoding="utf-8", delay=True)
        file.setFormatter(_LineFormatter(tracebacks=True))
        root.addHandler(file)
