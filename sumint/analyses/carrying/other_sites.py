"""Whether a carry also takes another path: all sites except the one that serves the route are patched at once.

Patching the site alone shows that the carry passes through it. This analysis tests the converse: the outputs of
all other layer-0 heads, at all positions, are patched with those of the source. If the digit does not change, the
carry passes through the site only.
"""

from __future__ import annotations

import numpy as np

from sumint.interventions.patching import DIRECTIONS, FlipRates, PatchedPairs, ServedRoute, names_of
from sumint.interventions.sites import Site
from sumint.model.load import Model
from sumint.task.sums import Sums


def other_sites(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> FlipRates:  # noqa: ARG001
    """Patches all sites except the one that serves the route, and counts how often the digit changes by one."""
    n_pairs = np.zeros((len(served_routes), len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, 1), np.int64)
    for number, served in enumerate(served_routes):
        pairs = PatchedPairs.on(model, served.route, seed=1)
        n_heads, n_positions = model.cfg.n_heads, pairs.base_tokens.shape[1]
        sites = [Site(*place) for place in np.ndindex(n_heads, n_positions)]
        others = [site for site in sites if site != served.site]
        n_pairs[number] = pairs.n_by_direction
        n_flipped[number, :, 0] = pairs.count(pairs.is_flipped(model, pairs.changes_at(*others)))
    return FlipRates(n_pairs, n_flipped, route_names=names_of(served_routes))
