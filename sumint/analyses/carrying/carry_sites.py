"""Where the carry is: at which sites of layer 0 an interchange moves the answer's digit by exactly one.

A site is one head of layer 0 at one position. For every route from the column that makes a carry to a digit of
the answer, through columns that sum to nine, pairs of sums are drawn that differ in that carry alone; what one of
the two has gathered at a site is put into the other. If the carry is written there, and nowhere else, the digit
becomes the other sum's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.intervals import wilson
from sumint.interventions.patching import N_PAIRS, PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of
from sumint.task.carry_routes import Route, routes_of
from sumint.task.sums import Layout, Sums

SERVES_FROM = 0.9
"""A site serves a route if this share of the digits moves, …"""

PAIRS_AT_LEAST = 30
"""… and there are so many pairs that the model gets right."""


@dataclass(frozen=True)
class CarrySites:
    """How often the digit moved, by route and by site."""

    n_drawn: int
    """How many pairs were drawn for each route."""
    n_pairs: Int[np.ndarray, " route"]
    """Those of which the model says both sums' digit rightly; the others are left out."""
    n_flipped: Int[np.ndarray, "route head position"]
    """In how many of them the base's digit became the source's."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return routes_of(self.layout)

    @cached_property
    def rates(self) -> Float[np.ndarray, "route head position"]:
        """The share of pairs whose digit moved; 0 where there is no pair."""
        return self.n_flipped / np.maximum(self.n_pairs, 1)[:, None, None]

    @property
    def best(self) -> tuple[Site, ...]:
        """For each route the site that moves most digits; the first of several."""
        return tuple(_site(np.unravel_index(of_route.argmax(), of_route.shape)) for of_route in self.rates)

    def rate(self, route: int, site: Site) -> float:
        return float(self.rates[route, site.head, site.position])

    def interval(self, route: int, site: Site) -> tuple[float, float]:
        """Between which rates the true one lies, by Wilson's interval."""
        lower, upper = self.intervals[route, site.head, site.position].tolist()
        return lower, upper

    @property
    def intervals(self) -> Float[np.ndarray, "route head position bound"]:
        """The same of all."""
        return wilson(self.n_flipped, np.broadcast_to(self.n_pairs[:, None, None], self.n_flipped.shape))

    @cached_property
    def served(self) -> tuple[int, ...]:
        """The routes, by number, that some site serves."""
        return tuple(np.flatnonzero(self._serves.any(axis=(1, 2))).tolist())

    @property
    def unserved(self) -> tuple[Route, ...]:
        """The routes that no single site serves."""
        return tuple(route for number, route in enumerate(self.routes) if number not in self.served)

    @cached_property
    def smallest(self) -> tuple[Site, ...]:
        """The fewest sites that serve all routes that any serves; of several such sets the best by rate.

        Every set is looked at, the small ones first.
        """
        serves = self._serves
        candidates = [_site(place) for place in np.argwhere(serves.any(axis=0))]
        for size in range(len(candidates) + 1):
            sets = [
                chosen
                for chosen in combinations(candidates, size)
                if all(any(serves[route, site.head, site.position] for site in chosen) for route in self.served)
            ]
            if sets:
                return max(sets, key=self._total_rate)
        return ()

    def serving(self, route: int) -> Site | None:
        """The site of the smallest set that serves a route best; None if none does."""
        if route not in self.served:
            return None
        return max(self.smallest, key=lambda site: self.rate(route, site))

    @cached_property
    def served_routes(self) -> tuple[ServedRoute, ...]:
        """Each route that is served, with the site that serves it best."""
        serving = ((self.routes[number], self.serving(number)) for number in self.served)
        return tuple(ServedRoute(route, site) for route, site in serving if site is not None)

    @property
    def _serves(self) -> Bool[np.ndarray, "route head position"]:
        return (self.rates >= SERVES_FROM) & (self.n_pairs >= PAIRS_AT_LEAST)[:, None, None]

    def _total_rate(self, sites: tuple[Site, ...]) -> float:
        return float(sum(max(self.rate(route, site) for site in sites) for route in self.served))


def carry_sites(model: Model, sample: Sums) -> CarrySites:  # noqa: ARG001 — it looks at pairs of its own
    """How often an interchange at each site of layer 0 moves the digit at the end of each route."""
    layout = layout_of(model)
    routes = routes_of(layout)
    n_pairs = np.zeros(len(routes), np.int64)
    n_flipped = np.zeros((len(routes), model.cfg.n_heads, layout.n_ctx), np.int64)
    for number, route in enumerate(routes):
        asked = PatchedPairs.on(model, route)
        n_pairs[number] = len(asked)
        if not len(asked):
            continue
        # What is gathered after the position that predicts the digit cannot reach it.
        for head, position in np.ndindex(model.cfg.n_heads, layout.predicting.start + route.digit + 1):
            swapped = asked.patched(Site(head, position))
            n_flipped[number, head, position] = asked.flipped(model, swapped).sum()
    return CarrySites(N_PAIRS, n_pairs, n_flipped, layout.n_digits)


def _site(place: np.ndarray | tuple[np.intp, ...]) -> Site:
    head, position = map(int, place)
    return Site(head, position)
