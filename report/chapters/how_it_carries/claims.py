"""What the chapter on how the model carries asserts, and when each assertion holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from report.chapters.how_it_carries.served_routes import at_sites, by_route, route_names
from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, joined, percent
from sumint.analyses.carrying.carry_readout import BY_DECISIVENESS, CarryReadout, carry_readout
from sumint.analyses.carrying.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.carrying.look_ahead import LookAhead, look_ahead
from sumint.analyses.carrying.other_sites import other_sites
from sumint.interventions.patching import FlipRates
from sumint.task.sums import N_DIGIT_TOKENS

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
NEXT_AT_MOST = 0.25
TOGETHER_AT_MOST = 0.1
ATTENTION_AT_LEAST = 0.9
ORDER_AT_LEAST = 0.9
COSINE_AT_LEAST = 0.9
COSINE_WITHIN = 1
ADDITIVE_AT_LEAST = 0.95
TIE_BREAK_AT_LEAST = 0.1


@isolated
def claims(sites: CarrySites, elsewhere: FlipRates, readout: CarryReadout, ahead: LookAhead) -> tuple[Claim, ...]:
    """The claims on where carries are, how they are read off digits, and what is known of the next column."""
    return (*_where(sites, elsewhere), *_read_off(sites, readout), *_ahead(sites, ahead))


@isolated
def _where(sites: CarrySites, elsewhere: FlipRates) -> tuple[Claim, ...]:
    smallest = [site.name(sites.layout) for site in sites.smallest]
    rates = {route.name: sites.rate(number, sites.best[number]) for number, route in enumerate(sites.routes)}
    others = []
    for number in sites.served:
        of_route = sites.rates[number].copy()
        best = sites.best[number]
        of_route[best.head, best.position] = 0
        others.append(float(of_route.max()))

    def together() -> Finding:
        by_name = by_route("others", route_names(sites), elsewhere.rates[:, 0])
        highest = max(by_name.values())
        return Finding(
            f"with all others interchanged at most {percent(highest)} of the digits move",
            highest <= TOGETHER_AT_MOST,
            by_name,
        )

    is_asked = bool(sites.n_pairs.all())
    unserved = [route.name for number, route in enumerate(sites.routes) if number not in sites.served]
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
            "others-together",
            "Nor do all others together: without its site a carry does not get through.",
            criterion=(
                f"on every route that is served at most {percent(TOGETHER_AT_MOST, 0)} of the digits move with "
                "all sites interchanged but the one that serves it"
            ),
            source=other_sites,
            otherwise="On these weights some carry gets through without its site.",
            finding=at_sites(sites, together),
        ),
        general_claim(
            "sites-are-shared",
            "There are fewer such sites than routes: what is written once is read by several digits.",
            criterion="the smallest set that serves all routes that are served has fewer sites than these routes",
            source=carry_sites,
            otherwise="On these weights every route that is served has a site of its own.",
            finding=Finding(
                f"{counted(len(smallest), 'site')} for {counted(len(sites.served), 'route')}",
                len(smallest) < len(sites.served) if is_asked and sites.served else None,
            ),
        ),
    )


@isolated
def _read_off(sites: CarrySites, readout: CarryReadout) -> tuple[Claim, ...]:
    names = [site.name(sites.layout) for site in readout.sites]

    def at_column() -> Finding:
        attention = dict(zip(names, map(float, readout.attention), strict=True))
        return Finding(_listed(attention), min(attention.values()) >= ATTENTION_AT_LEAST, attention)

    def order() -> Finding:
        agreement = dict(zip(names, map(float, readout.agreement), strict=True))
        return Finding(_listed(agreement), min(agreement.values()) >= ORDER_AT_LEAST, agreement)

    def cosine() -> Finding:
        shares = {name: fit.share for name, fit in zip(names, readout.cosines, strict=True)}
        firsts = [fit.first for fit in readout.cosines]
        holds = min(shares.values()) >= COSINE_AT_LEAST and max(map(abs, firsts)) <= COSINE_WITHIN
        lines = [fit.share for fit in readout.lines]
        n_better = sum(line > share for line, share in zip(lines, shares.values(), strict=True))
        return Finding(
            f"R² is {_listed(shares)}; the maxima are at {_numbers(firsts)}; of two straight lines it is "
            f"{_numbers(lines)}, and more at {n_better} of {counted(len(names), 'site')}",
            holds,
            shares,
        )

    def believed() -> Finding:
        half = N_DIGIT_TOKENS // 2
        low, high = readout.taken[:, :half].max(axis=1), readout.taken[:, half:].min(axis=1)
        right = int(((low < 0) & (high > 0)).sum())
        return Finding(f"so it is at {right} of {counted(len(names), 'site')}", right == len(names))

    order_in_words = joined(map(str, BY_DECISIVENESS))
    return (
        general_claim(
            "sites-look-at-their-column",
            "A site that a carry passes through looks at the two digits of the column that makes it.",
            criterion=f"at least {percent(ATTENTION_AT_LEAST, 0)} of its attention, on average over the sample",
            source=carry_readout,
            otherwise="On these weights some site looks elsewhere as well.",
            finding=at_sites(sites, at_column),
        ),
        general_claim(
            "carry-order",
            f"A site listens to the digit that settles more; from the first to the last: {order_in_words}.",
            criterion=f"Spearman’s correlation with this order is at least {ORDER_AT_LEAST} at every site",
            source=carry_readout,
            otherwise="On these weights some site listens in another order.",
            finding=at_sites(sites, order),
        ),
        general_claim(
            "carry-cosine",
            "The scores are nearly a cosine of the digit, largest near zero.",
            criterion=(
                rf"$A\cos(2\pi(d - d_0)/10) + c$ has an R² of at least {COSINE_AT_LEAST} and $d_0$ lies within "
                f"{COSINE_WITHIN} of zero, at every site"
            ),
            source=carry_readout,
            otherwise="On these weights the scores of some site are no such cosine.",
            finding=at_sites(sites, cosine),
        ),
        general_claim(
            "digits-vote",
            "What a site takes from a digit below five speaks against a carry, from the others for one.",
            criterion="at every site, along the carry’s direction and with the mean over the digits taken away",
            source=carry_readout,
            otherwise="On these weights some digit speaks the other way at some site.",
            finding=at_sites(sites, believed),
        ),
    )


@isolated
def _ahead(sites: CarrySites, ahead: LookAhead) -> tuple[Claim, ...]:
    names = [sites.layout.position_names[position] for position in ahead.positions]

    def of_positions(values: np.ndarray, holds: Callable[[np.ndarray], np.bool_]) -> Finding:
        if not names:
            return Finding("no position knows of any but the units’ carry", None)
        by_name = dict(zip(names, map(float, values), strict=True))
        return Finding(_listed(by_name), bool(holds(values)), by_name)

    def adds() -> Finding:
        found = of_positions(ahead.additive_share, lambda shares: shares.min() >= ADDITIVE_AT_LEAST)
        alone = joined(decimals(float(share)) for share in ahead.near_share)
        return replace(found, value=f"{found.value}; the nearer column alone {alone}") if names else found

    return (
        general_claim(
            "look-ahead-adds",
            "What is written of a column and the next is the sum of a function of each.",
            criterion=(
                f"an additive model explains at least {percent(ADDITIVE_AT_LEAST, 0)} of the variance, everywhere"
            ),
            source=look_ahead,
            otherwise="On these weights the two act together at some position.",
            finding=at_sites(sites, adds),
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
                sites, lambda: of_positions(ahead.tie_break, lambda breaks: breaks.max() >= TIE_BREAK_AT_LEAST)
            ),
        ),
    )


def _listed(by_name: Mapping[str, float]) -> str:
    return joined(f"{decimals(value)} ({name})" for name, value in by_name.items())


def _numbers(values: list[float]) -> str:
    return joined(map(decimals, values))
