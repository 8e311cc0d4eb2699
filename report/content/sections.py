"""The one runner: makes a chapter from its plan, section by section, and records what fails.

A section that fails does not take its chapter down: what it has made before stays, the rest is left out, and the
page reports the failure in that place. A broken text, a checkpoint of another kind and other errors that the user
can fix end the build.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from report.content.ability import why_it_cannot_add
from report.content.budget import without_waiting
from report.content.chapter import (
    Absent,
    Chapter,
    ChapterPlan,
    Content,
    Failed,
    Figure,
    KeyNumbers,
    Section,
    ShownFigure,
    Table,
    Values,
)
from report.content.claims.checks import Check, not_applicable
from report.content.claims.claim import Claim
from report.content.component import Component
from report.content.declared import declared_claims
from report.content.failures import Failure, LaterError, LeftOutError
from report.content.picture import Picture
from report.errors import ReportError
from sumint.errors import InputError
from sumint.lab import Lab

log = logging.getLogger(__name__)


def measure(
    lab: Lab,
    plans: Mapping[str, ChapterPlan],
    step: Callable[[str], None] = lambda stem: None,
    *,
    leave_out: bool = True,
    meanwhile: Callable[[Mapping[str, Chapter]], None] = lambda chapters: None,
) -> dict[str, Chapter]:
    """Make every chapter, by stem.

    A chapter that needs what another process is still computing is made last. Its other results are measured
    before, and remembered. A chapter that measures others, as the comparison of seeds does, gets those that have
    been made already.

    Args:
        step: called with the stem of each chapter as it begins, and again if it is made later.
        leave_out: whether the chapters on how a model adds are left out if the model cannot add.
        meanwhile: called with the finished chapters, by stem, before others have to wait for another process.

    Raises:
        LaterError: if a chapter has to wait and may not: what calls this is itself made later.
    """
    chapters: dict[str, Chapter] = {}

    def make(stem: str, plan: ChapterPlan) -> None:
        step(stem)
        reason = why_it_cannot_add(lab) if leave_out and plan.needs_addition else ""
        chapters[stem] = _left_out(plan, reason) if reason else _made_once(lab, plan)

    with _sharing_chapters():
        with without_waiting():
            for stem, plan in plans.items():
                with suppress(LaterError):
                    make(stem, plan)
        later = [stem for stem in plans if stem not in chapters]
        if later:
            meanwhile(dict(chapters))  # without those that are made later
        for stem in later:
            make(stem, plans[stem])
    return {stem: chapters[stem] for stem in plans}


_shared: ContextVar[dict[tuple[Lab, ChapterPlan], Chapter] | None] = ContextVar("shared", default=None)
"""The chapters that have been made while chapters are measured; None otherwise."""


@contextmanager
def _sharing_chapters() -> Iterator[None]:
    """Within this context, `_made_once` makes no chapter twice."""
    token = _shared.set({} if (outer := _shared.get()) is None else outer)
    try:
        yield
    finally:
        _shared.reset(token)


def _made_once(lab: Lab, plan: ChapterPlan) -> Chapter:
    """The chapter of a plan; what it requested of the lab is recorded each time."""
    made = _shared.get()
    assert made is not None
    if (lab, plan) not in made:
        made[lab, plan] = make_chapter(lab, plan)
    for name, answer in made[lab, plan].requests.items():
        lab.record(name, answer)
    return made[lab, plan]


def _left_out(plan: ChapterPlan, reason: str) -> Chapter:
    """The chapter without content, and with claims that are not applicable."""
    claims = tuple(one.with_check(not_applicable(reason)) for one in declared_claims(plan).values())
    return Chapter(plan.title, plan.question, claims=claims, left_out=reason, requests={"left out": reason})


def make_chapter(lab: Lab, plan: ChapterPlan) -> Chapter:
    """Make a chapter from its plan.

    Raises:
        ReportError: if the chapter finds an error that the user can fix.
        InputError: if the checkpoint is not one of the supported family.
        LaterError: if a section has to wait, and the others are made.
    """
    contents: list[Content] = []
    later: LaterError | None = None
    with lab.recording() as requests:
        for section in plan.sections:
            try:
                for content in section(lab):
                    contents.append(content)  # one at a time: what is made before an error stays
            except (ReportError, InputError):
                raise
            except LeftOutError:
                continue
            except LaterError as error:
                later = error
            except Exception as error:
                failure = Failure.of(_name_of(lab, section, error), error)
                if failure not in contents:
                    log.error("%s", failure, exc_info=error)
                    contents.append(failure)
    if later is not None:
        raise later
    return _chapter_of(plan, (*contents, *_failed_claims(plan, contents)), requests)


def _failed_claims(plan: ChapterPlan, contents: Sequence[Content]) -> Iterator[Claim]:
    """The claims that the plan declares and that a chapter with failures does not contain."""
    failures = [content for content in contents if isinstance(content, Failure)]
    made = {content.name for content in contents if isinstance(content, Claim)}
    for name, function in declared_claims(plan).items():
        if failures and name not in made:
            yield function.with_check(Check(error="; ".join(map(str, failures))))


def _name_of(lab: Lab, section: Section, error: Exception) -> str:
    """What failed: the analysis that raised the error, or else the section."""
    analysis = lab.failed_analysis(error)
    return f"the analysis {analysis}" if analysis else f"the section {section.__name__}"


def _chapter_of(plan: ChapterPlan, contents: Sequence[Content], requests: Mapping[str, Any]) -> Chapter:
    """The chapter with these contents, sorted by kind."""
    values: dict[str, Any] = {}
    key_numbers: dict[str, str] = {}
    figures: list[ShownFigure] = []
    tables: list[Table | Absent] = []
    claims: list[Claim] = []
    failures: list[Failure] = []
    for content in contents:
        match content:
            case Values():
                values |= content.by_name
            case KeyNumbers():
                key_numbers |= content.by_name
            case Absent(kind="table") | Table():
                tables.append(content)
            case Absent() | Failed() | Figure() | Component() | Picture():
                figures.append(content)
            case Claim():
                claims.append(content)
            case Failure():
                failures.append(content)
    return Chapter(
        plan.title,
        plan.question,
        values=values,
        figures=tuple(figures),
        tables=tuple(tables),
        claims=tuple(claims),
        findings=plan.findings,
        key_numbers=key_numbers,
        failures=tuple(failures),
        requests=requests,
    )
