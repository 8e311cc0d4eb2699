"""Where several sites hold something together: the fewest whose interchange moves the digit, found one by one.

Of a carry that no single site moves, or of a column's own digits, each of several may hold a part. Sites are
interchanged together, and added one at a time, always the one that moves most digits with those that were chosen
before. A digit is moved if it becomes the other sum's; by a carry that is one more or one less. The sites are
chosen by some pairs and tried on others, since of many sets the best on the same pairs would look better than it
is. And all other sites are interchanged without them, which says how much comes another way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.intervals import wilson
from sumint.interventions.patching import PatchedPairs
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of
from sumint.task.carry_routes import Route
from sumint.task.sums import Layout, Sums

N_CHOOSING, N_FRESH = 120, 300
"""Pairs for each route to choose by, and others to try what was chosen."""

ENOUGH = 0.9
"""No further site is added once so large a share of the digits moves, …"""
MOST = 4
"""… or once there are so many."""

NONE = -1
"""Stands for a site that was not needed any more."""


@dataclass(frozen=True)
class JointSites:
    """The sites that move a route's digit together."""

    ends: Int[np.ndarray, "route 2"]
    """The column and the digit of each route."""
    places: Int[np.ndarray, "route step 2"]
    """The head and the position of each site, in the order in which they were added."""
    n_pairs: Int[np.ndarray, " route"]
    """The fresh ones that the model gets right on both sides."""
    n_flipped: Int[np.ndarray, " route"]
    """In how many of them the digit moved, with all the chosen sites interchanged."""
    n_moved_by_others: Int[np.ndarray, " route"]
    """The same with all the other sites interchanged."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(Route(*ends) for ends in self.ends.tolist())

    def sites(self, route: int) -> tuple[Site, ...]:
        return tuple(Site(head, place) for head, place in self.places[route].tolist() if head != NONE)

    @property
    def rates(self) -> Float[np.ndarray, " route"]:
        """The share of pairs whose digit moved; 0 where there is no pair."""
        return self.n_flipped / np.maximum(self.n_pairs, 1)

    @property
    def rates_of_others(self) -> Float[np.ndarray, " route"]:
        """The same with all the other sites."""
        return self.n_moved_by_others / np.maximum(self.n_pairs, 1)

    @property
    def intervals(self) -> Float[np.ndarray, "route bound"]:
        """Between which rates the true ones lie, by Wilson's intervals."""
        return wilson(self.n_flipped, self.n_pairs)


def joint_sites(model: Model, sample: Sums, *, routes: tuple[Route, ...]) -> JointSites:  # noqa: ARG001
    """For each of these routes, the sites of layer 0 that move its digit together."""
    layout = layout_of(model)
    places = np.full((len(routes), MOST, 2), NONE, np.int64)
    n_pairs, n_flipped, n_by_others = np.zeros((3, len(routes)), np.int64)
    ends = np.array([(route.column, route.digit) for route in routes], np.int64).reshape(-1, 2)
    for number, route in enumerate(routes):
        chosen = _chosen(model, route)
        fresh = PatchedPairs.on(model, route, seed=1, n_pairs=N_FRESH)
        n_pairs[number] = len(fresh)
        for step, site in enumerate(chosen):
            places[number, step] = site.head, site.position
        if chosen and len(fresh):
            others = [site for site in _sites_before(model, route) if site not in chosen]
            n_flipped[number] = fresh.flipped(model, fresh.patched(*chosen)).sum()
            n_by_others[number] = fresh.flipped(model, fresh.patched(*others)).sum()
    return JointSites(ends, places, n_pairs, n_flipped, n_by_others, layout.n_digits)


def _sites_before(model: Model, route: Route) -> list[Site]:
    """All sites but those after the position that predicts the digit, which cannot reach it."""
    n_positions = layout_of(model).predicting.start + route.digit + 1
    return [Site(head, place) for head, place in np.ndindex(model.cfg.n_heads, n_positions)]


def _chosen(model: Model, route: Route) -> list[Site]:
    """Sites, one after the other, until enough digits move; none where the model knows no pair."""
    asked = PatchedPairs.on(model, route, n_pairs=N_CHOOSING)
    if not len(asked):
        return []
    left = _sites_before(model, route)

    def share(sites: list[Site]) -> float:
        return float(asked.flipped(model, asked.patched(*sites)).mean())

    chosen: list[Site] = []
    while len(chosen) < MOST and left:
        best = max(left, key=lambda site: share([*chosen, site]))
        chosen.append(best)
        left.remove(best)
        if share(chosen) >= ENOUGH:
            break
    return chosen
