"""The sums that figures show one by one: the write-up's five, and a few that are hard in different ways.

The write-up looks at the first sums of its sample. They are as they fall; a carry that runs through nines is rare
among them, and it is where an adder is put to the test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sumint.task.sums import Sums

FROM_SAMPLE = 5


@dataclass(frozen=True)
class Examples:
    """Sums to look at, and what each is called."""

    sums: Sums
    kinds: tuple[str, ...]
    """What each is chosen for; empty for those that the sample begins with."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Each sum as it is written, and what it is chosen for."""
        return tuple(
            f"{written}, {kind}" if kind else written
            for written, kind in zip(self.sums.strings, self.kinds, strict=True)
        )


def examples(sample: Sums) -> Examples:
    """The first sums of the sample, then the chosen ones with as many digits."""
    first = sample[:FROM_SAMPLE]
    chosen = chosen_operands(sample.layout.n_digits)
    a, b = np.array(list(chosen.values())).T
    sums = Sums(sample.layout, np.concatenate([first.a, a]), np.concatenate([first.b, b]))
    return Examples(sums, ("",) * len(first) + tuple(chosen))


def chosen_operands(n_digits: int) -> dict[str, tuple[int, int]]:
    """Two operands for each kind of sum; nines need a column between the first and the last."""
    units = n_digits - 1
    small_a, small_b = "123412"[:n_digits], "314231"[:n_digits]
    nines_a, nines_b = "24637"[:units] + "8", "25362"[:units]
    written = {
        "no carry": (small_a, small_b),
        "one carry": (f"{small_a[:units]}8", f"{small_b[:units]}7"),
        "a carry through nines": (nines_a, f"{nines_b}2"),
        "nines without a carry": (nines_a, f"{nines_b}1"),
        "five and five": ("5", "5"),
    }
    if n_digits < 3:
        written = {kind: operands for kind, operands in written.items() if "nines" not in kind}
    return {kind: (int(a), int(b)) for kind, (a, b) in written.items()}
