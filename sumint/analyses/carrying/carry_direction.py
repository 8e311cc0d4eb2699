"""One direction of the carry site: which part of the head output has to be patched, and how much of it.

The mean difference that a carry makes to the head output at a site, over pairs, is the carry vector. For pairs of
sums that differ in the carry, either the component along this vector is patched, or everything orthogonal to it.
As the orthogonal rest is shorter, it is also patched at the norm of the component. Without a second sum, the
vector is used for steering: it is added if the base has no carry and subtracted if it has one, in several doses.
Finally the head output is interpolated between the two sums. The vector is measured on other pairs than those it
is tested on.

The predicted digit is discrete, so it changes all at once. The phase shift of its logits is continuous and shows
how much of a carry each dose of the vector adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.patching import DIRECTIONS, FlipRates, PatchedPairs, ServedRoute, names_of, shares_of
from sumint.interventions.sites import Site
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array
from sumint.model.phasors import phase_shift
from sumint.task.sums import N_DIGIT_TOKENS, Sums

WAYS = ("whole", "along", "rest", "rest, as long", "added")
"""The part that is patched: the whole head output, its component along the vector, or the orthogonal rest, at its
own norm or at that of the component; last, the vector is added."""

DOSES = tuple(np.linspace(0, 1.5, 13).tolist())
"""Multiples of the vector that are added, or of the difference between the two sums: 1 is all of it."""

ROUNDING = 1e-5
"""A rest whose norm, relative to the component's, is at most this is rounding error and has no direction."""


@dataclass(frozen=True)
class CarryDirection(FlipRates, way=WAYS, dose=DOSES):
    """How often the digit becomes the source's, by what is patched at the site that serves the route."""

    n_flipped_by_dose: Int[np.ndarray, "route direction dose"]
    """The number of flipped pairs by the dose of the vector that is added or subtracted."""
    n_flipped_by_interpolation: Int[np.ndarray, "route direction dose"]
    """The number of flipped pairs by the fraction of the difference to the source that is added."""
    phase_shift_by_dose: Float[np.ndarray, "route direction dose"]
    """The mean phase shift towards the source's digit, in digits, by the dose of the vector."""
    phase_shift_by_interpolation: Float[np.ndarray, "route direction dose"]
    """The mean phase shift towards the source's digit, in digits, by the fraction of the difference."""
    gradual_share: Float[np.ndarray, "route direction"]
    """Of the pairs that the vector flips, the share with a quarter to three quarters of the phase shift at half of
    it; NaN if there are none."""
    share: Float[np.ndarray, " route"]
    """The share of the squared differences between base and source at the site that lies along the vector."""

    @property
    def dose_rates(self) -> Float[np.ndarray, "route direction dose"]:
        """The share of flipped pairs by the dose of the vector; NaN if there is no pair."""
        return shares_of(self.n_flipped_by_dose, self.n_pairs[..., None])

    @property
    def interpolation_rates(self) -> Float[np.ndarray, "route direction dose"]:
        """The share of flipped pairs by the fraction of the difference to the source; NaN if there is no pair."""
        return shares_of(self.n_flipped_by_interpolation, self.n_pairs[..., None])


def carry_direction(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> CarryDirection:  # noqa: ARG001
    """Patches parts of the head output at the site that serves each route, and adds doses of the carry vector."""
    n_pairs = np.zeros((len(served_routes), len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, len(WAYS)), np.int64)
    n_by_dose, n_by_interpolation = np.zeros((2, *n_pairs.shape, len(DOSES)), np.int64)
    shift_by_dose, shift_by_interpolation = np.zeros((2, *n_pairs.shape, len(DOSES)))
    gradual_share, share = np.zeros(n_pairs.shape), np.zeros(len(served_routes))
    for number, served in enumerate(served_routes):
        site = served.site
        vector = PatchedPairs.on(model, served.route, seed=1).carry_vector(site)
        pairs = PatchedPairs.on(model, served.route, seed=2)
        n_pairs[number] = pairs.n_by_direction
        unit = vector / vector.norm()
        difference = pairs.difference(site)
        share[number] = float((difference @ unit).square().sum() / difference.square().sum())
        along = (difference @ unit)[:, None] * unit
        rest = difference - along
        steering = pairs.towards_carry * vector
        changes = (difference, along, rest, _match_norms(along, rest), steering)
        for way, change in enumerate(changes):
            n_flipped[number, :, way] = pairs.count(pairs.is_flipped(model, {site: change}))
        is_flipped, shifts = _by_dose(model, pairs, site, steering)
        n_by_dose[number] = np.stack([pairs.count(of_dose) for of_dose in is_flipped], axis=1)
        shift_by_dose[number] = pairs.mean_by_direction(shifts).T
        by_whole = is_flipped[DOSES.index(1.0)]
        gradual_share[number] = [
            share_between(shifts[:, by_whole & mask]) for mask in (~pairs.is_off, pairs.is_off)
        ]
        is_flipped, shifts = _by_dose(model, pairs, site, difference)
        n_by_interpolation[number] = np.stack([pairs.count(of_dose) for of_dose in is_flipped], axis=1)
        shift_by_interpolation[number] = pairs.mean_by_direction(shifts).T
    return CarryDirection(
        n_pairs=n_pairs,
        route_names=names_of(served_routes),
        n_flipped=n_flipped,
        n_flipped_by_dose=n_by_dose,
        n_flipped_by_interpolation=n_by_interpolation,
        phase_shift_by_dose=shift_by_dose,
        phase_shift_by_interpolation=shift_by_interpolation,
        gradual_share=gradual_share,
        share=share,
    )


def _match_norms(along: Float[Tensor, "pair d_head"], rest: Float[Tensor, "pair d_head"]) -> Tensor:
    """The rest scaled to the norm of the component along the vector; zero if the rest is only rounding error."""
    target, norm = (change.norm(dim=1, keepdim=True) for change in (along, rest))
    return rest * (target / norm).where(norm > ROUNDING * target, 0)


def _by_dose(
    model: Model, pairs: PatchedPairs, site: Site, change: Float[Tensor, "pair d_head"]
) -> tuple[Bool[np.ndarray, "dose pair"], Float[np.ndarray, "dose pair"]]:
    """Whether the digit is flipped by each dose of a change, and the phase shift towards the source's digit."""
    logits_by_dose = [as_array(pairs.logits(model, {site: dose * change})) for dose in DOSES]
    is_flipped = [logits.argmax(-1) == pairs.pairs.source_digits for logits in logits_by_dose]
    phasors = first_frequency(np.stack(logits_by_dose)[..., :N_DIGIT_TOKENS])
    shifts = phase_shift(np.broadcast_to(phasors[0], phasors.shape), phasors)
    return np.stack(is_flipped), shifts * as_array(pairs.towards_carry)[:, 0]


def share_between(shifts: Float[np.ndarray, "dose flipped"]) -> float:
    """The share of pairs with a quarter to three quarters of their phase shift at half the vector; NaN if none."""
    half, whole = shifts[DOSES.index(0.5)], shifts[DOSES.index(1.0)]
    is_between = (whole / 4 <= half) & (half <= 3 * whole / 4)
    return float(is_between.mean()) if len(whole) else np.nan
