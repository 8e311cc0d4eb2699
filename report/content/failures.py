"""Failures: what could not be measured, made or drawn, as values for the build, the preview and the pages."""

from __future__ import annotations

import sysconfig
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from report.errors import shortened
from report.paths import ROOT
from sumint.machine.files import first_line


class LeftOutError(Exception):
    """A lab leaves out an analysis on purpose; what needs its result is left out too, and is not a failure."""


class LaterError(Exception):
    """What a section needs is still being computed in another process: the section is made again later."""


@dataclass(frozen=True)
class Failure:
    """Something that failed, with its name and a message of one line."""

    name: str
    """What failed: an analysis, a section of a chapter, a figure or a table."""
    message: str
    """The error's type and message, and the file and line of the code that raised it."""
    error: BaseException | None = field(default=None, compare=False, repr=False)
    """The error, with its traceback; None in a failure from another process."""

    @classmethod
    def of(cls, name: str, error: BaseException) -> Failure:
        """The failure of something with this name, by an error that the code of a report has raised."""
        return cls(name, described(error), error)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


def described(error: BaseException) -> str:
    """An error in one line: its type, its message, and the file and line of the author's code that raised it."""
    message = error.msg if isinstance(error, SyntaxError) else first_line(error)
    kind = type(error).__name__
    text = kind if message == kind else f"{kind}: {message}"
    place = place_of(error)
    return f"{text} ({place})" if place else text


def place_of(error: BaseException) -> str:
    """`file:line` of the innermost code outside installed libraries that raised an error; empty if none did."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{shortened(Path(error.filename))}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames if _is_of_report(frame.filename)]
    return f"{shortened(Path(places[-1][0]))}:{places[-1][1]}" if places else ""


def _is_of_report(filename: str) -> bool:
    """Whether a file is code of a report: of this project, or of an author's own, but of no installed library."""
    path = Path(filename)
    if any(path.is_relative_to(ROOT / package) for package in ("report", "sumint")):
        return True
    paths = sysconfig.get_paths()
    libraries = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return path.is_absolute() and not any(path.is_relative_to(folder) for folder in libraries)
