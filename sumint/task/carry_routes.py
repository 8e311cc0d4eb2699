"""The routes of a carry, and minimal pairs of sums that differ in the carry on one route only.

The carry-out of a column reaches the next digit on its left, and further digits if every column between sums to
nine: such a column makes no carry itself and passes on its carry-in.

In a pair, one sum has a carry out of the route's column and the other has none. The digits of that column differ;
all other digits are equal. So are the answer's digits to the left of the digit that the route reaches, because
that digit's column does not sum to nine and so does not pass the carry on. The answer's digit at the end of the
route is greater by one, modulo ten, with the carry.

A column also has a route to its own digit of the answer. In its pairs the column's digits differ such that the
answer's digit differs and no carry does: the column sums to less than nine in both sums, or to more in both.
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
    """A route from the column that makes a carry to a digit on its left, or from a column to its own digit."""

    column: int
    digit: int

    @property
    def name(self) -> str:
        """The name of the route, by its column and the digit that it reaches: 3 → C1."""
        return f"{self.column} → C{self.digit}"

    @property
    def is_own(self) -> bool:
        """Whether the route leads from a column to its own digit, without a carry."""
        return self.column == self.digit

    @property
    def n_nines(self) -> int:
        """The number of columns between the two, all of which sum to nine."""
        return self.column - self.digit - 1


@dataclass(frozen=True)
class Pairs:
    """Minimal pairs of sums: the model runs on the base, with activations patched in from the source."""

    route: Route
    base: Sums
    source: Sums

    def __len__(self) -> int:
        return len(self.base)

    def __getitem__(self, mask: Bool[np.ndarray, " pair"]) -> Pairs:
        return Pairs(self.route, self.base[mask], self.source[mask])

    @property
    def base_carries(self) -> Bool[np.ndarray, " pair"]:
        """Whether the base has the carry; otherwise the source has it."""
        return self.base.carry_out[:, self.route.column]

    @property
    def base_digits(self) -> Int[np.ndarray, " pair"]:
        """The answer's digit at the end of the route, in the base."""
        return self.base.answer_digits[:, self.route.digit]

    @property
    def source_digits(self) -> Int[np.ndarray, " pair"]:
        """The answer's digit at the end of the route, in the source; a carry changes it by one, modulo ten."""
        return self.source.answer_digits[:, self.route.digit]


def routes_of(layout: Layout) -> tuple[Route, ...]:
    """Every route of a carry, ordered by the digit that it reaches."""
    columns = range(layout.n_digits)
    return tuple(Route(column, digit) for digit in columns for column in columns[digit + 1 :])


def own_routes(layout: Layout) -> tuple[Route, ...]:
    """The route of every column to its own digit."""
    return tuple(Route(column, column) for column in range(layout.n_digits))


def pairs_on(layout: Layout, route: Route, n_pairs: int, seed: int = 0) -> Pairs:
    """Random pairs on a route, uniform over all such pairs; in about half of them the base has the carry."""
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
            has_total = totals == total
            source[has_total, route.column] = draw(route.column, _carries_like(total), int(has_total.sum()))
        return Pairs(route, _sums(layout, base), _sums(layout, source))
    with_carry = draw(route.column, lambda total: total > NINE, n_pairs)
    without = draw(route.column, lambda total: total < NINE, n_pairs)
    base_carries = random.random(n_pairs)[:, None] < 0.5
    base[:, route.column] = np.where(base_carries, with_carry, without)
    source[:, route.column] = np.where(base_carries, without, with_carry)
    return Pairs(route, _sums(layout, base), _sums(layout, source))


def _carries_like(total: int) -> Callable[[int], bool]:
    """A test for other sums of a column's digits that have the same carry-out for either carry-in."""
    return lambda other: other not in (total, NINE) and (other > NINE) == (total > NINE)


def _sums(layout: Layout, digits: Int[np.ndarray, "sum column operand"]) -> Sums:
    place = 10 ** np.arange(layout.n_digits - 1, -1, -1)
    return Sums(layout, digits[..., 0] @ place, digits[..., 1] @ place)
