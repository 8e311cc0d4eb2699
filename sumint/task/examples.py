"""The sums that figures show individually: the write-up's five, and a few that are hard in different ways.

The write-up shows the first sums of its sample. Such random sums rarely contain a carry chain through columns that
sum to nine, which is the hardest case of addition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sumint.task.sums import Sums

FROM_SAMPLE = 5


@dataclass(frozen=True)
class Examples:
    """Example sums and their labels."""

    sums: Sums
    kinds: tuple[str, ...]
    """The property that each sum exemplifies; empty for the first sums of the sample."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Each sum as a string, with the property that it exemplifies."""
        return tuple(
            f"{string}, {kind}" if kind else string
            for string, kind in zip(self.sums.strings, self.kinds, strict=True)
        )


def examples(sample: Sums) -> Examples:
    """The first sums of the sample, then chosen sums with the same number of digits."""
    first = sample[:FROM_SAMPLE]
    chosen = chosen_operands(sample.layout.n_digits)
    a, b = np.array(list(chosen.values())).T
    sums = Sums(sample.layout, np.concatenate([first.a, a]), np.concatenate([first.b, b]))
    return Examples(sums, ("",) * len(first) + tuple(chosen))


def chosen_operands(n_digits: int) -> dict[str, tuple[int, int]]:
    """Two operands for each kind of sum; a column of nines requires at least three digits."""
    units = n_digits - 1
    small_a, small_b = "123412"[:n_digits], "314231"[:n_digits]
    nines_a, nines_b = "24637"[:units] + "8", "25362"[:units]
    operands = {
        "no carry": (small_a, small_b),
        "one carry": (f"{small_a[:units]}8", f"{small_b[:units]}7"),
        "a carry through nines" if n_digits > 3 else "a carry through a nine": (nines_a, f"{nines_b}2"),
        "nines without a carry" if n_digits > 3 else "a nine without a carry": (nines_a, f"{nines_b}1"),
        "five and five": ("5", "5"),
    }
    if n_digits < 3:
        operands = {kind: pair for kind, pair in operands.items() if "nine" not in kind}
    return {kind: (int(a), int(b)) for kind, (a, b) in operands.items()}
