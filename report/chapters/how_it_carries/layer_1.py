"""What the chapter on how the model carries asserts of what layer 1 does with a carry."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from report.chapters.how_it_carries.served_routes import at_sites, by_route, range_of, route_names
from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, joined, percent
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.carry_turn import CarryTurn, carry_turn

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
BY_LAYER_1_AT_LEAST = 0.5
ONE_WITHIN = 0.25
ALIKE_WITHIN = 0.25


@isolated
def layer_1_claims(sites: CarrySites, seen: CarryInLayer1, turned: CarryTurn) -> tuple[Claim, ...]:
    """The claims on how layer 1 reads a carry, and on how it turns the answer by it."""
    return (*_seen(sites, seen), *_turned(sites, turned))


@isolated
def _seen(sites: CarrySites, seen: CarryInLayer1) -> tuple[Claim, ...]:
    names = route_names(sites)
    rates = dict(zip(SEEN_BY, seen.rates.T, strict=True))

    def patterns() -> Finding:
        holds = bool((rates["patterns"] > rates["values"]).all())
        found = by_route("patterns", names, rates["patterns"]) | by_route("values", names, rates["values"])
        return Finding(
            (
                f"by the patterns {range_of(rates['patterns'])} of the digits move, by the values "
                f"{range_of(rates['values'])}; up to {percent(float(seen.switched.max()), 0)} of a head’s "
                "attention goes elsewhere"
            ),
            holds,
            found,
        )

    def queries_here() -> Finding:
        asks = _at_its_digit(sites)
        if not asks.any():
            return Finding("no carry is written at the position that predicts its digit", None)
        by_queries = rates["queries"] > rates["keys"]
        right = int(by_queries[asks].sum())
        found = by_route("queries", names, rates["queries"]) | by_route("keys", names, rates["keys"])
        return Finding(
            f"so it is on {right} of {counted(int(asks.sum()), 'route')} where it can be either",
            right == int(asks.sum()),
            found,
        )

    return (
        general_claim(
            "carry-turns-attention",
            "Layer 1 adds one by looking elsewhere, more than by moving other values.",
            criterion=(
                "on every route that is served more digits move by the patterns alone than by the values alone"
            ),
            source=carry_in_layer_1,
            otherwise="On these weights the values do more on some route.",
            finding=at_sites(sites, patterns),
        ),
        general_claim(
            "keys-there-queries-here",
            (
                "A carry that is written at the position that predicts its digit acts by the queries there more "
                "than by its keys."
            ),
            criterion=(
                "on every route with such a site the queries move more digits; a carry that is written before has "
                "no way to the queries"
            ),
            source=carry_in_layer_1,
            otherwise="On these weights it is the other way on some route.",
            finding=at_sites(sites, queries_here),
        ),
    )


@isolated
def _turned(sites: CarrySites, turned: CarryTurn) -> tuple[Claim, ...]:
    names = route_names(sites)

    def by_layer_1() -> Finding:
        asks = _at_its_digit(sites)
        if not asks.any():
            return Finding("no carry is written at the position that predicts its digit", None)
        shares = turned.by_layer_1[asks]
        back = "; where it is more than all, what the site writes to the digit itself turns it back"
        return Finding(
            f"{range_of(shares)} of the turn, on "
            f"{counted(int(asks.sum()), 'route')}{back if shares.max() > 1 else ''}",
            bool(shares.min() >= BY_LAYER_1_AT_LEAST),
            by_route("by layer 1", [names[number] for number in np.flatnonzero(asks)], shares),
        )

    def by_one() -> Finding:
        near = [number for number, one in enumerate(sites.served_routes) if not one.route.n_nines]
        if not near:
            return Finding("no site serves a route to the next digit", None)
        turns = turned.turn[near]
        of_routes = [names[number] for number in near]
        return Finding(
            f"by {joined(map(decimals, map(float, turns)))}",
            bool(np.abs(turns - 1).max() <= ONE_WITHIN),
            by_route("turn", of_routes, turns),
        )

    def alike() -> Finding:
        apart = _apart(sites, turned)
        if not apart:
            return Finding("no two routes reach a digit through one position", None)
        listed = joined(f"{name} by {percent(share, 0)}" for name, share in apart.items())
        return Finding(f"the shares differ at {listed}", max(apart.values()) <= ALIKE_WITHIN, apart)

    return (
        general_claim(
            "layer-1-turns",
            "It is layer 1 that turns the answer, more than what the site writes to the digit itself.",
            criterion=(
                f"its heads make at least {percent(BY_LAYER_1_AT_LEAST, 0)} of the turn on every route whose site "
                "is where the digit is predicted; from elsewhere a carry has no other way"
            ),
            source=carry_turn,
            otherwise="On these weights something else turns the answer on some route.",
            finding=at_sites(sites, by_layer_1),
        ),
        general_claim(
            "one-more-is-a-tenth",
            "A carry out of the next column turns the digit’s logits by one digit, a tenth of the circle.",
            criterion=f"within {ONE_WITHIN} of a digit, on every such route that is served",
            source=carry_turn,
            otherwise="On these weights it turns them by more or less on some route.",
            finding=at_sites(sites, by_one),
        ),
        general_claim(
            "heads-share-alike",
            "From whichever column a carry comes, if it comes by one position, much the same heads turn the "
            "digit.",
            criterion=(
                f"at most {percent(ALIKE_WITHIN, 0)} of the turn is shared otherwise between routes by which a "
                "digit is reached through one position (total variation distance)"
            ),
            source=carry_turn,
            otherwise="On these weights the routes are shared otherwise.",
            finding=at_sites(sites, alike),
        ),
    )


def _at_its_digit(sites: CarrySites) -> np.ndarray:
    """Which routes have their site where their digit is predicted; one elsewhere reaches only keys and values."""
    start = sites.layout.predicting.start
    return np.array([one.site.position == start + one.route.digit for one in sites.served_routes])


def _apart(sites: CarrySites, turned: CarryTurn) -> dict[str, float]:
    """How far the heads' shares are apart between routes to one digit through one position, at most."""
    apart: dict[str, float] = {}
    for (one, shares), (other, others) in combinations(zip(sites.served_routes, turned.shares, strict=True), 2):
        if (one.route.digit, one.site.position) == (other.route.digit, other.site.position):
            name = f"C{one.route.digit} through {sites.layout.position_names[one.site.position]}"
            apart[name] = max(apart.get(name, 0.0), float(np.abs(shares - others).sum() / 2))
    return apart
