"""The carry as a continuous quantity: the phase of the logits minus the sum of the two digits, in digits.

The ten logits of a digit are nearly a cosine of the digit, and its phase is the answer: a + b plus the carry,
where one digit is a tenth of a period. The phase minus a + b is therefore the carry that the model adds. For exact
addition it is 0 or 1; beyond one half another digit is nearer and the answer is wrong. Any phase shift counts as a
carry here, so the measure shows where wrong digits are, but not that a carry causes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

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
    wrong_offsets: Float[np.ndarray, " wrong"]
    """The offset of each wrong digit from the correct phase, towards the other carry, in digits: 1 minus the carry
    added if there is a carry-in, the carry added if there is none."""
    right_offsets: Float[np.ndarray, " right"]
    """The offset of each correct digit."""
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
    def roc_auc(self) -> float:
        """The area under the ROC curve of a classifier of wrong digits by their offset, at all thresholds.

        This is the share of all pairs of a wrong and a correct digit in which the wrong one has the larger offset;
        NaN if there are no wrong or no correct digits.
        """
        n_ordered = np.searchsorted(np.sort(self.right_offsets), self.wrong_offsets).sum()
        n_pairs = len(self.wrong_offsets) * len(self.right_offsets)
        return float(n_ordered / n_pairs) if n_pairs else np.nan

    @property
    def beyond_half(self) -> tuple[int, int]:
        """The numbers of wrong and of correct digits whose offset exceeds one half."""
        return int((self.wrong_offsets > 0.5).sum()), int((self.right_offsets > 0.5).sum())

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
    wrong_by_route, offsets_by_route = [], []
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
        wrong_by_route.append(is_wrong)
        offsets_by_route.append(np.where(has_carry, 1 - amount, amount))
    mean, deviation, wrong = statistics
    is_wrong, offsets = np.concatenate(wrong_by_route), np.concatenate(offsets_by_route)
    return SoftCarry(mean, deviation, wrong, offsets[is_wrong], offsets[~is_wrong], cosine_r2, layout.n_digits)


def cosine_share(logits: Float[np.ndarray, "sum value"]) -> float:
    """The share of the first frequency in the variance of each row, averaged over the rows."""
    variance = logits.var(axis=1)
    of_first = 2 * np.abs(first_frequency(logits)) ** 2 / logits.shape[1] ** 2
    return float(np.divide(of_first, variance, out=np.zeros_like(variance), where=variance > 0).mean())


def _all_sums_of(pairs: Pairs) -> Sums:
    """The bases and the sources of the pairs as one batch."""
    base, source = pairs.base, pairs.source
    return Sums(base.layout, np.concatenate([base.a, source.a]), np.concatenate([base.b, source.b]))
