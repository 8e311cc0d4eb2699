"""The carry as a continuous quantity: the phase of the logits minus the sum of the two digits, in digits.

The ten logits of a digit are nearly a cosine of the digit, and its phase is the answer: a + b plus the carry,
where one digit is a tenth of a period. The phase minus a + b is therefore the carry that the model adds. For exact
addition it is 0 or 1. Any phase shift counts as a carry here, so the measure shows where wrong digits are, but not
that a carry causes them.

Where one digit ends and the next begins is not one half: the unembedding does not space the digits evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import answer_logits
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.phasors import carry_amount
from sumint.results.result import Result
from sumint.task.carry_routes import Pairs, Route, pairs_on, routes_of
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

N_PAIRS = 1000
"""The number of pairs for each route: this many sums with the carry, and as many without."""

BIN_EDGES = np.linspace(-5, 5, 201)
"""The edges of the bins in which sums are counted by the carry that the model adds, in digits."""


@dataclass(frozen=True)
class SoftCarry(Result, route="routes", carry=("without", "with")):
    """The carry that the model adds, in digits, by route and by whether the digit has a carry-in."""

    mean: Float[np.ndarray, "route carry"]
    deviation: Float[np.ndarray, "route carry"]
    wrong: Float[np.ndarray, "route carry"]
    """The share of sums whose digit the model predicts incorrectly."""
    n_sums: Int[np.ndarray, "route carry bin"]
    """The number of sums by the carry that the model adds, in bins between `BIN_EDGES`."""
    n_wrong: Int[np.ndarray, "route carry bin"]
    """The number of them whose digit the model predicts incorrectly."""
    cosine_r2: Float[np.ndarray, " route"]
    """R² of a cosine at the first frequency fitted to the ten logits, averaged over the sums."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return routes_of(self.layout)

    @property
    def difference(self) -> Float[np.ndarray, " route"]:
        """The mean carry added with a carry-in minus that without: 1 for exact addition."""
        return self.mean[:, 1] - self.mean[:, 0]


def soft_carry(model: Model, sample: Sums) -> SoftCarry:  # noqa: ARG001 — it draws pairs of its own
    """Measures the carry that the model adds on every route, and its wrong predictions."""
    layout = layout_of(model)
    routes = routes_of(layout)
    statistics = np.zeros((3, len(routes), 2))
    n_sums, n_wrong = np.zeros((2, len(routes), 2, len(BIN_EDGES) - 1), np.int64)
    cosine_r2 = np.zeros(len(routes))
    for number, route in enumerate(routes):
        sums = _all_sums_of(pairs_on(layout, route, N_PAIRS))
        logits = as_array(answer_logits(model, tokens_for(model, sums))[:, route.digit])
        digit_logits = logits[:, :N_DIGIT_TOKENS].astype(np.float64)
        totals = (sums.a_digits + sums.b_digits)[:, route.digit].astype(np.float64)
        amount, has_carry = carry_amount(first_frequency(digit_logits), totals), sums.carry_in[:, route.digit]
        is_wrong = logits.argmax(axis=1) != sums.answer_digits[:, route.digit]
        for carry, mask in enumerate((~has_carry, has_carry)):
            statistics[:, number, carry] = amount[mask].mean(), amount[mask].std(), is_wrong[mask].mean()
            n_sums[number, carry] = np.histogram(amount[mask], BIN_EDGES)[0]
            n_wrong[number, carry] = np.histogram(amount[mask & is_wrong], BIN_EDGES)[0]
        cosine_r2[number] = cosine_share(digit_logits)
    mean, deviation, wrong = statistics
    return SoftCarry(mean, deviation, wrong, n_sums, n_wrong, cosine_r2, layout.n_digits)


def cosine_share(logits: Float[np.ndarray, "sum value"]) -> float:
    """The share of the first frequency in the variance of each row, averaged over the rows."""
    variance = logits.var(axis=1)
    of_first = 2 * np.abs(first_frequency(logits)) ** 2 / logits.shape[1] ** 2
    return float(np.divide(of_first, variance, out=np.zeros_like(variance), where=variance > 0).mean())


def _all_sums_of(pairs: Pairs) -> Sums:
    """The bases and the sources of the pairs as one batch."""
    base, source = pairs.base, pairs.source
    return Sums(base.layout, np.concatenate([base.a, source.a]), np.concatenate([base.b, source.b]))
