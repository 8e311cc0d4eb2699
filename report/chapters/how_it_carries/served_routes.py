"""Helpers for the sections on served routes: names and numbers by route and direction, heatmaps, missing routes.

A route is served if patching a single site of layer 0 flips its digit in most pairs, in both directions: where the
patch switches the carry on, and where it switches it off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from report.content.formats import whole_percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.interventions.patching import DIRECTIONS

NO_SERVED_ROUTE = "No single site of layer 0 holds a carry on any route of this checkpoint."
NO_EARLIER_SITE = "Every carry site is at the position that predicts the digit."
NO_LOCAL_SITE = "No carry site is at the position that predicts the digit."


def no_served_route(sites: CarrySites, *_: object) -> str:
    """The reason why a figure is absent, or an empty string if some site serves a route."""
    return "" if sites.served_routes else NO_SERVED_ROUTE


def asked_routes(sites: CarrySites) -> tuple[int, int, str]:
    """On how many routes a criterion about served routes is asked, and of how many."""
    return len(sites.served_routes), len(sites.routes), "routes"


def route_names(sites: CarrySites) -> list[str]:
    """The names of the served routes."""
    return [served.route.name for served in sites.served_routes]


def is_at_predicting_position(sites: CarrySites) -> np.ndarray:
    """Whether each served route's site is at the position that predicts its digit.

    A site at an earlier position reaches the digit only through layer 1's keys and values.
    """
    start = sites.layout.predicting.start
    return np.array([served.site.position == start + served.route.digit for served in sites.served_routes], bool)


def names_where(sites: CarrySites, mask: np.ndarray) -> list[str]:
    """The names of the served routes for which `mask` is true."""
    return [name for name, is_chosen in zip(route_names(sites), mask, strict=True) if is_chosen]


def by_direction(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    """Values [route, direction] by case: "1 → C0 switched on"."""
    return {
        f"{name} switched {direction}": float(value)
        for name, of_route in zip(names, values, strict=True)
        for direction, value in zip(DIRECTIONS, of_route, strict=True)
    }


def sizes(names: Sequence[str], n_pairs: np.ndarray) -> dict[str, int]:
    """The numbers of pairs [route, direction] by case."""
    return {case: int(n) for case, n in by_direction(names, n_pairs).items()}


def rates_heatmap(sites: CarrySites, rates: np.ndarray, interventions: tuple[str, ...]) -> LazyChart:
    """A heatmap of the share of digits flipped by each intervention (columns), by route and direction (rows).

    `rates` has the axes [route, direction, intervention].
    """
    rows = [f"{name}, {direction}" for name in route_names(sites) for direction in DIRECTIONS]
    return charts.heatmap(
        rates.reshape(len(rows), len(interventions)),
        x=interventions,
        y=rows,
        x_title="",
        y_title="route, carry switched",
        wrapped_columns=True,
        quantity="answers that change",
        diverging=False,
        limits=(0, 1),
        written=whole_percent,
        is_share=True,
    )
