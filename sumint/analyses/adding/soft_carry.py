"""The carry as a continuous quantity: the phase of the logits minus the sum of the two digits, in digits.

The ten logits of a digit are nearly a cosine of the digit, and its phase is the answer: a + b plus the carry,
where one digit is a tenth of a period. The phase minus a + b is therefore the carry that the model adds. For exact
addition it is 0 or 1. Any phase shift counts as a carry here, so the measure shows where wrong digits are, but not
that a carry causes them.

Where one digit ends and the next begins is not one half: the unembedding does not space the digits evenly. The
boundary lies midway between the angles of their directions, in the plane that holds most of the unembedding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import answer_logits
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.phasors import carry_amount
from sumint.task.carry_routes import Pairs, Route, pairs_on, routes_of
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

N_PAIRS = 1000
"""The number of pairs for each route: this many sums with the carry, and as many without."""


@dataclass(frozen=True)
class SoftCarry:
    """The carry that the model adds, in digits, by route and by whether the digit has a carry-in."""

    mean: Float[np.ndarray, "route carry"]
    deviation: Float[np.ndarray, "route carry"]
    wrong: Float[np.ndarray, "route carry"]
    """The share of sums whose digit the model predicts incorrectly."""
    n_sums: int
    """The number of digits of all routes together."""
    n_wrong: int
    """How many of them the model predicts incorrectly, …"""
    n_off_angle: int
    """… for how many another digit than the right one is nearest in angle, …"""
    n_wrong_off_angle: int
    """… and for how many both."""
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
    def recall(self) -> float:
        """The share of wrong digits for which another digit is nearest in angle; NaN if no digit is wrong."""
        return self.n_wrong_off_angle / self.n_wrong if self.n_wrong else np.nan

    @property
    def precision(self) -> float:
        """Of the digits for which another is nearest in angle, the share that is wrong; NaN if there are none."""
        return self.n_wrong_off_angle / self.n_off_angle if self.n_off_angle else np.nan

    @property
    def difference(self) -> Float[np.ndarray, " route"]:
        """The mean carry added with a carry-in minus that without: 1 for exact addition."""
        return self.mean[:, 1] - self.mean[:, 0]


def soft_carry(model: Model, sample: Sums) -> SoftCarry:  # noqa: ARG001 — it draws pairs of its own
    """Measures the carry that the model adds on every route, and its wrong predictions."""
    layout = layout_of(model)
    routes = routes_of(layout)
    statistics = np.zeros((3, len(routes), 2))
    cosine_r2 = np.zeros(len(routes))
    n_sums, n_wrong, n_off_angle, n_both = 0, 0, 0, 0
    unembedding = as_array(model.W_U[:, :N_DIGIT_TOKENS])
    for number, route in enumerate(routes):
        sums = _all_sums_of(pairs_on(layout, route, N_PAIRS))
        logits = as_array(answer_logits(model, tokens_for(model, sums))[:, route.digit])
        digit_logits = logits[:, :N_DIGIT_TOKENS].astype(np.float64)
        totals = (sums.a_digits + sums.b_digits)[:, route.digit].astype(np.float64)
        amount, has_carry = carry_amount(first_frequency(digit_logits), totals), sums.carry_in[:, route.digit]
        is_wrong = logits.argmax(axis=1) != sums.answer_digits[:, route.digit]
        for carry, mask in enumerate((~has_carry, has_carry)):
            statistics[:, number, carry] = amount[mask].mean(), amount[mask].std(), is_wrong[mask].mean()
        cosine_r2[number] = cosine_share(digit_logits)
        is_off = nearest_in_angle(digit_logits, unembedding) != sums.answer_digits[:, route.digit]
        n_sums, n_wrong = n_sums + len(sums), n_wrong + int(is_wrong.sum())
        n_off_angle, n_both = n_off_angle + int(is_off.sum()), n_both + int((is_wrong & is_off).sum())
    mean, deviation, wrong = statistics
    return SoftCarry(mean, deviation, wrong, n_sums, n_wrong, n_off_angle, n_both, cosine_r2, layout.n_digits)


def nearest_in_angle(
    logits: Float[np.ndarray, "sum digit"], unembedding: Float[np.ndarray, "d_model digit"]
) -> Int[np.ndarray, " sum"]:
    """The digit whose direction is nearest in angle to the residual, in the plane of the unembedding's first two
    singular vectors."""
    _, values, digits = np.linalg.svd(unembedding.astype(np.float64), full_matrices=False)
    of_digits = (values[:2, None] * digits[:2]).T
    # The logits are the residual's projections on the digits' directions, which give its place in the plane.
    of_sums = logits @ digits[:2].T / values[:2]
    return (of_sums @ of_digits.T).argmax(axis=1)


def cosine_share(logits: Float[np.ndarray, "sum value"]) -> float:
    """The share of the first frequency in the variance of each row, averaged over the rows."""
    variance = logits.var(axis=1)
    of_first = 2 * np.abs(first_frequency(logits)) ** 2 / logits.shape[1] ** 2
    return float(np.divide(of_first, variance, out=np.zeros_like(variance), where=variance > 0).mean())


def _all_sums_of(pairs: Pairs) -> Sums:
    """The bases and the sources of the pairs as one batch."""
    base, source = pairs.base, pairs.source
    return Sums(base.layout, np.concatenate([base.a, source.a]), np.concatenate([base.b, source.b]))
