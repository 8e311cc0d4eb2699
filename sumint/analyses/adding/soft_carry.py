"""The carry as a quantity: how far round the circle the logits are turned, in digits.

The ten logits of a digit are nearly a cosine of the digit, and its phase is the answer: a + b and the carry, in
tenths of a turn. Less a + b, what is left is how much the model carries. For exact addition it is 0 or 1; on the
wrong side of one half another digit is nearer. Whatever turns the hand counts as carried, so this says where wrong
digits are, and not by itself that a carry made them so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.hooks import answer_logits
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.phasors import carried
from sumint.task.carry_routes import Pairs, Route, pairs_on, routes_of
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

N_PAIRS = 1000
"""For each route: so many sums with the carry, and as many without."""


@dataclass(frozen=True)
class SoftCarry:
    """How much is carried, by route and by whether a carry comes."""

    mean: Float[np.ndarray, "route carry"]
    deviation: Float[np.ndarray, "route carry"]
    wrong: Float[np.ndarray, "route carry"]
    """The share of sums whose digit the model gets wrong."""
    wrong_way: Float[np.ndarray, " error"]
    """Of every such sum, how far the hand is from where it should be: 1 less what is carried where a carry comes,
    what is carried where none does."""
    right_way: Float[np.ndarray, " rest"]
    """The same of all other sums."""
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
    def told_apart(self) -> float:
        """How well that tells wrong digits from right ones, at whatever bound: the area under the ROC curve.

        The share of all pairs of a wrong and a right digit in which the wrong one is further off; NaN if there are
        none of either.
        """
        below = np.searchsorted(np.sort(self.right_way), self.wrong_way).sum()
        n_pairs = len(self.wrong_way) * len(self.right_way)
        return float(below / n_pairs) if n_pairs else np.nan

    @property
    def beyond_half(self) -> tuple[int, int]:
        """How many wrong and how many right digits have the hand on the wrong side of one half."""
        return int((self.wrong_way > 0.5).sum()), int((self.right_way > 0.5).sum())

    @property
    def difference(self) -> Float[np.ndarray, " route"]:
        """How much more is carried where a carry comes: 1 for exact addition."""
        return self.mean[:, 1] - self.mean[:, 0]


def soft_carry(model: Model, sample: Sums) -> SoftCarry:  # noqa: ARG001 — it looks at pairs of its own
    """How much the model carries on every route, and what it says then."""
    layout = layout_of(model)
    routes = routes_of(layout)
    of_sides = np.zeros((3, len(routes), 2))
    clock = np.zeros(len(routes))
    wrongs, offs = [], []
    for number, route in enumerate(routes):
        sums = _both_sides(pairs_on(layout, route, N_PAIRS))
        logits = as_array(answer_logits(model, tokens_for(model, sums))[:, route.digit])
        of_digits = logits[:, :N_DIGIT_TOKENS].astype(np.float64)
        totals = (sums.a_digits + sums.b_digits)[:, route.digit].astype(np.float64)
        amount, comes = carried(first_frequency(of_digits), totals), sums.carry_in[:, route.digit]
        is_wrong = logits.argmax(axis=1) != sums.answer_digits[:, route.digit]
        for side, which in enumerate((~comes, comes)):
            of_sides[:, number, side] = amount[which].mean(), amount[which].std(), is_wrong[which].mean()
        clock[number] = clock_share(of_digits)
        wrongs.append(is_wrong)
        offs.append(np.where(comes, 1 - amount, amount))
    mean, deviation, wrong = of_sides
    all_wrong, off = np.concatenate(wrongs), np.concatenate(offs)
    return SoftCarry(mean, deviation, wrong, off[all_wrong], off[~all_wrong], clock, layout.n_digits)


def clock_share(logits: Float[np.ndarray, "sum value"]) -> float:
    """The share of the first frequency in the variance of each row, on average over the rows."""
    variance = logits.var(axis=1)
    of_first = 2 * np.abs(first_frequency(logits)) ** 2 / logits.shape[1] ** 2
    return float(np.divide(of_first, variance, out=np.zeros_like(variance), where=variance > 0).mean())


def _both_sides(pairs: Pairs) -> Sums:
    """All sums of the pairs, with a carry and without."""
    one, other = pairs.base, pairs.source
    return Sums(one.layout, np.concatenate([one.a, other.a]), np.concatenate([one.b, other.b]))
