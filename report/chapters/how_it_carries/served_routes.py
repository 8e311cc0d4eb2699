"""Helpers for the sections on served routes: names, numbers by route, heatmaps and the case of no served route.

A route is served if patching a single site of layer 0 flips its digit in most pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from report.content.claims import Finding
from report.content.formats import decimals, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites


def no_served_route(sites: CarrySites, *_: object) -> str:
    """The reason why a figure is absent, or an empty string if some site serves a route."""
    return "" if sites.served_routes else "On these weights no site of the first layer serves any route."


def finding_at_sites(sites: CarrySites, check: Callable[[], Finding]) -> Finding:
    """The finding of a check at the sites that serve routes; without a verdict if there are none."""
    return check() if sites.served_routes else Finding("no site serves any route", None)


def route_names(sites: CarrySites) -> list[str]:
    """The names of the served routes."""
    return [served.route.name for served in sites.served_routes]


def route_labels(sites: CarrySites) -> list[str]:
    """Short labels of the served routes, for an axis: "1 → C0"."""
    return [f"{route.column} → C{route.digit}" for route in (served.route for served in sites.served_routes)]


def by_route(quantity: str, names: Iterable[str], values: np.ndarray) -> dict[str, float]:
    """A claim's numbers: the value of a quantity for each route."""
    return {f"{quantity}, {name}": float(value) for name, value in zip(names, values, strict=True)}


def range_of(rates: np.ndarray) -> str:
    """The least and the greatest of the finite rates, as percentages."""
    finite = rates[np.isfinite(rates)]
    if not finite.size:
        return "an unknown share"
    return f"{percent(float(finite.min()), 0)} to {percent(float(finite.max()), 0)}"


def rates_heatmap(sites: CarrySites, rates: np.ndarray, interventions: tuple[str, ...]) -> LazyChart:
    """A heatmap of the share of digits that each intervention flips on each served route.

    `rates` has a row for each route and a column for each intervention.
    """
    return charts.heatmap(
        rates.T,
        x=route_labels(sites),
        y=interventions,
        x_title="route, from a column to a digit",
        y_title="",
        quantity="digits moved",
        diverging=False,
        limits=(0, 1),
        written=decimals,
    )
