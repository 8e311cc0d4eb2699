"""The columns of a table of sites that change a digit together, which two chapters show."""

from __future__ import annotations

from typing import Any

import numpy as np

from report.chapters.interval_columns import INTERVAL
from report.content.formats import joined, percent
from sumint.analyses.carrying.joint_sites import ENOUGH, MOST, N_CHOOSING, JointSites
from sumint.interventions.patching import DIRECTIONS

PAIRS_AT_LEAST = 30
"""The number of fresh pairs that a rate needs: of fewer pairs on which the model is right it is too uncertain."""

METHOD = f"Chosen greedily on {N_CHOOSING} pairs up to {percent(ENOUGH, 0)} or {MOST} sites, tested on others."
"""How the sites are chosen and tested, as the last sentence of a caption."""


def _percent_or_none(rate: float) -> str:
    return percent(rate) if np.isfinite(rate) else "–"


FORMATS = {"answers changed": _percent_or_none, "by all other sites": _percent_or_none}


def joint_sites_columns(joint: JointSites) -> dict[str, tuple[Any, ...]]:
    """The columns of a table with a row for each route and direction; a column's own digits have no direction.

    An interval is a pair of shares.
    """
    rows = []
    for number, route in enumerate(joint.routes):
        sites = joined(site.name(joint.layout) for site in joint.sites(number)) or "none"
        if route.is_own:
            (lower, upper), n_pairs = joint.pooled_intervals[number], int(joint.n_pairs[number].sum())
            rates = joint.pooled_rates[number], joint.pooled_rates_of_others[number]
            rows.append((route.name, sites, n_pairs, float(rates[0]), (lower, upper), float(rates[1])))
            continue
        for direction, name in enumerate(DIRECTIONS):
            lower, upper = joint.intervals[number, direction]
            rate, by_others = joint.rates[number, direction], joint.rates_of_others[number, direction]
            n_pairs = int(joint.n_pairs[number, direction])
            rows.append((f"{route.name}, {name}", sites, n_pairs, float(rate), (lower, upper), float(by_others)))
    head = ("route", "sites", "pairs", "answers changed", INTERVAL, "by all other sites")
    return dict(zip(head, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(head, ())


def routes_with_enough_pairs(joint: JointSites) -> list[int]:
    """The indices of the routes on which the model predicts at least `PAIRS_AT_LEAST` pairs correctly."""
    return [number for number, n_pairs in enumerate(joint.n_pairs.sum(axis=1)) if n_pairs >= PAIRS_AT_LEAST]
