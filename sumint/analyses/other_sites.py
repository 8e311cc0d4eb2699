"""Whether a carry goes another way as well: all sites but the one that serves its route are interchanged at once.

That a site moves the digit says that the carry goes through it. That nothing else does is said by the other
experiment: everything that any other head of layer 0 gathered, at any position, is taken from the other sum, and
the digit stays.
"""

from __future__ import annotations

import numpy as np

from sumint.data import Sums
from sumint.interchange import Asked, Moves, Trail, route_of, site_of
from sumint.model import Model
from sumint.sites import Site


def other_sites(model: Model, probe: Sums, *, trails: tuple[Trail, ...]) -> Moves:  # noqa: ARG001
    """How often the digit moves by one if all sites are interchanged but the one that serves the route."""
    n_pairs = np.zeros(len(trails), np.int64)
    n_moved = np.zeros((len(trails), 1), np.int64)
    for number, trail in enumerate(trails):
        asked = Asked.on(model, route_of(trail), seed=1)
        n_heads, n_positions = model.cfg.n_heads, asked.base_tokens.shape[1]
        sites = [Site(*place) for place in np.ndindex(n_heads, n_positions)]
        others = [site for site in sites if site != site_of(trail)]
        n_pairs[number] = len(asked)
        n_moved[number] = asked.moved(model, asked.interchanged(*others)).sum()
    return Moves(n_pairs, n_moved)
