"""The sites of layer 0 that hold the carry: those where activation patching changes the answer's digit by one.

A site is one head of layer 0 at one position. For every route from the column that makes a carry to a digit of the
answer, through columns that sum to nine, random pairs of sums differ in that carry only. The head output at one
site of the base is patched with that of the source. If the carry is written at this site only, the predicted digit
becomes the source's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.intervals import wilson
from sumint.interventions.patching import DIRECTIONS, N_PAIRS, PatchedPairs, ServedRoute, shares_of
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of
from sumint.results.result import Result
from sumint.task.carry_routes import Route, routes_of
from sumint.task.sums import Layout, Sums

SERVES_FROM = 0.9
"""A site serves a route if patching it changes at least this share of the digits, in each direction, …"""

PAIRS_AT_LEAST = 30
"""… and the model predicts both digits correctly on at least this many pairs of each direction."""


@dataclass(frozen=True)
class CarrySites(Result, route="routes", direction=DIRECTIONS, head="H0.{}"):
    """How often patching a site changes the digit, by route and by site."""

    n_drawn: int
    """The number of pairs drawn for each route."""
    n_pairs: Int[np.ndarray, "route direction"]
    """The number of pairs on which the model predicts both digits correctly; the others are excluded."""
    n_flipped: Int[np.ndarray, "route direction head position"]
    """The number of these pairs in which the base's digit becomes the source's."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return routes_of(self.layout)

    @cached_property
    def rates(self) -> Float[np.ndarray, "route direction head position"]:
        """The share of pairs whose digit becomes the source's; NaN if there is no pair."""
        return shares_of(self.n_flipped, self.n_pairs[..., None, None])

    @cached_property
    def lower_rates(self) -> Float[np.ndarray, "route head position"]:
        """The lower of the rates of the two directions; 0 if there is no pair of one."""
        return np.nan_to_num(self.rates).min(axis=1)

    @property
    def best_sites(self) -> tuple[Site, ...]:
        """The site with the highest lower rate on each route; the first of several."""
        return tuple(_site(np.unravel_index(rates.argmax(), rates.shape)) for rates in self.lower_rates)

    def second_best(self, route: int) -> Site:
        """The site with the highest lower rate on a route, by its number, beside the best."""
        order = np.argsort(-self.lower_rates[route], axis=None, kind="stable")
        return _site(np.unravel_index(order[1], self.lower_rates[route].shape))

    def all_but_best(self, route: int) -> tuple[Site, ...]:
        """All sites up to the position that predicts a route's digit, but the best of the route."""
        n_heads = self.lower_rates.shape[1]
        last = self.layout.predicting.start + self.routes[route].digit
        sites = (Site(head, position) for head in range(n_heads) for position in range(last + 1))
        return tuple(site for site in sites if site != self.best_sites[route])

    def rates_at(self, route: int, site: Site) -> Float[np.ndarray, " direction"]:
        """The rates on a route, by its number, at a site."""
        return self.rates[route, :, site.head, site.position]

    def intervals_at(self, route: int, site: Site) -> Float[np.ndarray, "direction bound"]:
        """Wilson's intervals of the rates on a route, by its number, at a site."""
        return wilson(self.n_flipped[route, :, site.head, site.position], self.n_pairs[route])

    @cached_property
    def served_numbers(self) -> tuple[int, ...]:
        """The numbers of the routes that at least one site serves."""
        return tuple(np.flatnonzero(self._serves.any(axis=(1, 2))).tolist())

    def is_served(self, route: Route) -> bool:
        """Whether at least one site serves a route."""
        return not route.is_own and self.routes.index(route) in self.served_numbers

    @property
    def unserved_routes(self) -> tuple[Route, ...]:
        """The routes that no site serves by itself."""
        return tuple(route for number, route in enumerate(self.routes) if number not in self.served_numbers)

    @property
    def best_unserved(self) -> tuple[ServedRoute, ...]:
        """The routes whose carry no single site holds, each with the site that switches it most often."""
        unserved = (number for number in range(len(self.routes)) if number not in self.served_numbers)
        return tuple(ServedRoute(self.routes[number], self.best_sites[number]) for number in unserved)

    @cached_property
    def smallest_set(self) -> tuple[Site, ...]:
        """The smallest set of sites that serves all served routes; of several, the one with the best rates.

        The search is exhaustive, in the order of size.
        """
        serves = self._serves
        candidates = [_site(place) for place in np.argwhere(serves.any(axis=0))]
        for size in range(len(candidates) + 1):
            sets = [
                sites
                for sites in combinations(candidates, size)
                if all(
                    any(serves[route, site.head, site.position] for site in sites) for route in self.served_numbers
                )
            ]
            if sets:
                return max(sets, key=self._total_rate)
        return ()

    def site_serving(self, route: int) -> Site | None:
        """The site of the smallest set with the highest rate on a route, by its number; None if none serves it."""
        if route not in self.served_numbers:
            return None
        return max(self.smallest_set, key=lambda site: self._lower_rate(route, site))

    @cached_property
    def served_routes(self) -> tuple[ServedRoute, ...]:
        """Each served route, with the site of the smallest set that serves it best."""
        pairs = ((self.routes[number], self.site_serving(number)) for number in self.served_numbers)
        return tuple(ServedRoute(route, site) for route, site in pairs if site is not None)

    @property
    def _serves(self) -> Bool[np.ndarray, "route head position"]:
        has_enough = np.all(self.n_pairs >= PAIRS_AT_LEAST, axis=1)
        return (self.lower_rates >= SERVES_FROM) & has_enough[:, None, None]

    def _lower_rate(self, route: int, site: Site) -> float:
        return float(self.lower_rates[route, site.head, site.position])

    def _total_rate(self, sites: tuple[Site, ...]) -> float:
        return sum((max(self._lower_rate(route, site) for site in sites) for route in self.served_numbers), 0.0)


def carry_sites(model: Model, sample: Sums) -> CarrySites:  # noqa: ARG001 — it draws pairs of its own
    """Patches each site of layer 0 on each route, and counts how often the digit becomes the source's."""
    layout = layout_of(model)
    routes = routes_of(layout)
    n_pairs = np.zeros((len(routes), len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, model.cfg.n_heads, layout.n_ctx), np.int64)
    for number, route in enumerate(routes):
        pairs = PatchedPairs.on(model, route)
        n_pairs[number] = pairs.n_by_direction
        if not len(pairs):
            continue
        # Positions after the one that predicts the digit cannot influence it.
        for head, position in np.ndindex(model.cfg.n_heads, layout.predicting.start + route.digit + 1):
            changes = pairs.changes_at(Site(head, position))
            n_flipped[number, :, head, position] = pairs.count(pairs.is_flipped(model, changes))
    return CarrySites(N_PAIRS, n_pairs, n_flipped, layout.n_digits)


def _site(place: np.ndarray | tuple[np.intp, ...]) -> Site:
    head, position = map(int, place)
    return Site(head, position)
