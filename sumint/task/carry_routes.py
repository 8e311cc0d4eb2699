"""The ways that a carry can go, and pairs of sums that differ in what goes one of them and in nothing else.

A carry out of a column reaches the next digit on the left, and further ones where each column between sums to
nine: such a column makes no carry of its own, and hands on the one that comes in.

In a pair, one sum has a carry out of the route's column and the other has none. That column's digits differ, all
other digits are the same, and so are the answer's digits before the one that the route reaches: its own column
sums to anything but nine, so that nothing changes further left. The answer's digit there is greater by one, modulo
ten, where the carry comes.

A column's own two digits reach its digit of the answer by a route, too. In its pairs they differ so that the digit
of the answer does, and no carry: the column sums to less than nine in both sums, or to more in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

NINE = N_DIGIT_TOKENS - 1


@dataclass(frozen=True)
class Route:
    """From the column that makes a carry to an answer digit on its left; or from a column to its own digit."""

    column: int
    digit: int

    @property
    def name(self) -> str:
        """By the column that makes the carry, or the sum, and the digit that it changes: column 3 → C1."""
        return f"column {self.column} → C{self.digit}"

    @property
    def is_own(self) -> bool:
        """Whether it is a column's to its own digit, by which no carry goes."""
        return self.column == self.digit

    @property
    def n_nines(self) -> int:
        """How many columns lie between the two, all of which sum to nine."""
        return self.column - self.digit - 1


@dataclass(frozen=True)
class Pairs:
    """Sums in pairs: the base is what the model is asked, the source is where activations are taken from."""

    route: Route
    base: Sums
    source: Sums

    def __len__(self) -> int:
        return len(self.base)

    def __getitem__(self, which: Bool[np.ndarray, " pair"]) -> Pairs:
        return Pairs(self.route, self.base[which], self.source[which])

    @property
    def base_carries(self) -> Bool[np.ndarray, " pair"]:
        """Whether the carry is the base's, or else the source's."""
        return self.base.carry_out[:, self.route.column]

    @property
    def base_digits(self) -> Int[np.ndarray, " pair"]:
        """The answer's digit that the route reaches, in the base."""
        return self.base.answer_digits[:, self.route.digit]

    @property
    def source_digits(self) -> Int[np.ndarray, " pair"]:
        """The same in the source; by a carry it is one more or one less, modulo ten."""
        return self.source.answer_digits[:, self.route.digit]


def routes_of(layout: Layout) -> tuple[Route, ...]:
    """Every route, by the digit that it reaches."""
    columns = range(layout.n_digits)
    return tuple(Route(column, digit) for digit in columns for column in columns[digit + 1 :])


def own_routes(layout: Layout) -> tuple[Route, ...]:
    """Every route from a column to its own digit."""
    return tuple(Route(column, column) for column in range(layout.n_digits))


def pairs_on(layout: Layout, route: Route, n_pairs: int, seed: int = 0) -> Pairs:
    """Random pairs on a route, evenly from all that there are; in about half of them the base has its carry."""
    random = np.random.default_rng([seed, route.column, route.digit])

    def draw(column: int, is_allowed: Callable[[int], bool], n: int) -> Int[np.ndarray, "pair operand"]:
        n_values = N_DIGIT_TOKENS if column else layout.operand_limit // 10 ** (layout.n_digits - 1)
        allowed = [(a, b) for a in range(n_values) for b in range(n_values) if is_allowed(a + b)]
        return np.array(allowed)[random.integers(len(allowed), size=n)]

    def allowed_in(column: int) -> Callable[[int], bool]:
        if column == route.digit:
            return lambda total: total != NINE
        if route.digit < column < route.column:
            return lambda total: total == NINE
        return lambda total: True

    base = np.stack([draw(column, allowed_in(column), n_pairs) for column in range(layout.n_digits)], axis=1)
    source = base.copy()
    if route.is_own:
        totals = base[:, route.column].sum(axis=1)
        for total in np.unique(totals).tolist():
            alike = totals == total
            source[alike, route.column] = draw(route.column, _carries_like(total), int(alike.sum()))
        return Pairs(route, _sums(layout, base), _sums(layout, source))
    with_carry = draw(route.column, lambda total: total > NINE, n_pairs)
    without = draw(route.column, lambda total: total < NINE, n_pairs)
    base_carries = random.random(n_pairs)[:, None] < 0.5
    base[:, route.column] = np.where(base_carries, with_carry, without)
    source[:, route.column] = np.where(base_carries, without, with_carry)
    return Pairs(route, _sums(layout, base), _sums(layout, source))


def _carries_like(total: int) -> Callable[[int], bool]:
    """Whether a column that sums to something else carries as one with this sum does, whatever comes in."""
    return lambda other: other not in (total, NINE) and (other > NINE) == (total > NINE)


def _sums(layout: Layout, digits: Int[np.ndarray, "sum column operand"]) -> Sums:
    place = 10 ** np.arange(layout.n_digits - 1, -1, -1)
    return Sums(layout, digits[..., 0] @ place, digits[..., 1] @ place)
