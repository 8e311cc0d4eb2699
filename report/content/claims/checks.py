"""Checks: the criterion of a claim as one object, which is evaluated, rendered and written to `claims.json`.

A check has one or several conditions, which must all hold. The verdict, the sentence of the criterion, the
measured value and the numbers all come from this object, so they cannot disagree, and a reader of `claims.json`
can derive the verdict again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from report.content.claims.condition import Case, Condition, Match, Unit
from report.content.claims.states import State
from report.content.formats import count


@dataclass(frozen=True)
class Check:
    """The outcome of a claim's criterion: conditions that must all hold, or the reason why there are none."""

    conditions: tuple[Condition | Match, ...] = ()
    n_asked: int = 1
    """On how many things (routes, digits, seeds) the criterion was measured."""
    n_possible: int = 1
    """How many there are on a checkpoint of this size."""
    asked_of: str = ""
    """What these things are, in the plural; empty if the claim is about the model as a whole."""
    note: str = ""
    """What else was measured, in Markdown; it decides nothing."""
    reason: str = ""
    """Why the claim is not applicable, in Markdown."""
    error: str = ""
    """The error that prevented the check, in plain text."""

    @cached_property
    def state(self) -> State:
        """The outcome: the worst of the conditions."""
        if self.error:
            return "failed"
        if not self.conditions:
            return "not-applicable"
        states: list[State] = [condition.state for condition in self.conditions]
        return min(states, key=_FROM_WORST.index)

    @cached_property
    def deciding(self) -> Condition | Match | None:
        """The condition that decides: of those with the worst outcome the one with the least relative margin.

        A precondition decides only where the claim does not hold, or where nothing else can.
        """
        worst = [condition for condition in self.conditions if condition.state == self.state]
        own = [condition for condition in worst if not getattr(condition, "is_precondition", False)]
        candidates = own if own and self.state == "holds" else worst
        return min(candidates, key=lambda one: one.relative_margin, default=None)

    @property
    def criterion(self) -> str:
        """The whole criterion, in Markdown."""
        return "; ".join(condition.criterion for condition in self.conditions)

    @property
    def short_value(self) -> str:
        """The number that decides; empty if there is none."""
        deciding = self.deciding
        case = deciding.deciding if isinstance(deciding, Condition) else None
        return deciding.format(case.value) if isinstance(deciding, Condition) and case is not None else ""

    @property
    def short_bound(self) -> str:
        """The bound that decides, in signs; empty if there is none."""
        return self.deciding.short_bound if isinstance(self.deciding, Condition) else ""

    @property
    def margin(self) -> float | None:
        """How far the number that decides lies within its bound, relative to the bound; None without a number.

        Negative if it lies outside. A claim with a small margin would have another verdict if little changed.
        """
        margin = math.inf if self.deciding is None else self.deciding.relative_margin
        return margin if math.isfinite(margin) else None

    @property
    def has_values(self) -> bool:
        """Whether anything was measured."""
        return any(isinstance(condition, Match) or condition.measured for condition in self.conditions)

    @property
    def value(self) -> str:
        """The measured values as text, or the reason why there are none."""
        if not self.conditions:
            return self.error or self.reason
        values = [condition.value for condition in self.conditions] if self.has_values or not self.note else []
        if self.asked_of and self.n_asked < self.n_possible:
            values.append(f"measured on {count(self.n_asked)} of {count(self.n_possible)} {self.asked_of}")
        return "; ".join(filter(None, (*values, self.note)))


_FROM_WORST: tuple[State, ...] = ("fails", "near-fails", "not-measured", "near-holds", "holds")


Measured = float | Mapping[str, float]
"""A quantity: a number, or a number for each case, by the name of the case."""


def at_least(limit: float, measured: Measured, text: str, **settings: Any) -> Condition:
    """The condition that every case reaches a limit; `settings` are those of `condition`."""
    return condition(measured, text, at_least=limit, **settings)


def at_most(limit: float, measured: Measured, text: str, **settings: Any) -> Condition:
    """The condition that no case exceeds a limit; `settings` are those of `condition`."""
    return condition(measured, text, at_most=limit, **settings)


def between(low: float, high: float, measured: Measured, text: str, **settings: Any) -> Condition:
    """The condition that every case lies between two limits; `settings` are those of `condition`."""
    return condition(measured, text, at_least=low, at_most=high, **settings)


def condition(
    measured: Measured,
    text: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    unit: Unit = "%",
    label: str = "",
    n: int | Mapping[str, int] | None = None,
    is_strict: bool = False,
    of_some: bool = False,
    is_precondition: bool = False,
) -> Condition:
    """A condition on a measured quantity.

    Args:
        measured: the value, or the value of each case by the name of the case; NaN if it could not be measured.
        text: the criterion in Markdown, with `{bound}` where the bounds stand.
        n: for rates that were estimated from a sample, its size, for all cases or for each.
        label: a short name of the quantity, needed if the criterion has several conditions.
        is_strict: whether a value equal to a bound is outside.
        of_some: whether it suffices that some case lies within the bounds.
        is_precondition: whether the claim presupposes the condition, and is not about it.
    """
    by_case = measured if isinstance(measured, Mapping) else {"": measured}
    sizes = n if isinstance(n, Mapping) else dict.fromkeys(by_case, n)
    cases = tuple(
        Case(name, float(value) if math.isfinite(value) else None, sizes[name]) for name, value in by_case.items()
    )
    lower, upper = (None if bound is None else float(bound) for bound in (at_least, at_most))
    return Condition(text, label, cases, lower, upper, unit, is_strict, of_some, is_precondition)


def all_of(*conditions: Condition | Match, asked: tuple[int, int, str] = (1, 1, ""), note: str = "") -> Check:
    """The check that all conditions hold.

    Args:
        asked: on how many things the criterion was measured, how many there are, and what they are in the
            plural: `(4, 6, "routes")`.
        note: what else was measured, in Markdown.
    """
    return Check(conditions, *asked, note)


def matches(
    expected: str | Mapping[str, str], found: str | Mapping[str, str], text: str, *, label: str = ""
) -> Match:
    """The condition that what was found is what is expected, as one text or as several by name.

    Args:
        text: the criterion in Markdown, with `{expected}` where that stands.
    """
    both = ({"": given} if isinstance(given, str) else given for given in (expected, found))
    return Match(text, label, *both)


def not_applicable(reason: str) -> Check:
    """The outcome for a checkpoint that does not have what the claim is about, with the reason in Markdown."""
    return Check(reason=reason)
