"""Sites that hold information jointly: a greedy search for few sites whose joint patching changes the digit.

If no single site serves a route, or for a column's own digits, several sites may each hold a part. They are
patched together: a greedy search adds one site at a time, always the one that flips the most digits together with
those chosen before, and in the end removes the sites without which as many are flipped. A digit is flipped if it
becomes the source's; on the route of a carry that is one more or one less. The sites are chosen on some pairs and
tested on others, so that selection cannot inflate the rate. In addition all other sites are patched without them,
which measures how much passes another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.intervals import wilson
from sumint.interventions.patching import DIRECTIONS, PatchedPairs, shares_of
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of
from sumint.results.result import Result
from sumint.task.carry_routes import Route
from sumint.task.sums import Layout, Sums

N_CHOOSING, N_FRESH = 120, 300
"""The numbers of pairs for each route on which sites are chosen, and of other pairs on which they are tested."""

ENOUGH = 0.9
"""No further site is added once this share of the digits is flipped, …"""
MOST = 4
"""… or once there are this many sites."""

NONE = -1
"""A placeholder for further sites that were not needed."""


@dataclass(frozen=True)
class JointSites(
    Result, route="routes", direction=DIRECTIONS, end=("column", "digit"), entry=("head", "position")
):
    """The sites that jointly flip the digit of each route."""

    ends: Int[np.ndarray, "route end=2"]
    """The column and the digit of each route."""
    places: Int[np.ndarray, "route step entry=2"]
    """The head and the position of each site, in the order of the search."""
    n_pairs: Int[np.ndarray, "route direction"]
    """The number of test pairs on which the model predicts both digits correctly. On the route of a column to its
    own digit the second direction are the pairs in which the column has a carry-out."""
    n_flipped: Int[np.ndarray, "route direction"]
    """The number of these pairs that are flipped when all chosen sites are patched."""
    n_flipped_by_others: Int[np.ndarray, "route direction"]
    """The number of these pairs that are flipped when all other sites are patched."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(Route(*ends) for ends in self.ends.tolist())

    def sites(self, route: int) -> tuple[Site, ...]:
        """The chosen sites of a route, by its number."""
        return tuple(Site(head, place) for head, place in self.places[route].tolist() if head != NONE)

    def other_sites(self, route: int, n_heads: int) -> tuple[Site, ...]:
        """All sites up to the position that predicts a route's digit, but those chosen."""
        last = self.layout.predicting.start + self.routes[route].digit
        chosen = self.sites(route)
        sites = (Site(head, position) for head in range(n_heads) for position in range(last + 1))
        return tuple(site for site in sites if site not in chosen)

    @property
    def all_sites(self) -> frozenset[Site]:
        """The chosen sites of all routes."""
        return frozenset(site for number in range(len(self.routes)) for site in self.sites(number))

    @property
    def rates(self) -> Float[np.ndarray, "route direction"]:
        """The share of flipped pairs; NaN if there is no pair."""
        return shares_of(self.n_flipped, self.n_pairs)

    @property
    def rates_of_others(self) -> Float[np.ndarray, "route direction"]:
        """The share of pairs that are flipped when all other sites are patched; NaN if there is no pair."""
        return shares_of(self.n_flipped_by_others, self.n_pairs)

    @property
    def intervals(self) -> Float[np.ndarray, "route direction bound"]:
        """Wilson's intervals of the rates."""
        return wilson(self.n_flipped, self.n_pairs)

    @property
    def pooled_rates(self) -> Float[np.ndarray, " route"]:
        """The share of flipped pairs of both directions, for the routes of columns to their own digits."""
        return shares_of(self.n_flipped.sum(axis=1), self.n_pairs.sum(axis=1))

    @property
    def pooled_rates_of_others(self) -> Float[np.ndarray, " route"]:
        """The share of pairs of both directions that are flipped when all other sites are patched."""
        return shares_of(self.n_flipped_by_others.sum(axis=1), self.n_pairs.sum(axis=1))

    @property
    def pooled_intervals(self) -> Float[np.ndarray, "route bound"]:
        """Wilson's intervals of the pooled rates."""
        return wilson(self.n_flipped.sum(axis=1), self.n_pairs.sum(axis=1))


def joint_sites(model: Model, sample: Sums, *, routes: tuple[Route, ...]) -> JointSites:  # noqa: ARG001
    """Searches, for each of these routes, the sites of layer 0 that jointly flip its digit."""
    layout = layout_of(model)
    places = np.full((len(routes), MOST, 2), NONE, np.int64)
    n_pairs, n_flipped, n_by_others = np.zeros((3, len(routes), len(DIRECTIONS)), np.int64)
    ends = np.array([(route.column, route.digit) for route in routes], np.int64).reshape(-1, 2)
    for number, route in enumerate(routes):
        chosen = _choose_sites(model, route)
        fresh = PatchedPairs.on(model, route, seed=1, n_pairs=N_FRESH)
        n_pairs[number] = fresh.n_by_direction
        for step, site in enumerate(chosen):
            places[number, step] = site.head, site.position
        if len(fresh):
            others = [site for site in _sites_before(model, route) if site not in chosen]
            n_flipped[number] = fresh.count(fresh.is_flipped(model, fresh.changes_at(*chosen)))
            n_by_others[number] = fresh.count(fresh.is_flipped(model, fresh.changes_at(*others)))
    return JointSites(ends, places, n_pairs, n_flipped, n_by_others, layout.n_digits)


def _sites_before(model: Model, route: Route) -> list[Site]:
    """All sites from the column's first digit on, before which both sums are equal, to the predicting position."""
    layout = layout_of(model)
    positions = range(layout.first_operand.start + route.column, layout.predicting.start + route.digit + 1)
    return [Site(head, position) for head in range(model.cfg.n_heads) for position in positions]


def _choose_sites(model: Model, route: Route) -> list[Site]:
    """The sites of a greedy search; empty if the model predicts no pair correctly, or no site flips a digit."""
    pairs = PatchedPairs.on(model, route, n_pairs=N_CHOOSING)
    if not len(pairs):
        return []
    remaining = _sites_before(model, route)

    def rate(sites: Sequence[Site]) -> float:
        return float(pairs.is_flipped(model, pairs.changes_at(*sites)).mean())

    chosen: list[Site] = []
    while len(chosen) < MOST and remaining:
        best = max(remaining, key=lambda site: rate([*chosen, site]))
        chosen.append(best)
        remaining.remove(best)
        if rate(chosen) >= ENOUGH:
            break
    for site in tuple(reversed(chosen)):
        rest = [other for other in chosen if other != site]
        if rate(rest) >= rate(chosen):
            chosen = rest
    return chosen
