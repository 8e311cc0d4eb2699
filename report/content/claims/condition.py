"""One condition of a check: a quantity that is compared with a limit, or what was found with what is expected.

A quantity is measured for one or several cases (routes, heads, digits), and every case must keep to the limit, or
some case must. A rate that was estimated from a sample has Wilson's interval. If the limit lies within the
interval of the case that decides, the outcome is near; for all other numbers the margin is exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from report.content.claims.states import State
from report.content.formats import (
    NO_BREAK,
    count,
    counted,
    decimals,
    degrees,
    joined,
    nats,
    percent,
    radians,
    significant,
)
from sumint.interventions.intervals import wilson

Unit = str
"""The unit of a quantity; a share (%) is a number from 0 to 1 and is printed as a percentage.

Of the units in `_FORMATS` numbers have a format of their own, of any other they are printed with its name.
"""

LARGEST_SAMPLE = 2**53
"""The largest size of a sample: up to it, floats count exactly."""

_FORMATS = {
    "%": percent,
    "nats": nats,
    "digits": lambda value: f"{decimals(value)} digits",
    "rad": radians,
    "°": degrees,
    "count": lambda value: count(round(value)),
    "sites": lambda value: counted(round(value), "site"),
    "": significant,
}


@dataclass(frozen=True)
class Case:
    """One of the cases that a condition asks about, and the number that was measured for it."""

    name: str
    """The route, head, digit or direction; empty if the quantity has a single value."""
    value: float | None
    """None if it could not be measured."""
    n: int | None = None
    """For a rate that was estimated from a sample: the number of sums or pairs in the sample."""

    def __post_init__(self) -> None:
        if self.value is None:
            return
        if not math.isfinite(self.value):
            raise ValueError(f"expected a finite value, or none if it was not measured, found {self.value}")
        if self.n is not None and not 0 < self.n <= LARGEST_SAMPLE:
            raise ValueError("expected the size of a sample, or none if the value is not an estimate")
        if self.n is not None and not 0 <= self.value <= 1:
            raise ValueError(f"expected a share from 0 to 1 of the sample, found {self.value}")

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval of an estimated rate."""
        if self.n is None or self.value is None:
            return None
        ((lower, upper),) = wilson(np.array([round(self.value * self.n)]), np.array([self.n]))
        return float(lower), float(upper)


