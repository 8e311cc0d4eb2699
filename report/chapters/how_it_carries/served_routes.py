"""What the parts of the chapter on how the model carries say of the routes that a site serves, and without any."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from report.content.claims import Finding
from report.content.formats import percent
from sumint.analyses.carrying.carry_sites import CarrySites


def no_site(sites: CarrySites, *_: object) -> str:
    """Why there is nothing to look at more closely."""
    return "" if sites.served_routes else "On these weights no site of the first layer serves any route."


def at_sites(sites: CarrySites, check: Callable[[], Finding]) -> Finding:
    """What is found at the sites; without any there is nothing to find."""
    return check() if sites.served_routes else Finding("no site serves any route", None)


def route_names(sites: CarrySites) -> list[str]:
    """The routes that a site serves, in words."""
    return [one.route.name for one in sites.served_routes]


def route_labels(sites: CarrySites) -> list[str]:
    """The same routes, as short as an axis has room for."""
    return [f"{route.column} → C{route.digit}" for route in (one.route for one in sites.served_routes)]


def by_route(what: str, names: Iterable[str], values: np.ndarray) -> dict[str, float]:
    """A number of each route, as a claim keeps it."""
    return {f"{what}, {name}": float(value) for name, value in zip(names, values, strict=True)}


def range_of(rates: np.ndarray) -> str:
    """The least and the greatest rate of those that could be measured."""
    measured = rates[np.isfinite(rates)]
    if not measured.size:
        return "an unknown share"
    return f"{percent(float(measured.min()), 0)} to {percent(float(measured.max()), 0)}"
