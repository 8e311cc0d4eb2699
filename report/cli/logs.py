"""What goes wrong on the way, and where it is told: a line on the terminal, all of it in a file.

A traceback helps whoever mends the code and nobody else. The terminal shows it with `--verbose` only.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

FILE = "last-build.log"


class _File(logging.FileHandler):
    """The file of a run. Where it cannot be written, the terminal alone has to do."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            super().emit(record)


class _Line(logging.Formatter):
    """A record as one line, in the words of the command line."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()}: {record.getMessage()}"
        if self._tracebacks and record.exc_info:
            return f"{line}\n{self.formatException(record.exc_info)}"
        return line


def log_to(folder: Path | None, *, level: int = logging.WARNING, tracebacks: bool = False) -> None:
    """Tell records of this level and above on the terminal, and all with their tracebacks in a file in `folder`.

    The file is begun anew with the first record of a run, and not made before. What was set up earlier ends.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, _Line)]:
        root.removeHandler(handler)
        handler.close()
    terminal = logging.StreamHandler()
    terminal.setLevel(level)
    terminal.setFormatter(_Line(tracebacks=tracebacks))
    root.addHandler(terminal)
    if folder is not None and os.path.isdir(folder):  # noqa: PTH112 — Path.is_dir raises where it may not look
        file = _File(folder / FILE, mode="w", encoding="utf-8", delay=True)
        file.setFormatter(_Line(tracebacks=True))
        root.addHandler(file)
