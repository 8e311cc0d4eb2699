"""A minimal circuit: how few sites of layer 0 suffice, when all others say the same of every sum.

A site is one head at one position. What it gathers is replaced by its mean over the probe, so that it says nothing
of the sum at hand. One site after the other is replaced for good, each time that without which most digits stay
right, until none is left. Which set is the smallest is not known for certain that way: another order might have
led to a smaller one.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.data import Layout, Sums, drawn_evenly
from sumint.layers import FirstLayer, answers_from
from sumint.model import Model, Tensor, layout_of, tokens_for
from sumint.sites import Site, changed, replacing

N_SUMS = 300
"""Of the probe, to choose by."""
N_FRESH, SEED = 2000, 1
"""And others, to try what was chosen."""

ENOUGH = 0.99
"""Of the digits that the whole model gets right."""


Residual = Float[Tensor, "sum position d_model"]


@dataclass(frozen=True)
class MinimalCircuit:
    """What is left right as site after site is replaced."""

    removed: Int[np.ndarray, "site 2"]
    """The head and the position of each site, in the order in which they were replaced."""
    right: Float[np.ndarray, " n_kept"]
    """The share of digits that are right with so many sites kept, from none to all, on the sums to choose by."""
    kept_right: Float[np.ndarray, " digit"]
    """The share that the chosen set gets right of each digit, on fresh sums."""
    whole_right: Float[np.ndarray, " digit"]
    """The same of the whole model."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def n_kept(self) -> int:
        """The fewest sites that keep enough digits right."""
        return fewest(self.right)

    @property
    def kept(self) -> tuple[Site, ...]:
        """These sites."""
        left = self.removed[len(self.removed) - self.n_kept :]
        return tuple(sorted(Site(*place) for place in left.tolist()))


def fewest(right: Float[np.ndarray, " n_kept"]) -> int:
    """The fewest sites from which on enough digits are right, however many more are kept."""
    is_enough = right >= ENOUGH * right[-1]
    return int(np.flatnonzero(~is_enough).max(initial=-1)) + 1


def minimal_circuit(model: Model, probe: Sums) -> MinimalCircuit:
    """The sites of layer 0 in the order in which they can be spared, and how few suffice."""
    layout = layout_of(model)
    means = FirstLayer.on(model, tokens_for(model, probe)).gathered.mean(0)

    def silenced(residual: Residual, whole: FirstLayer, *sites: Site) -> Residual:
        return changed(model, residual, replacing(whole.gathered, means, *sites))

    def right(residual: Residual, sums: Sums) -> Float[np.ndarray, " digit"]:
        return (answers_from(model, residual, layout.predicting) == sums.answer_digits).mean(axis=0)

    chosen_by = probe[:N_SUMS]
    asked = FirstLayer.on(model, tokens_for(model, chosen_by))
    # The last position predicts nothing.
    left = [Site(head, position) for head in range(model.cfg.n_heads) for position in range(layout.n_ctx - 1)]
    removed: list[Site] = []
    left_over = asked.residual
    shares = [float(right(left_over, chosen_by).mean())]
    while left:
        without = {site: float(right(silenced(left_over, asked, site), chosen_by).mean()) for site in left}
        least_missed = max(without, key=without.__getitem__)
        left_over = silenced(left_over, asked, least_missed)
        left.remove(least_missed)
        removed.append(least_missed)
        shares.append(without[least_missed])
    by_kept = np.array(shares[::-1])
    spared = removed[: len(removed) - fewest(by_kept)]
    fresh = drawn_evenly(layout, N_FRESH, SEED)
    whole = FirstLayer.on(model, tokens_for(model, fresh))
    kept_right = right(silenced(whole.residual, whole, *spared), fresh)
    whole_right = right(whole.residual, fresh)
    places = np.array([astuple(site) for site in removed], np.int64)
    return MinimalCircuit(places, by_kept, kept_right, whole_right, layout.n_digits)
