"""What a benchmark finds: the values of several rounds, each beside a reference of the same round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True)
class Measurement:
    """The values of one quantity in rounds that were measured in turn with everything that it is compared with."""

    name: str
    unit: str
    values: tuple[float, ...]
    reference: str = ""
    """What it is compared with; empty for what is a reference itself."""
    of_reference: tuple[float, ...] = ()
    """The reference's values in the same rounds, in the same unit."""
    more_is_better: bool = False
    resolution: float = 0.0
    """The largest difference that may be noise whatever its ratio, in the unit of the values."""

    @property
    def median(self) -> float:
        """The median of all rounds."""
        return statistics.median(self.values)

    @property
    def ratios(self) -> tuple[float, ...]:
        """The ratio to the reference in each round: the noise of a machine affects both of a round alike.

        Rounds in which the reference is zero have none.
        """
        rounds = zip(self.values, self.of_reference, strict=True) if self.reference else ()
        return tuple(value / other for value, other in rounds if other)

    @property
    def ratio(self) -> float | None:
        """The median of the ratios; None without a reference, or if it is zero in all rounds."""
        return statistics.median(self.ratios) if self.ratios else None


def seconds_of(work: Callable[[], object]) -> float:
    """The wall time of a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(works: Mapping[str, Callable[[], Found]], rounds: int) -> dict[str, tuple[Found, ...]]:
    """What each work returns, in rounds in which all of them are called in turn."""
    found = [{name: work() for name, work in works.items()} for _ in range(rounds)]
    return {name: tuple(of_round[name] for of_round in found) for name in works}


def compared(
    found: Mapping[str, tuple[float, ...]],
    reference: str,
    unit: str,
    *,
    more_is_better: bool = False,
    resolution: float = 0.0,
) -> list[Measurement]:
    """A measurement of each quantity, all but the reference itself compared with it."""
    return [
        Measurement(name, unit, values, more_is_better=more_is_better)
        if name == reference
        else Measurement(name, unit, values, reference, found[reference], more_is_better, resolution)
        for name, values in found.items()
    ]
