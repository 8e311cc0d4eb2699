"""Output streams of a command: closed, full, or with an encoding that lacks characters."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress

from sumint.machine.command_process import prepare_process

CLOSED = 141
"""The exit code if the output was closed: what a shell reports for a process that SIGPIPE ended."""
UNWRITABLE = 1
"""The exit code if the output could not be written."""

READABLE = {
    "–": "-",
    "—": "-",
    "−": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "…": "...",
    "→": "->",
    "↔": "<->",
    "×": "x",
    "·": "*",
    "≤": "<=",
    "≥": ">=",
    "±": "+/-",
    "≈": "~",
    "√": "sqrt",
    "⁄": "/",
    "●": "*",
    "○": "o",
    "◇": "<>",
    "✓": "ok",
    "✗": "x",
    "█": "#",
    "━": "=",
    "╸": "=",
    "╺": "-",
    "│": "|",
    "π": "pi",
    "θ": "theta",
    "φ": "phi",
}
"""What stands for a character that an encoding lacks."""


def run_main(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, whatever the state of the output streams."""
    codecs.register_error("readable", readable)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 — closed: `>&-`
    sys.stderr = _tolerant(sys.stderr or open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="readable")
    prepare_process()
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return CLOSED
    except OSError as error:
        if not is_of_output(error):
            raise
        _discard_output()
        print(f"error: the output cannot be written ({error.strerror})", file=sys.stderr)
        return UNWRITABLE
    return code


def is_of_output(error: BaseException) -> bool:
    """Whether an error occurred while a command printed: its stream is full or was closed."""
    causes = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF, errno.EPIPE)
    return isinstance(error, OSError) and error.filename is None and error.errno in causes


def readable(error: UnicodeError) -> tuple[str, int]:
    """The characters of an encoding error in ASCII, and where to go on: the form of a handler of such errors."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join(map(_in_ascii, lacking)), error.end


def _in_ascii(character: str) -> str:
    """A character by its parts: a letter without its accent, a raised digit as a digit, and so on."""
    if character in READABLE:
        return READABLE[character]
    parts = unicodedata.normalize("NFKD", character)
    plain = (READABLE.get(one, one) for one in parts if not unicodedata.combining(one))
    return "".join(one if one.isascii() else "?" for one in plain)


def _discard_output() -> None:
    """Let Python, which flushes again when it exits, write to nowhere: it would print an error."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Tolerant(io.TextIOWrapper):
    """A stream for messages: what cannot be written is left out, and the command goes on."""

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def _tolerant(stream: io.TextIOBase | object) -> io.TextIOBase:
    if not isinstance(stream, io.TextIOWrapper):
        assert isinstance(stream, io.TextIOBase)
        return stream
    return _Tolerant(stream.detach(), encoding=stream.encoding, errors="readable", line_buffering=True)
