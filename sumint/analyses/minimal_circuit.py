"""A minimal circuit: how few sites of layer 0 suffice, when all others say the same of every sum.

A site is one head at one position. What it gathers is replaced by its mean over the probe, so that it says nothing
of the sum at hand. One site after the other is replaced for good, each time that without which most digits stay
right, until none is left. Which set is the smallest is not known for certain that way: another order might have
led to a smaller one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.data import Layout, Sums, drawn_evenly
from sumint.interchange import Site, Z
from sumint.interventions import Hook, mean_ablate
from sumint.model import Model, Tensor, as_array, layout_of, tokens_for

N_SUMS = 300
"""Of the probe, to choose by."""
N_FRESH, SEED = 2000, 1
"""And others, to try what was chosen."""

ENOUGH = 0.99
"""Of the digits that the whole model gets right."""


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
    tokens = tokens_for(model, probe)
    means = model.run_with_cache(tokens, names_filter=Z)[1][Z].mean(0)
    chosen_by = probe[:N_SUMS]
    asked = tokens[:N_SUMS]

    def silenced(sites: Sequence[Site]) -> Hook:
        return mean_ablate(Z, means, [site.position for site in sites], [site.head for site in sites])

    def right_without(sites: Sequence[Site]) -> float:
        return float(_right(model, asked, chosen_by, [silenced(sites)]).mean())

    # The last position predicts nothing.
    left = [Site(head, position) for head in range(model.cfg.n_heads) for position in range(layout.n_ctx - 1)]
    removed: list[Site] = []
    right = [right_without(removed)]
    while left:
        least_missed = max(left, key=lambda site: right_without([*removed, site]))
        left.remove(least_missed)
        removed.append(least_missed)
        right.append(right_without(removed))
    by_kept = np.array(right[::-1])
    spared = removed[: len(removed) - fewest(by_kept)]
    fresh = drawn_evenly(layout, N_FRESH, SEED)
    fresh_tokens = tokens_for(model, fresh)
    kept_right, whole_right = (
        _right(model, fresh_tokens, fresh, hooks).mean(axis=0) for hooks in ([silenced(spared)], [])
    )
    places = np.array([astuple(site) for site in removed], np.int64)
    return MinimalCircuit(places, by_kept, kept_right, whole_right, layout.n_digits)


def _right(
    model: Model, tokens: Int[Tensor, "sum position"], sums: Sums, hooks: Sequence[Hook]
) -> Float[np.ndarray, "sum digit"]:
    """1 where the model says the right digit, 0 where it does not."""
    logits = model.run_with_hooks(tokens, fwd_hooks=list(hooks))[:, layout_of(model).predicting]
    return (as_array(logits.argmax(-1)) == sums.answer_digits).astype(np.float64)
