"""The carry as a quantity: how far round the circle the logits are turned, in digits.

The ten logits of a digit are nearly a cosine of the digit, and its phase is the answer: a + b and the carry, in
tenths of a turn. Less a + b, what is left is how much the model carries. For exact addition it is 0 or 1. The
model says the wrong digit where it is on the wrong side of one half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.data import N_DIGIT_TOKENS, Layout, Sums
from sumint.fourier import first_frequency
from sumint.hands import carried
from sumint.model import Model, as_array, layout_of, tokens_for
from sumint.routes import Pairs, Route, pairs_on, routes_of

N_PAIRS = 500
"""For each route: so many sums with the carry, and as many without."""


@dataclass(frozen=True)
class SoftCarry:
    """How much is carried, by route and by whether a carry comes."""

    mean: Float[np.ndarray, "route carry"]
    deviation: Float[np.ndarray, "route carry"]
    wrong: Float[np.ndarray, "route carry"]
    """The share of sums whose digit the model gets wrong."""
    beyond_half: Float[np.ndarray, "route carry"]
    """The share of sums for which it is on the wrong side of one half."""
    agreement: Float[np.ndarray, " route"]
    """The share of sums of which the side of one half tells whether the model says the right digit."""
    clock: Float[np.ndarray, " route"]
    """Of the variance of the ten logits, how much the cosine has, on average over the sums: R²."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return routes_of(self.layout)

    @property
    def difference(self) -> Float[np.ndarray, " route"]:
        """How much more is carried where a carry comes: 1 for exact addition."""
        return self.mean[:, 1] - self.mean[:, 0]


def soft_carry(model: Model, probe: Sums) -> SoftCarry:  # noqa: ARG001 — it looks at pairs of its own
    """How much the model carries on every route, and what it says then."""
    layout = layout_of(model)
    routes = routes_of(layout)
    of_sides = np.zeros((4, len(routes), 2))
    of_all = np.zeros((2, len(routes)))
    for number, route in enumerate(routes):
        sums = _both_sides(pairs_on(layout, route, N_PAIRS))
        logits = as_array(model(tokens_for(model, sums))[:, layout.predicting.start + route.digit])
        of_sides[:, number], of_all[:, number] = _measured(logits.astype(np.float64), sums, route.digit)
    mean, deviation, wrong, beyond_half = of_sides
    agreement, clock = of_all
    return SoftCarry(mean, deviation, wrong, beyond_half, agreement, clock, layout.n_digits)


def clock_share(logits: Float[np.ndarray, "sum value"]) -> float:
    """The share of the first frequency in the variance of each row, on average over the rows."""
    variance = logits.var(axis=1)
    of_first = 2 * np.abs(first_frequency(logits)) ** 2 / logits.shape[1] ** 2
    return float(np.divide(of_first, variance, out=np.zeros_like(variance), where=variance > 0).mean())


def _both_sides(pairs: Pairs) -> Sums:
    """All sums of the pairs, with a carry and without."""
    one, other = pairs.base, pairs.source
    return Sums(one.layout, np.concatenate([one.a, other.a]), np.concatenate([one.b, other.b]))


def _measured(
    logits: Float[np.ndarray, "sum token"], sums: Sums, digit: int
) -> tuple[Float[np.ndarray, "4 carry"], Float[np.ndarray, " 2"]]:
    """Mean, deviation, wrong and beyond one half, without a carry and with one; agreement and clock over all."""
    of_digits = logits[:, :N_DIGIT_TOKENS]
    totals = (sums.a_digits + sums.b_digits)[:, digit].astype(np.float64)
    amount, comes = carried(first_frequency(of_digits), totals), sums.carry_in[:, digit]
    is_wrong = logits.argmax(axis=1) != sums.answer_digits[:, digit]
    is_beyond = (amount > 0.5) != comes
    by_side = [
        (amount[side].mean(), amount[side].std(), is_wrong[side].mean(), is_beyond[side].mean())
        for side in (~comes, comes)
    ]
    return np.array(by_side).T, np.array([(is_wrong == is_beyond).mean(), clock_share(of_digits)])
