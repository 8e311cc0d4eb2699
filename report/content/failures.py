"""Error isolation: one failing figure or claim does not take its chapter down.

A chapter is ordinary code: it requests results from the lab, and its functions make figures, tables and claims
from them. When such a function fails during a build, the failure is recorded, its content is left out, and the
page reports the failure in that place. Outside a build a failure is an ordinary exception.
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
Content = TypeVar("Content")

_failures: ContextVar[list[str] | None] = ContextVar("failures", default=None)

log = logging.getLogger(__name__)


class FailedResult:
    """The stand-in for the result of a failed analysis: any use of it raises the error of the analysis."""

    def __init__(self, analysis: str, error: Exception) -> None:
        self._reason = f"the analysis {analysis} failed: {first_line(error)}"

    def __getattr__(self, name: str) -> NoReturn:
        raise FailedResultError(self._reason)

    def __str__(self) -> NoReturn:
        raise FailedResultError(self._reason)


class FailedResultError(Exception):
    """The result of a failed analysis is used; the message states why the analysis failed."""


@contextmanager
def collect_failures() -> Iterator[list[str]]:
    """Within this context, record failures of isolated functions in the list that is yielded, each one once."""
    messages: list[str] = []
    token = _failures.set(messages)
    try:
        yield messages
    finally:
        _failures.reset(token)


def failed_result(analysis: str, error: Exception) -> FailedResult:
    """Log that an analysis failed, and return the stand-in for its result."""
    log.error("the analysis %s failed: %s", analysis, first_line(error), exc_info=error)
    return FailedResult(analysis, error)


def note(error: Exception, what: str) -> bool:
    """Record that `what` failed, and return True; return False if the caller should raise the error instead."""
    messages = _failures.get()
    if messages is None or isinstance(error, ReportError | InputError):
        return False
    if isinstance(error, FailedResultError):
        message = str(error)
    else:
        message = f"{what}: {first_line(error)}"
        log.error("%s", message, exc_info=error)
    if message not in messages:
        messages.append(message)
    return True


def isolated(make: Callable[Inputs, Content]) -> Callable[Inputs, Content]:
    """Decorate a function of a chapter, so that its failure is recorded and it returns an empty value."""

    @wraps(make)
    def make_or_note(*inputs: Inputs.args, **settings: Inputs.kwargs) -> Content:
        try:
            return make(*inputs, **settings)
        except Exception as error:
            if not note(error, f"{make.__module__.rsplit('.', 1)[1]}.{make.__name__}"):
                raise
            return cast("Content", _empty_result(make))

    return make_or_note


def _empty_result(make: Callable[..., Any]) -> Any:
    """The empty value of a function's return type: an empty mapping, an empty tuple, or None."""
    annotation = str(make.__annotations__.get("return", ""))
    return {} if annotation.startswith(("dict", "Mapping")) else () if annotation.startswith("tuple") else None


def run_chapter(stem: str, make: Callable[[], Chapter]) -> Chapter:
    """Make a chapter; what of it fails is left out, and the messages are in its `failures`."""
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
