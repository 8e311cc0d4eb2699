"""One direction is enough: what of a site is swapped for the carry to move, and how much of it has to be there.

The difference that a carry makes at a site, on average over pairs, is a vector. Of two sums that differ in the
carry either the component along it is swapped, or all the rest; or, with no second sum, the vector itself is added
where there is no carry and taken away where there is one, whole or in part; or the site is put somewhere between
the two sums. As the rest is shorter, it is tried at the length of the component, too. The vector is measured on
other pairs than those that it is tried on.

A digit is one or another, so it changes all at once, whatever changes it. How far the hand of its logits is turned
tells how much of a carry comes of a part of the vector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.patching import FlipRates, PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array
from sumint.model.phasors import turn
from sumint.task.sums import N_DIGIT_TOKENS, Sums

WAYS = ("whole", "along", "rest", "rest, as long", "added")
"""What is swapped: all that the site gathers, its component along the vector, or the rest, as it is or as long as
the component; or that the vector is added."""

DOSES = tuple(np.linspace(0, 1.5, 13).tolist())
"""Of the vector, where it is added: 1 is all of it; or of the way from the one sum to the other."""

ROUNDING = 1e-5
"""What is shorter, beside what it is compared with, has no direction."""


@dataclass(frozen=True)
class CarryDirection(FlipRates):
    """How often the digit moved by one, by what was done at the site that serves its route."""

    n_flipped_by_dose: Int[np.ndarray, "route dose"]
    """With so much of the vector added."""
    n_flipped_by_way: Int[np.ndarray, "route dose"]
    """With the site so far on the way to what it gathers for the other sum."""
    turn_by_dose: Float[np.ndarray, "route dose"]
    """How far that turns the hand towards the other sum's digit, in digits, on average over the pairs."""
    turn_by_way: Float[np.ndarray, "route dose"]
    """The same for the site on its way."""
    gradual: Float[np.ndarray, " route"]
    """Of the pairs whose digit the vector moves, the share that half of it turns at least a quarter and at most
    three quarters of the way; NaN if there are none."""
    share: Float[np.ndarray, " route"]
    """Of the squared distances between the two sums of each pair at the site, how much lies along the vector."""

    @property
    def dose_rates(self) -> Float[np.ndarray, "route dose"]:
        return self.n_flipped_by_dose / np.maximum(self.n_pairs, 1)[:, None]

    @property
    def way_rates(self) -> Float[np.ndarray, "route dose"]:
        return self.n_flipped_by_way / np.maximum(self.n_pairs, 1)[:, None]


def carry_direction(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> CarryDirection:  # noqa: ARG001
    """What moves the digit at the end of each route, at the site that serves it."""
    n_pairs = np.zeros(len(served), np.int64)
    n_flipped = np.zeros((len(served), len(WAYS)), np.int64)
    by_dose, by_way = np.zeros((2, len(served), len(DOSES)), np.int64)
    turn_by_dose, turn_by_way = np.zeros((2, len(served), len(DOSES)))
    gradual, share = np.zeros((2, len(served)))
    for number, one in enumerate(served):
        site = one.site
        vector = PatchedPairs.on(model, one.route, seed=1).carry_vector(site)
        asked = PatchedPairs.on(model, one.route, seed=2)
        n_pairs[number] = len(asked)
        unit = vector / vector.norm()
        apart = asked.apart(site)
        share[number] = float((apart @ unit).square().sum() / apart.square().sum())
        along = (apart @ unit)[:, None] * unit
        rest = apart - along
        changes = (apart, along, rest, _as_long_as(along, rest), asked.towards_carry * vector)
        n_flipped[number] = [asked.flipped(model, {site: change}).sum() for change in changes]
        moved, turned = _by_dose(model, asked, site, changes[-1])
        by_dose[number], turn_by_dose[number] = moved.sum(axis=1), turned.mean(axis=1)
        gradual[number] = well_on_their_way(turned[:, moved[DOSES.index(1.0)]])
        moved, turned = _by_dose(model, asked, site, apart)
        by_way[number], turn_by_way[number] = moved.sum(axis=1), turned.mean(axis=1)
    return CarryDirection(n_pairs, n_flipped, by_dose, by_way, turn_by_dose, turn_by_way, gradual, share)


def _as_long_as(one: Float[Tensor, "pair d_head"], other: Float[Tensor, "pair d_head"]) -> Tensor:
    """The other's direction at the one's length; nothing where the other is only what rounding left."""
    long, short = (change.norm(dim=1, keepdim=True) for change in (one, other))
    return other * (long / short).where(short > ROUNDING * long, 0)


def _by_dose(
    model: Model, asked: PatchedPairs, site: Site, change: Float[Tensor, "pair d_head"]
) -> tuple[Bool[np.ndarray, "dose pair"], Float[np.ndarray, "dose pair"]]:
    """Whether the digit moves, and how far its hand turns towards the other sum's, with so much of a change."""
    by_dose = [as_array(asked.logits(model, {site: dose * change})) for dose in DOSES]
    moved = [logits.argmax(-1) == asked.pairs.source_digits for logits in by_dose]
    hands = first_frequency(np.stack(by_dose)[..., :N_DIGIT_TOKENS])
    turned = turn(np.broadcast_to(hands[0], hands.shape), hands)
    return np.stack(moved), turned * as_array(asked.towards_carry)[:, 0]


def well_on_their_way(turned: Float[np.ndarray, "dose moved"]) -> float:
    """The share of hands that are well on their way, and not yet there, at half the vector; NaN without any."""
    half, whole = turned[DOSES.index(0.5)], turned[DOSES.index(1.0)]
    is_between = (whole / 4 <= half) & (half <= 3 * whole / 4)
    return float(is_between.mean()) if len(whole) else np.nan
