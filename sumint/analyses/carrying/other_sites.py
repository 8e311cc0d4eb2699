"""Whether a carry goes another way as well: all sites but the one that serves its route are interchanged at once.

That a site moves the digit says that the carry goes through it. That nothing else does is said by the other
experiment: everything that any other head of layer 0 gathered, at any position, is taken from the other sum, and
the digit stays.
"""

from __future__ import annotations

import numpy as np

from sumint.interventions.patching import FlipRates, PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model
from sumint.task.sums import Sums


def other_sites(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> FlipRates:  # noqa: ARG001
    """How often the digit moves by one if all sites are interchanged but the one that serves the route."""
    n_pairs = np.zeros(len(served), np.int64)
    n_flipped = np.zeros((len(served), 1), np.int64)
    for number, one in enumerate(served):
        asked = PatchedPairs.on(model, one.route, seed=1)
        n_heads, n_positions = model.cfg.n_heads, asked.base_tokens.shape[1]
        sites = [Site(*place) for place in np.ndindex(n_heads, n_positions)]
        others = [site for site in sites if site != one.site]
        n_pairs[number] = len(asked)
        n_flipped[number] = asked.flipped(model, asked.patched(*others)).sum()
    return FlipRates(n_pairs, n_flipped)