@dataclass(frozen=True)
class Condition:
    """A quantity, measured for several cases, and the bounds within which it must lie."""

    text: str
    """The criterion in Markdown, with `{bound}` for the bounds: "{bound} of the answers change on every route"."""
    label: str
    """A short name of the quantity, for the measured value; it may be empty."""
    cases: tuple[Case, ...]
    at_least: float | None = None
    at_most: float | None = None
    unit: Unit = "%"
    is_strict: bool = False
    """Whether a value equal to a bound is outside."""
    of_some: bool = False
    """Whether it suffices that some case lies within the bounds; otherwise every case must."""
    is_precondition: bool = False
    """Whether the claim is not about this quantity, but presupposes it: that the model adds, for example."""

    def __post_init__(self) -> None:
        if not self.bounds or not all(map(math.isfinite, self.bounds)):
            raise ValueError("expected a bound, `at_least` or `at_most`, that is finite")

    def margin(self, case: Case) -> float:
        """How far a measured case lies within the bounds; negative if it lies outside."""
        assert case.value is not None
        return min(
            math.inf if self.at_least is None else case.value - self.at_least,
            math.inf if self.at_most is None else self.at_most - case.value,
        )

    @property
    def relative_margin(self) -> float:
        """The margin of the deciding case, relative to the bounds; infinite without one."""
        case = self.deciding
        return math.inf if case is None else self.margin(case) / max(*map(abs, self.bounds), 1e-12)

    @cached_property
    def measured(self) -> tuple[Case, ...]:
        """The cases that could be measured."""
        return tuple(case for case in self.cases if case.value is not None)

    @property
    def bounds(self) -> tuple[float, ...]:
        """The bounds that there are: the lower, the upper or both."""
        return tuple(bound for bound in (self.at_least, self.at_most) if bound is not None)

    @cached_property
    def deciding(self) -> Case | None:
        """The case that decides: the one with the least margin, or with the largest if some case suffices."""
        if not self.measured:
            return None
        return (max if self.of_some else min)(self.measured, key=self.margin)

    @property
    def is_complete(self) -> bool:
        """Whether there is a case, and every case could be measured."""
        return bool(self.cases) and len(self.measured) == len(self.cases)

    @cached_property
    def state(self) -> State:
        """The outcome. A case that clearly fails decides, even if others could not be measured."""
        case = self.deciding
        if case is None:
            return "not-measured"
        is_within = self.margin(case) > 0 if self.is_strict else self.margin(case) >= 0
        lower, upper = case.interval or (0.0, 0.0)
        is_near = lower < upper and any(lower <= bound <= upper for bound in self.bounds)
        decides_alone = is_within if self.of_some else not is_within
        if not self.is_complete and not decides_alone:
            return "not-measured"
        if is_within:
            return "near-holds" if is_near else "holds"
        return "near-fails" if is_near else "fails"

    @property
    def bound(self) -> str:
        """The bounds as text: "at least 80%", "between 30% and 70%"."""
        low, high = self._bounds_as_text
        if not low:
            return f"{'less than' if self.is_strict else 'at most'} {high}"
        if not high:
            return f"{'more than' if self.is_strict else 'at least'} {low}"
        return low if low == high else f"between {low} and {high}"

    @property
    def short_bound(self) -> str:
        """The bounds in signs: "≥ 80%", "30% … 70%"."""
        low, high = self._bounds_as_text
        if not low:
            return f"{'<' if self.is_strict else '≤'}{NO_BREAK}{high}"
        if not high:
            return f"{'>' if self.is_strict else '≥'}{NO_BREAK}{low}"
        return f"={NO_BREAK}{low}" if low == high else f"{low}{NO_BREAK}…{NO_BREAK}{high}"

    @property
    def criterion(self) -> str:
        """The criterion as a clause, in Markdown."""
        return self.text.replace("{bound}", self.bound)

    @property
    def value(self) -> str:
        """The measured value as text: that of the deciding case first, then the range of the others."""
        case = self.deciding
        if case is None:
            return "not measured"
        others = [other.value for other in self.measured if other is not case and other.value is not None]
        text = self._described(case)
        if others:
            low, high = map(self.format, (min(others), max(others)))
            whose = "the other" if len(others) == 1 else f"the {count(len(others))} others"
            text += f"; {low if low == high else f'{low} to {high}'} for {whose}"
        unmeasured = [other.name for other in self.cases if other.value is None]
        if unmeasured:
            text += f"; not measured for {joined(unmeasured)}"
        return f"{self.label}: {text}" if self.label else text

    def format(self, value: float | None) -> str:
        """A value of the quantity as text, with its unit."""
        if value is None:
            return "not measured"
        return _FORMATS[self.unit](value) if self.unit in _FORMATS else f"{significant(value)} {self.unit}"

    @property
    def _bounds_as_text(self) -> tuple[str, str]:
        """The lower and the upper bound, each empty if there is none; whole percentages without decimals."""

        def text(bound: float | None) -> str:
            if bound is None:
                return ""
            if bound == 0 and self.is_strict:
                return "zero"
            is_whole = self.unit == "%" and math.isclose(100 * bound, round(100 * bound))
            return percent(bound, 0) if is_whole else self.format(bound)

        return text(self.at_least), text(self.at_most)

    def _described(self, case: Case) -> str:
        details = []
        if case.interval is not None:
            lower, upper = map(self.format, case.interval)
            details.append(f"95% interval {lower} to {upper}, n = {count(case.n or 0)}")
        if case.name:
            details.append(case.name)
        return f"{self.format(case.value)} ({'; '.join(details)})" if details else self.format(case.value)


@dataclass(frozen=True)
class Match:
    """What was found, and what the criterion expects, each as text by name."""

    text: str
    """The criterion in Markdown, with `{expected}` for what is expected."""
    label: str
    expected: Mapping[str, str]
    found: Mapping[str, str]

    @property
    def relative_margin(self) -> float:
        """Infinite: what was found has no distance from what is expected."""
        return math.inf

    @property
    def state(self) -> State:
        """The outcome: whether exactly what was expected was found."""
        return "holds" if dict(self.found) == dict(self.expected) else "fails"

    @property
    def criterion(self) -> str:
        """The criterion as a clause, in Markdown."""
        return self.text.replace("{expected}", _listed(self.expected))

    @property
    def value(self) -> str:
        """What was found, as text."""
        return f"{self.label}: {_listed(self.found)}" if self.label else _listed(self.found)


def _listed(by_name: Mapping[str, str]) -> str:
    return joined(f"{value} ({name})" if name else value for name, value in by_name.items())
