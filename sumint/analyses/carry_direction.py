"""One direction is enough: what of a site is swapped for the carry to move, and how much of it has to be there.

The difference that a carry makes at a site, on average over pairs, is a vector. Of two sums that differ in the
carry either the component along it is swapped, or all the rest; or, with no second sum, the vector itself is added
where there is no carry and taken away where there is one, whole or in part; or the site is put somewhere between
the two sums. As the rest is shorter, it is tried at the length of the component, too. The vector is measured on
other pairs than those that it is tried on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.data import Sums
from sumint.interchange import Asked, Moves, Trail, route_of, site_of
from sumint.model import Model, Tensor
from sumint.sites import Site

WAYS = ("whole", "along", "rest", "rest, as long", "added")
"""What is swapped: all that the site gathers, its component along the vector, or the rest, as it is or as long as
the component; or that the vector is added."""

DOSES = tuple(np.linspace(0, 1.5, 13).tolist())
"""Of the vector, where it is added: 1 is all of it; or of the way from the one sum to the other."""

ROUNDING = 1e-5
"""What is shorter, beside what it is compared with, has no direction."""


@dataclass(frozen=True)
class CarryDirection(Moves):
    """How often the digit moved by one, by what was done at the site that serves its route."""

    n_moved_by_dose: Int[np.ndarray, "trail dose"]
    """With so much of the vector added."""
    n_moved_by_way: Int[np.ndarray, "trail dose"]
    """With the site so far on the way to what it gathers for the other sum."""
    share: Float[np.ndarray, " trail"]
    """Of the squared distances between the two sums of each pair at the site, how much lies along the vector."""

    @property
    def dose_rates(self) -> Float[np.ndarray, "trail dose"]:
        return self.n_moved_by_dose / np.maximum(self.n_pairs, 1)[:, None]

    @property
    def way_rates(self) -> Float[np.ndarray, "trail dose"]:
        return self.n_moved_by_way / np.maximum(self.n_pairs, 1)[:, None]


def carry_direction(model: Model, probe: Sums, *, trails: tuple[Trail, ...]) -> CarryDirection:  # noqa: ARG001
    """What moves the digit at the end of each route, at the site that serves it."""
    n_pairs = np.zeros(len(trails), np.int64)
    n_moved = np.zeros((len(trails), len(WAYS)), np.int64)
    by_dose, by_way = np.zeros((2, len(trails), len(DOSES)), np.int64)
    share = np.zeros(len(trails))
    for number, trail in enumerate(trails):
        site = site_of(trail)
        vector = Asked.on(model, route_of(trail), seed=1).carry_vector(site)
        asked = Asked.on(model, route_of(trail), seed=2)
        n_pairs[number] = len(asked)
        unit = vector / vector.norm()
        apart = asked.apart(site)
        share[number] = float((apart @ unit).square().sum() / apart.square().sum())
        along = (apart @ unit)[:, None] * unit
        rest = apart - along
        changes = (apart, along, rest, _as_long_as(along, rest), asked.towards_carry * vector)
        n_moved[number] = _moved(model, asked, site, changes)
        by_dose[number] = _moved(model, asked, site, [dose * changes[-1] for dose in DOSES])
        by_way[number] = _moved(model, asked, site, [dose * apart for dose in DOSES])
    return CarryDirection(n_pairs, n_moved, by_dose, by_way, share)


def _as_long_as(one: Float[Tensor, "pair d_head"], other: Float[Tensor, "pair d_head"]) -> Tensor:
    """The other's direction at the one's length; nothing where the other is only what rounding left."""
    long, short = (change.norm(dim=1, keepdim=True) for change in (one, other))
    return other * (long / short).where(short > ROUNDING * long, 0)


def _moved(model: Model, asked: Asked, site: Site, changes: Sequence[Float[Tensor, "pair d_head"]]) -> list[int]:
    """How many digits move if so much more is gathered at the site."""
    return [int(asked.moved(model, {site: change}).sum()) for change in changes]
