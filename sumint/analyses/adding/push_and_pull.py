"""Push and pull as an intervention: what layer 0 writes about single digits, replaced at some sites or at all.

The sites that hold a column's digits write a part that depends on one digit alone, beside what depends on both. If
their single-digit parts cancel ("push and pull"), the answer needs all of them from the same sum. This is tested
with other sums whose column adds up to the same modulo ten, and whose other digits are equal, so that nothing that
the digit depends on changes: only the two digits by themselves do. The sites are patched from one such sum
together, alternately from two, and one by one. Push and pull predicts that the first is harmless and the others
change the digit. If each site wrote nothing but the sum of the digits, all of them would be harmless.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.intervals import wilson
from sumint.interventions.patching import LAST, shares_of
from sumint.interventions.sites import Changes, Site, apply_changes, changes_to
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, logits_from
from sumint.model.phasors import phase_shift
from sumint.results.result import Result
from sumint.task.same_sums import same_sums
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, uniform_sums

N_SUMS = 300
"""The number of random sums for each digit, before those without two others and the wrong ones are removed."""

SEED = 5
"""The seed of these sums; the sites were chosen and tested on others."""

TOGETHER, ALTERNATELY, ALONE = range(3)
"""The ways of patching: all sites from one other sum, alternately from two, and from `ALONE` on each by itself."""


@dataclass(frozen=True)
class PushAndPull(Result, entry=("head", "position")):
    """How many predictions stay right, by digit and by what is patched from sums with the same column sum."""

    places: Int[np.ndarray, "digit site entry=2"]
    """The head and the position of each site that holds the digit's column; −1 if the digit has fewer sites."""
    n_pairs: Int[np.ndarray, "digit way"]
    """The number of sums with such others that the model gets right without a patch; 0 if there is no such way."""
    n_right: Int[np.ndarray, "digit way"]
    """The number of these pairs on which the digit stays right."""
    phase_change: Float[np.ndarray, "digit way"]
    """The mean absolute change of the phase of the digit's logits, in digits; NaN if there is no such way."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    def sites(self, digit: int) -> tuple[Site, ...]:
        """The sites that hold the column of a digit."""
        return tuple(Site(head, position) for head, position in self.places[digit].tolist() if head >= 0)

    @property
    def worst_alone(self) -> tuple[int, Site] | None:
        """The digit, but not the leading one, and its site whose patch alone leaves the fewest right."""
        rates = self.rates[1:, ALONE:]
        if np.isnan(rates).all():
            return None
        row, number = np.unravel_index(np.nanargmin(rates), rates.shape)
        digit = int(row) + 1
        return digit, self.sites(digit)[int(number)]

    @property
    def rates(self) -> Float[np.ndarray, "digit way"]:
        """The share of pairs on which the digit stays right; NaN if there is none."""
        return shares_of(self.n_right, self.n_pairs)

    @property
    def intervals(self) -> Float[np.ndarray, "digit way bound"]:
        """Wilson's intervals of the rates."""
        return wilson(self.n_right, self.n_pairs)


def push_and_pull(model: Model, sample: Sums, *, digit_sites: tuple[tuple[Site, ...], ...]) -> PushAndPull:  # noqa: ARG001
    """Patches the sites that hold each digit's column from sums in which it adds up to the same modulo ten."""
    layout = layout_of(model)
    most = max(map(len, digit_sites), default=0)
    places = np.full((layout.n_digits, most, 2), -1, np.int64)
    n_pairs, n_right = np.zeros((2, layout.n_digits, ALONE + most), np.int64)
    phase_change = np.full(n_pairs.shape, np.nan)
    for digit, sites in enumerate(digit_sites):
        if not sites:
            continue
        places[digit, : len(sites)] = [(site.head, site.position) for site in sites]
        base, others = _right_sums(model, digit)
        if not len(base.residual):
            continue
        changes = _changes_by_way(base, others, sites)
        logits = np.stack([_logits(model, base, change) for change in ({}, *changes)])
        predicted, phasors = logits.argmax(axis=-1), first_frequency(logits[..., :N_DIGIT_TOKENS])
        ways = slice(0, len(changes))
        n_pairs[digit, ways] = len(base.residual)
        n_right[digit, ways] = (predicted[1:] == predicted[0]).sum(axis=1)
        shifts = phase_shift(np.broadcast_to(phasors[0], phasors.shape), phasors)
        phase_change[digit, ways] = np.abs(shifts[1:]).mean(axis=1)
    return PushAndPull(places, n_pairs, n_right, phase_change, layout.n_digits)


def _right_sums(
    model: Model, digit: int
) -> tuple[Layer0Activations, list[Float[Tensor, "sum position head d_head"]]]:
    """Layer 0 on the sums whose digit the model predicts correctly, and the head outputs on two others of each."""
    import torch

    layout = layout_of(model)
    sums, others = same_sums(uniform_sums(layout, N_SUMS, SEED), digit, n_others=2, seed=SEED)
    base, *of_others = (
        # Positions after the one that predicts the digit cannot influence it.
        Layer0Activations.on(model, tokens_for(model, each)[:, : layout.predicting.start + digit + 1])
        for each in (sums, *others)
    )
    is_right = torch.from_numpy(_logits(model, base, {}).argmax(axis=-1) == sums.answer_digits[:, digit])
    mask = is_right.to(base.z.device)
    return Layer0Activations(base.z[mask], base.residual[mask]), [other.z[mask] for other in of_others]


def _changes_by_way(
    base: Layer0Activations, others: list[Float[Tensor, "sum position head d_head"]], sites: tuple[Site, ...]
) -> list[Changes]:
    """The changes that patch the sites in each way: together, alternately from two sums, and each alone."""
    from_one, from_other = others
    together = changes_to(base.z, from_one, *sites)
    alternately = {**changes_to(base.z, from_one, *sites[::2]), **changes_to(base.z, from_other, *sites[1::2])}
    return [together, alternately, *(changes_to(base.z, from_one, site) for site in sites)]


def _logits(model: Model, base: Layer0Activations, changes: Changes) -> Float[np.ndarray, "sum token"]:
    """The logits at the last position, after changes at some sites."""
    return as_array(logits_from(model, apply_changes(model, base.residual, changes), LAST)[:, 0])
