"""A minimal circuit: how few sites of layer 0 suffice, when all others say the same of every sum.

A site is one head at one position. Its output is replaced by its mean over the sample, so that it holds nothing of
the sum in question. One site after the other is replaced for good, each time that without which most digits stay
right, until none is left. How few are enough is judged on other sums, so that luck with those that chose does not
count. Which set is the smallest is not known for certain that way: another order might have led to a smaller one.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.sites import Site, changed, replacing
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import FirstLayer, answers_from
from sumint.task.sums import Layout, Sums, drawn_evenly

N_SUMS = 300
"""Of the sample, to choose by."""
N_FRESH, SEED = 2000, 1
"""And others, to judge by."""

ENOUGH = 0.99
"""Of the digits that the whole model gets right."""


Residual = Float[Tensor, "sum position d_model"]


@dataclass(frozen=True)
class MinimalCircuit:
    """What is left right as site after site is replaced."""

    removed: Int[np.ndarray, "site 2"]
    """The head and the position of each site, in the order in which they were replaced."""
    right_by_digit: Float[np.ndarray, "n_kept digit"]
    """The share of fresh sums with each digit right, with so many sites kept, from none to all."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def right(self) -> Float[np.ndarray, " n_kept"]:
        """The same over all digits."""
        return self.right_by_digit.mean(axis=1)

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


def minimal_circuit(model: Model, sample: Sums) -> MinimalCircuit:
    """The sites of layer 0 in the order in which they can be spared, and how few suffice."""
    layout = layout_of(model)
    means = FirstLayer.on(model, tokens_for(model, sample)).z.mean(0)

    def silenced(residual: Residual, whole: FirstLayer, site: Site) -> Residual:
        return changed(model, residual, replacing(whole.z, means, site))

    def right(residual: Residual, sums: Sums) -> Float[np.ndarray, " digit"]:
        return (answers_from(model, residual, layout.predicting) == sums.answer_digits).mean(axis=0)

    chosen_by = sample[:N_SUMS]
    whole = FirstLayer.on(model, tokens_for(model, chosen_by))
    # The last position predicts nothing.
    left = [Site(head, position) for head in range(model.cfg.n_heads) for position in range(layout.n_ctx - 1)]
    removed: list[Site] = []
    residual = whole.residual
    while left:
        without = {site: right(silenced(residual, whole, site), chosen_by).mean() for site in left}
        least_missed = max(without, key=without.__getitem__)
        residual = silenced(residual, whole, least_missed)
        left.remove(least_missed)
        removed.append(least_missed)

    fresh = drawn_evenly(layout, N_FRESH, SEED)
    whole = FirstLayer.on(model, tokens_for(model, fresh))
    residual = whole.residual
    shares = [right(residual, fresh)]
    for site in removed:
        residual = silenced(residual, whole, site)
        shares.append(right(residual, fresh))
    places = np.array([astuple(site) for site in removed], np.int64)
    return MinimalCircuit(places, np.array(shares[::-1]), layout.n_digits)
