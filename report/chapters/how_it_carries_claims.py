"""What the chapter on how the model carries asserts, and when each assertion holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from report.chapter import Claim
from report.claims import Finding, general_claim
from report.parts import part
from report.theme import counted, decimals, joined, percent
from sumint.analyses.carry_direction import DOSES, CarryDirection, carry_direction
from sumint.analyses.carry_direction import WAYS as SWAPPED
from sumint.analyses.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carry_readout import BY_DECISIVENESS, CarryReadout, carry_readout
from sumint.analyses.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.look_ahead import LookAhead, look_ahead
from sumint.data import N_DIGIT_TOKENS
from sumint.interchange import route_of, site_of
from sumint.lab import Lab
from sumint.routes import Route

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
NEXT_AT_MOST = 0.25
ORDER_AT_LEAST = 0.9
COSINE_AT_LEAST = 0.9
COSINE_WITHIN = 1
ADDITIVE_AT_LEAST = 0.95
TIE_BREAK_AT_LEAST = 0.1
ALONG_AT_LEAST, REST_AT_MOST = 0.8, 0.1
HALF_BETWEEN = (0.3, 0.7)


def route_name(route: Route) -> str:
    """How the report calls a route: by the column that makes the carry and the digit that it changes."""
    return f"column {route.column} → C{route.digit}"


@part
def claims(
    lab: Lab,  # noqa: ARG001 — every chapter's claims are given it
    sites: CarrySites,
    readout: CarryReadout,
    ahead: LookAhead,
    seen: CarryInLayer1,
    direction: CarryDirection,
) -> tuple[Claim, ...]:
    """Every claim of the chapter."""

    def at_sites(check: Callable[[], Finding]) -> Finding:
        return check() if sites.trails else Finding("no site serves any route", None)

    names = [route_name(route_of(trail)) for trail in sites.trails]
    return (
        *_where(sites),
        *_read_off(sites, readout, at_sites),
        *_ahead(sites, ahead, at_sites),
        *_seen(sites, seen, names, at_sites),
        *_moved(direction, names, at_sites),
    )


@part
def _where(sites: CarrySites) -> tuple[Claim, ...]:
    smallest = [site.name(sites.layout) for site in sites.smallest]
    rates = {
        route_name(route): sites.rate(number, sites.best[number]) for number, route in enumerate(sites.routes)
    }
    others = []
    for number in sites.served:
        of_route = sites.rates[number].copy()
        best = sites.best[number]
        of_route[best.head, best.position] = 0
        others.append(float(of_route.max()))
    is_asked = bool(sites.n_pairs.all())
    unserved = [route_name(route) for number, route in enumerate(sites.routes) if number not in sites.served]
    missing = f"; none serves {joined(unserved)}" if unserved else ""
    return (
        general_claim(
            "carry-sites",
            "Every carry passes through a single site: one head of layer 0 at one position.",
            criterion=(
                f"on every route some site moves at least {percent(SERVES_FROM, 0)} of the digits by exactly one"
            ),
            source=carry_sites,
            otherwise="On these weights some carry is not at a single site, or the model does not know it.",
            finding=Finding(
                f"{counted(len(smallest), 'site')} serve {len(sites.served)} of "
                f"{counted(len(sites.routes), 'route')}: {joined(smallest)}{missing}",
                len(sites.served) == len(sites.routes),
                rates,
            ),
        ),
        general_claim(
            "carry-nowhere-else",
            "No other site comes near it.",
            criterion=f"on every route that is served the next site moves at most {percent(NEXT_AT_MOST, 0)}",
            source=carry_sites,
            otherwise="On these weights another site moves digits as well.",
            finding=Finding(f"the next sites move at most {percent(max(others))}", max(others) <= NEXT_AT_MOST)
            if others
            else Finding("no site serves any route", None),
        ),
        general_claim(
            "sites-are-shared",
            "There are fewer such sites than routes: what is written once is read by several digits.",
            criterion="the smallest set that serves all routes that are served has fewer sites than these routes",
            source=carry_sites,
            otherwise="On these weights every route has a site of its own.",
            finding=Finding(
                f"{counted(len(smallest), 'site')} for {counted(len(sites.served), 'route')}",
                len(smallest) < len(sites.served) if is_asked and sites.served else None,
            ),
        ),
    )


AtSites = Callable[[Callable[[], Finding]], Finding]


@part
def _read_off(sites: CarrySites, readout: CarryReadout, at_sites: AtSites) -> tuple[Claim, ...]:
    names = [site.name(sites.layout) for site in readout.sites]

    def order() -> Finding:
        agreement = dict(zip(names, map(float, readout.agreement), strict=True))
        return Finding(_listed(agreement), min(agreement.values()) >= ORDER_AT_LEAST, agreement)

    def cosine() -> Finding:
        shares = {name: fit.share for name, fit in zip(names, readout.cosines, strict=True)}
        firsts = [fit.first for fit in readout.cosines]
        holds = min(shares.values()) >= COSINE_AT_LEAST and max(map(abs, firsts)) <= COSINE_WITHIN
        return Finding(f"R² is {_listed(shares)}; the maxima are at {_numbers(firsts)}", holds, shares)

    def believed() -> Finding:
        half = N_DIGIT_TOKENS // 2
        low, high = readout.taken[:, :half].max(axis=1), readout.taken[:, half:].min(axis=1)
        right = int(((low < 0) & (high > 0)).sum())
        return Finding(f"so it is at {right} of {counted(len(names), 'site')}", right == len(names))

    written = " > ".join(map(str, BY_DECISIVENESS))
    return (
        general_claim(
            "carry-order",
            f"A site listens to the digit that settles more: ${written}$.",
            criterion=f"Spearman’s correlation with this order is at least {ORDER_AT_LEAST} at every site",
            source=carry_readout,
            otherwise="On these weights some site listens in another order.",
            finding=at_sites(order),
        ),
        general_claim(
            "carry-cosine",
            "The scores are a cosine of the digit, largest near zero, and the order follows from that.",
            criterion=(
                rf"$A\cos(2\pi(d - d_0)/10) + c$ has an R² of at least {COSINE_AT_LEAST} and $d_0$ lies within "
                f"{COSINE_WITHIN} of zero, at every site"
            ),
            source=carry_readout,
            otherwise="On these weights the scores of some site are no such cosine.",
            finding=at_sites(cosine),
        ),
        general_claim(
            "digits-vote",
            "What a site takes from a digit below five speaks against a carry, from the others for one.",
            criterion="at every site, along the carry’s direction and with the mean over the digits taken away",
            source=carry_readout,
            otherwise="On these weights some digit speaks the other way at some site.",
            finding=at_sites(believed),
        ),
    )


@part
def _ahead(sites: CarrySites, ahead: LookAhead, at_sites: AtSites) -> tuple[Claim, ...]:
    names = [sites.layout.position_names[position] for position in ahead.positions]

    def of_positions(values: np.ndarray, holds: Callable[[np.ndarray], np.bool_]) -> Finding:
        if not names:
            return Finding("no position knows of any but the units’ carry", None)
        by_name = dict(zip(names, map(float, values), strict=True))
        return Finding(_listed(by_name), bool(holds(values)), by_name)

    return (
        general_claim(
            "look-ahead-adds",
            "What is written of a column and the next is the sum of a function of each.",
            criterion=(
                f"an additive model explains at least {percent(ADDITIVE_AT_LEAST, 0)} of the variance, everywhere"
            ),
            source=look_ahead,
            otherwise="On these weights the two act together at some position.",
            finding=at_sites(
                lambda: of_positions(ahead.additive_share, lambda shares: shares.min() >= ADDITIVE_AT_LEAST)
            ),
        ),
        general_claim(
            "look-ahead-breaks-ties",
            "Somewhere, where the nearer column sums to nine, the further one decides what is written.",
            criterion=(
                f"its carry makes a difference of at least {TIE_BREAK_AT_LEAST} at some position, where the "
                "nearer column’s makes 1"
            ),
            source=look_ahead,
            otherwise="On these weights the further column makes next to no difference.",
            finding=at_sites(
                lambda: of_positions(ahead.tie_break, lambda breaks: breaks.max() >= TIE_BREAK_AT_LEAST)
            ),
        ),
    )


@part
def _seen(sites: CarrySites, seen: CarryInLayer1, names: list[str], at_sites: AtSites) -> tuple[Claim, ...]:
    rates = dict(zip(SEEN_BY, seen.rates.T, strict=True))

    def patterns() -> Finding:
        holds = bool((rates["patterns"] > rates["values"]).all())
        by_route = _by_route("patterns", names, rates["patterns"]) | _by_route("values", names, rates["values"])
        return Finding(
            (
                f"by the patterns {_range(rates['patterns'])} of the digits move, by the values "
                f"{_range(rates['values'])}"
            ),
            holds,
            by_route,
        )

    def keys_or_queries() -> Finding:
        asks = np.array(
            [site_of(trail).position == sites.layout.predicting.start + trail[1] for trail in sites.trails]
        )
        by_queries = rates["queries"] > rates["keys"]
        right = int((by_queries == asks).sum())
        by_route = _by_route("queries", names, rates["queries"]) | _by_route("keys", names, rates["keys"])
        return Finding(
            f"so it is on {right} of {counted(len(asks), 'route')}; {counted(int(asks.sum()), 'site')} "
            "at the position that asks",
            right == len(asks),
            by_route,
        )

    return (
        general_claim(
            "carry-turns-attention",
            "Layer 1 adds one by looking elsewhere, more than by moving something else.",
            criterion=(
                "on every route that is served more digits move by the patterns alone than by the values alone"
            ),
            source=carry_in_layer_1,
            otherwise="On these weights the values do more on some route.",
            finding=at_sites(patterns),
        ),
        general_claim(
            "keys-there-queries-here",
            (
                "A carry that is written before the position that predicts the digit acts by its keys; one that "
                "is written at that position, by its queries."
            ),
            criterion="on every route that is served the one moves more digits than the other",
            source=carry_in_layer_1,
            otherwise="On these weights it is the other way on some route.",
            finding=at_sites(keys_or_queries),
        ),
    )


@part
def _moved(direction: CarryDirection, names: list[str], at_sites: AtSites) -> tuple[Claim, ...]:
    rates = dict(zip(SWAPPED, direction.rates.T, strict=True))

    def enough() -> Finding:
        along, rest = rates["along"], rates["rest"]
        return Finding(
            f"along it {_range(along)} of the digits move, by the rest {_range(rest)}",
            bool(along.min() >= ALONG_AT_LEAST and rest.max() <= REST_AT_MOST),
            _by_route("along", names, along) | _by_route("rest", names, rest),
        )

    def added() -> Finding:
        return Finding(
            f"{_range(rates['added'])} of the digits move",
            bool(rates["added"].min() >= ALONG_AT_LEAST),
            _by_route("added", names, rates["added"]),
        )

    def half() -> Finding:
        halves = [
            float(np.interp(0.5, np.maximum.accumulate(of_route), DOSES)) for of_route in direction.dose_rates
        ]
        low, high = HALF_BETWEEN
        return Finding(
            f"half of the digits have moved at {_numbers(halves)} of the vector",
            low <= min(halves) and max(halves) <= high,
            _by_route("half at", names, np.array(halves)),
        )

    return (
        general_claim(
            "carry-direction",
            (
                "One direction of the site is enough: swapped along it the digit moves, swapped in all else it "
                "does not."
            ),
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move along "
                f"it, and at most {percent(REST_AT_MOST, 0)} by the rest"
            ),
            source=carry_direction,
            otherwise="On these weights one direction does not hold all of it on some route.",
            finding=at_sites(enough),
        ),
        general_claim(
            "carry-vector",
            "One fixed vector, added or taken away, makes a carry or unmakes it, whatever the sum.",
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move by one"
            ),
            source=carry_direction,
            otherwise="On these weights it does so less often on some route.",
            finding=at_sites(added),
        ),
        general_claim(
            "carry-threshold",
            "Between no carry and a carry there is a threshold, about halfway.",
            criterion=(
                f"on every route that is served half of the digits have moved between {HALF_BETWEEN[0]} and "
                f"{HALF_BETWEEN[1]} of the vector"
            ),
            source=carry_direction,
            otherwise="On these weights the threshold lies elsewhere on some route.",
            finding=at_sites(half),
        ),
    )


def _listed(by_name: Mapping[str, float]) -> str:
    return joined(f"{decimals(value)} ({name})" for name, value in by_name.items())


def _numbers(values: list[float]) -> str:
    return joined(map(decimals, values))


def _range(rates: np.ndarray) -> str:
    return f"{percent(float(rates.min()), 0)} to {percent(float(rates.max()), 0)}"


def _by_route(what: str, names: list[str], values: np.ndarray) -> dict[str, float]:
    return {f"{what}, {name}": float(value) for name, value in zip(names, values, strict=True)}
