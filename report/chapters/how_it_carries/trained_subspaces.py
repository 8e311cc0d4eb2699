"""Section "The carry direction at each site", at its end: what the best site of an unserved route holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import percent
from report.content.optional import optional_table
from sumint.analyses.carrying.aligned_subspaces import RANKS, AlignedSubspaces, aligned_subspaces
from sumint.analyses.carrying.carry_sites import PAIRS_AT_LEAST, SERVES_FROM, CarrySites
from sumint.interventions.alignment import TRAININGS
from sumint.interventions.patching import DIRECTIONS

# Chosen after measuring the bundled seeds: a second dimension adds at most 0.07 on all but one of them, and 0.14
# on that one.
SECOND_ADDS_AT_MOST = 0.1

FIRST_RANK = 2
"""The column of the subspace of rank 1 in the rates; that of rank 2 follows."""

NO_UNSERVED_ROUTE = "A single site holds the carry of each route."


def _no_unserved_route(sites: CarrySites, *_: object) -> str:
    return "" if sites.best_unserved else "A single site holds the carry of each route of this checkpoint."


@optional_table(
    "trained-subspaces", "Trained subspaces where no single site holds the carry", unless=_no_unserved_route
)
def subspaces_table(name: str, title: str, sites: CarrySites, subspaces: AlignedSubspaces) -> Table:
    """A table of the routes that no single site serves, with the rates of patches of their best site."""
    rows: list[tuple[Any, ...]] = []
    for number, best in enumerate(sites.best_unserved):
        for direction, switched in enumerate(DIRECTIONS):
            n_pairs = int(subspaces.n_pairs[number, direction])
            rates = subspaces.rates[number, direction].tolist()
            _, arbitrary, random_weights = subspaces.fitted.rates[number, direction].tolist()
            route = f"{best.route.name}, {switched}"
            rows.append((route, best.site.name(sites.layout), n_pairs, *rates, arbitrary, random_weights))
    ranks = tuple(f"{rank} trained dimension{'s' if rank > 1 else ''}" for rank in RANKS)
    shares = ("full output", "carry direction", *ranks, *TRAININGS[1:])
    head = ("route", "best site", "pairs", *shares)
    return Table(
        name,
        title,
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            "Answers that change when the best single site, or a subspace of its output, is patched, on routes "
            "whose carry no single site holds; last, the shares of training pairs that the controls of the larger "
            "subspace fit."
        ),
        source=aligned_subspaces,
        formats=dict.fromkeys(shares, _percent_or_none),
    )


@claim(
    "no-subspace-where-no-site",
    "Where no single site holds a carry, no trained subspace of one or two dimensions of the best site does, "
    "either.",
    analysis=aligned_subspaces,
    figure="trained-subspaces",
    otherwise="On {case}, a trained subspace of the best site switches the carry in {value} of the pairs in both "
    "directions, although patching the full output does not.",
)
def no_subspace_holds_it(sites: CarrySites, subspaces: AlignedSubspaces) -> Check:
    """The rate of the better trained subspace, in the direction in which it is lower, on each route."""
    if not sites.best_unserved:
        return not_applicable(NO_UNSERVED_ROUTE)
    rates = _measured_rates(subspaces)
    lower = rates[..., FIRST_RANK:].min(axis=1)
    gain = float(np.fmax.reduce(rates[..., FIRST_RANK] - rates[..., 0], axis=None))
    return all_of(
        at_most(
            SERVES_FROM,
            dict(zip(_names(sites), np.max(lower, axis=1).tolist(), strict=True)),
            "{bound} of the answers change in both directions when the better of the trained subspaces is "
            "patched, on every route whose carry no single site holds; a rate needs "
            f"{PAIRS_AT_LEAST} pairs of each direction",
            is_strict=True,
        ),
        asked=_asked(sites),
        note=f"one trained dimension changes up to {percent(gain)} of the answers more than the full output does"
        if np.isfinite(gain) and gain > 0
        else "",
    )


@claim(
    "second-dimension-adds-little",
    "Where no single site holds a carry, two trained dimensions of the best site switch it in few more pairs than "
    "one.",
    analysis=aligned_subspaces,
    figure="trained-subspaces",
    otherwise="On {case}, a second trained dimension changes {value} more of the answers.",
)
def second_dimension_adds_little(sites: CarrySites, subspaces: AlignedSubspaces) -> Check:
    """The rate of the trained subspace of rank 2 minus that of rank 1, in the direction in which each is lower."""
    if not sites.best_unserved:
        return not_applicable(NO_UNSERVED_ROUTE)
    one, two = np.moveaxis(_measured_rates(subspaces)[..., FIRST_RANK:].min(axis=1), -1, 0)
    return all_of(
        at_most(
            SECOND_ADDS_AT_MOST,
            dict(zip(_names(sites), (two - one).tolist(), strict=True)),
            "in the direction in which fewer change, two trained dimensions change {bound} more of the answers "
            f"than one, on every route whose carry no single site holds; a rate needs {PAIRS_AT_LEAST} pairs of "
            "each direction",
        ),
        asked=_asked(sites),
    )


def _measured_rates(subspaces: AlignedSubspaces) -> np.ndarray:
    """The rates [route, direction, way]; NaN where there are too few pairs."""
    return np.where(subspaces.n_pairs[..., None] >= PAIRS_AT_LEAST, subspaces.rates, np.nan)


def _names(sites: CarrySites) -> list[str]:
    return [best.route.name for best in sites.best_unserved]


def _asked(sites: CarrySites) -> tuple[int, int, str]:
    n_routes = len(sites.best_unserved)
    return n_routes, n_routes, "routes without a single site"


def _percent_or_none(rate: float) -> str:
    return percent(rate) if np.isfinite(rate) else "–"
