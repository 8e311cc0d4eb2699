"""Sums outside of the training distribution: operands whose leading digits are 5 to 9.

In training the leading digits of both operands are below 5. The tokens 5 to 9 occur at all other positions, so
such a sum contains no new token, but known tokens at new positions. If it has one digit more than its operands,
the answer's positions hold it without its first digit, the 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from sumint.task.sums import Layout, Sums

LeadingDigits = Literal["none", "first", "second", "one, sum too long", "both, sum too long"]
"""Which operands have a leading digit of 5 to 9, and whether the sum has one digit more than its operands."""

LARGE_FROM = 5
"""The smallest leading digit that does not occur in training."""


@dataclass(frozen=True)
class LargeSums(Sums):
    """Sums of operands with any leading digits; `answer_digits` are the last digits of a sum that is too long."""

    def __post_init__(self) -> None:
        limit = 10**self.layout.n_digits
        if len(self.a) != len(self.b) or any(not ((own >= 0) & (own < limit)).all() for own in (self.a, self.b)):
            raise ValueError(f"expected equally many first and second operands in 0..{limit - 1}")

    def __getitem__(self, which: slice | Int[np.ndarray, " index"] | Bool[np.ndarray, " sum"]) -> LargeSums:
        return LargeSums(self.layout, self.a[which], self.b[which])

    @property
    def is_too_long(self) -> Bool[np.ndarray, " sum"]:
        """Whether each sum has one digit more than its operands."""
        return np.asarray(self.carry_out[:, 0])


_CONDITIONS: dict[LeadingDigits, Callable[[int, int], bool]] = {
    "none": lambda a, b: max(a, b) < LARGE_FROM,
    "first": lambda a, b: b < LARGE_FROM <= a,
    "second": lambda a, b: a < LARGE_FROM <= b,
    "one, sum too long": lambda a, b: min(a, b) < LARGE_FROM <= max(a, b),
    "both, sum too long": lambda a, b: min(a, b) >= LARGE_FROM,
}
"""The allowed leading digits of the two operands."""

CONDITIONS: tuple[LeadingDigits, ...] = tuple(_CONDITIONS)


def swapped(sums: LargeSums) -> LargeSums:
    """The same sums with their operands in the other order."""
    return LargeSums(sums.layout, sums.b, sums.a)


def large_sums(layout: Layout, condition: LeadingDigits, n_sums: int, seed: int) -> LargeSums:
    """Random sums, uniform over all that have such leading digits and such a length."""
    random = np.random.default_rng([seed, CONDITIONS.index(condition)])
    place = 10 ** (layout.n_digits - 1)
    allowed = np.array([(a, b) for a in range(10) for b in range(10) if _CONDITIONS[condition](a, b)])
    found: list[Int[np.ndarray, "sum operand"]] = []
    while sum(map(len, found)) < n_sums:
        leading = allowed[random.integers(len(allowed), size=n_sums)]
        operands = leading * place + random.integers(place, size=(n_sums, 2))
        is_too_long = operands.sum(axis=1) >= 10 * place
        found.append(operands[is_too_long == condition.endswith("too long")])
    a, b = np.concatenate(found)[:n_sums].T
    return LargeSums(layout, a, b)


@dataclass(frozen=True)
class LeadingDigitPairs:
    """Pairs of sums that differ in their leading digits only, and have the same answer and the same carries.

    The base has one leading digit of 5 to 9, the source none; the two leading digits add up to the same total.
    """

    base: LargeSums
    source: LargeSums

    def __len__(self) -> int:
        return len(self.base)

    @property
    def is_second(self) -> Bool[np.ndarray, " pair"]:
        """Whether the base's second operand has the large leading digit; otherwise its first."""
        return self.base.b_digits[:, 0] >= LARGE_FROM


def leading_digit_pairs(layout: Layout, n_pairs: int, seed: int) -> LeadingDigitPairs:
    """Random pairs, uniform over the totals 5 to 8, the digits that have them, and all other digits."""
    random = np.random.default_rng(seed)
    place = 10 ** (layout.n_digits - 1)
    totals = random.integers(LARGE_FROM, 2 * LARGE_FROM - 1, size=n_pairs)
    large = random.integers(LARGE_FROM, totals + 1)
    small = random.integers(totals - LARGE_FROM + 1, LARGE_FROM)
    is_second = random.random(n_pairs) < 0.5
    others = random.integers(place, size=(2, n_pairs))
    first_of_base = np.where(is_second, totals - large, large)
    base, source = (
        LargeSums(layout, first * place + others[0], (totals - first) * place + others[1])
        for first in (first_of_base, small)
    )
    return LeadingDigitPairs(base, source)
