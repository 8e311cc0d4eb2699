"""A part of a chapter that fails leaves the others alone.

A chapter is ordinary code: it asks the lab for results, and its functions make figures, tables and claims of them.
Those functions are its parts. Where one fails while the report is built, the failure is noted and the part is
missing; the page says so where it would have been. Anywhere else a failure is an exception like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

from report.content.chapter import Chapter
from report.errors import ReportError
from sumint.errors import InputError
from sumint.machine.files import first_line

Inputs = ParamSpec("Inputs")
Part = TypeVar("Part")

_failures: ContextVar[list[str] | None] = ContextVar("failures", default=None)

log = logging.getLogger(__name__)


class FailedResult:
    """Stands for the result of an analysis that failed; whatever is made of it fails for the same reason."""

    def __init__(self, analysis: str, error: Exception) -> None:
        self._reason = f"the analysis {analysis} failed: {first_line(error)}"

    def __getattr__(self, name: str) -> NoReturn:
        raise FailedResultError(self._reason)

    def __str__(self) -> NoReturn:
        raise FailedResultError(self._reason)


class FailedResultError(Exception):
    """A result is asked for that could not be measured; the message says why not."""


@contextmanager
def collect_failures() -> Iterator[list[str]]:
    """While this lasts, parts that fail are missing; what went wrong is in the list, each failure once."""
    noted: list[str] = []
    token = _failures.set(noted)
    try:
        yield noted
    finally:
        _failures.reset(token)


def failed_result(analysis: str, error: Exception) -> FailedResult:
    """What the lab gives for an analysis that failed."""
    log.error("the analysis %s failed: %s", analysis, first_line(error), exc_info=error)
    return FailedResult(analysis, error)


def note(error: Exception, what: str) -> bool:
    """Note that something could not be made; False if nobody takes notes, and the error should go its way."""
    noted = _failures.get()
    if noted is None or isinstance(error, ReportError | InputError):
        return False
    if isinstance(error, FailedResultError):
        message = str(error)
    else:
        message = f"{what}: {first_line(error)}"
        log.error("%s", message, exc_info=error)
    if message not in noted:
        noted.append(message)
    return True


def isolated(make: Callable[Inputs, Part]) -> Callable[Inputs, Part]:
    """Turn a function that makes some of a chapter into one whose failure leaves the rest of the chapter alone."""

    @wraps(make)
    def made(*inputs: Inputs.args, **settings: Inputs.kwargs) -> Part:
        try:
            return make(*inputs, **settings)
        except Exception as error:
            if not note(error, f"{make.__module__.rsplit('.', 1)[1]}.{make.__name__}"):
                raise
            return cast("Part", _nothing(make))

    return made


def _nothing(make: Callable[..., Any]) -> Any:
    """What is missing: none of several things, or no thing."""
    several = str(make.__annotations__.get("return", ""))
    return {} if several.startswith(("dict", "Mapping")) else () if several.startswith("tuple") else None


def run_chapter(stem: str, make: Callable[[], Chapter]) -> Chapter:
    """A chapter, with what of it could not be made left out and noted."""
    with collect_failures() as failures:
        try:
            chapter = make()
        except Exception as error:
            if not note(error, stem):
                raise
            chapter = Chapter(title=stem.replace("-", " ").capitalize(), question="")
    return replace(
        chapter,
        figures=tuple(filter(None, chapter.figures)),
        tables=tuple(table for table in chapter.tables if table is not None),
        claims=tuple(filter(None, chapter.claims)),
        failures=(*chapter.failures, *failures),
    )
