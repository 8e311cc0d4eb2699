"""Section "Where the carry is": the single sites of layer 0 that a carry passes through."""

from __future__ import annotations

from typing import Any

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    NO_SERVED_ROUTE,
    asked_routes,
    by_direction,
    route_names,
    sizes,
)
from report.chapters.interval_columns import INTERVAL, with_interval_ends, with_intervals
from report.content.chapter import Figure, Table
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import counted, joined, percent, whole_percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.carrying.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.carrying.other_sites import other_sites
from sumint.interventions.patching import DIRECTIONS, FlipRates

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
NEXT_AT_MOST = 0.25
TOGETHER_AT_MOST = 0.1

CONTROLS = ("Route", "Carry switched")
MOST_ROUTES = 6
"""With more routes, their heatmaps are chosen by controls instead of being shown together."""
WRITTEN_FROM = 0.05
"""A share of at least this is written into its cell."""
ROW_GAP = 0.75
PANEL_HEIGHT, HEAD_HEIGHT, NARROW_EXTRA = 54, 26, 8
"""The gap between rows of panels, as a share of their height; the height of a panel without its rows, "
"that of a row, and what a panel needs more on a small screen, "
"in pixels."""


def rates_figure(sites: CarrySites) -> Figure:
    """Heatmaps of the share of answers changed by patching each head at each position, by route and direction."""
    heads = [f"H0.{head}" for head in range(sites.rates.shape[2])]
    plot: dict[tuple[str, ...], LazyChart] = {}
    drawn: dict[str, LazyChart] = {}
    for number, route in enumerate(sites.routes):
        positions = slice(0, sites.layout.predicting.start + route.digit + 1)
        for direction, rates in zip(DIRECTIONS, sites.rates[number], strict=True):
            plot[route.name, direction] = drawn[f"{route.name}, {direction}"] = charts.heatmap(
                rates[:, positions],
                x=sites.layout.position_names[positions],
                y=heads,
                x_title="position",
                y_title="head",
                quantity="answers that change, %",
                diverging=False,
                limits=(0, 1),
                text=[
                    [whole_percent(rate).rstrip("%") if rate >= WRITTEN_FROM else "" for rate in row]
                    for row in rates[:, positions]
                ],
                has_scale=len(sites.routes) <= MOST_ROUTES,
                is_share=True,
            )
    fits = len(sites.routes) <= MOST_ROUTES
    height, narrow_height = (PANEL_HEIGHT + HEAD_HEIGHT * len(heads) + extra for extra in (0, NARROW_EXTRA))
    return Figure(
        "carry-site-rates",
        "Activation patching, by head and position",
        charts.panels(drawn, columns=len(DIRECTIONS), row_gap=ROW_GAP) if fits else plot,
        numbers=plot,
        caption=(
            "Share of pairs in which the answer’s digit becomes the other sum’s when one layer-0 head (rows) is "
            "patched at one position (columns), by route and direction. One full cell: a single site switches "
            "the carry."
        ),
        alt=(
            "A heatmap of layer-0 heads by positions for each route and direction, with the share of changed "
            "answers."
        ),
        source=carry_sites,
        control=() if fits else CONTROLS,
        numbers_control=CONTROLS,
        height=60 + height * len(sites.routes) if fits else 240,
        narrow_height=60 + narrow_height * len(drawn) if fits else None,
    )


def routes_table(sites: CarrySites) -> Table:
    """A table of all routes and directions, with the site whose patch changes most answers."""
    rows = []
    for number, route in enumerate(sites.routes):
        site = sites.site_serving(number) or sites.best_sites[number]
        measured = zip(DIRECTIONS, sites.n_pairs[number], sites.rates_at(number, site), strict=True)
        intervals = sites.intervals_at(number, site)
        for (direction, n_pairs, rate), interval in zip(measured, intervals, strict=True):
            name = site.name(sites.layout)
            rows.append((route.name, direction, route.n_nines, int(n_pairs), name, float(rate), interval))
    head = ("route", "carry switched", "nines between", "pairs", "site", "answers changed", INTERVAL)
    columns: dict[str, tuple[Any, ...]] = dict(zip(head, zip(*rows, strict=True), strict=True))
    return Table(
        "carry-routes",
        "The best site of each route",
        with_intervals(columns),
        caption=(
            f"Answers changed by patching the best site of each route, with Wilson’s 95% interval. Of "
            f"{counted(sites.n_drawn, 'pair')} per route, those count on which the model predicts the route’s "
            f"digit "
            "of both sums correctly."
        ),
        source=carry_sites,
        formats={"answers changed": _percent_or_none},
        csv_columns=with_interval_ends(columns),
    )


def _percent_or_none(rate: float) -> str:
    return percent(rate) if np.isfinite(rate) else "–"


@claim(
    "carry-sites",
    "On every route, patching a single site of layer 0 switches the carry on and off.",
    analysis=carry_sites,
    figure="carry-routes",
    otherwise="On route {case}, patching the best single site changes only {value} of the answers.",
)
def single_site_on_every_route(sites: CarrySites) -> Check:
    """The rate of the best site of each route, in each direction."""
    best = [sites.site_serving(number) or sites.best_sites[number] for number in range(len(sites.routes))]
    names = [route.name for route in sites.routes]
    rates = np.array([sites.rates_at(number, site) for number, site in enumerate(best)])
    smallest = [site.name(sites.layout) for site in sites.smallest_set]
    return all_of(
        at_least(
            SERVES_FROM,
            by_direction(names, rates),
            "{bound} of the answers change by exactly one when the route’s best site is patched, on every route "
            "and in both directions",
            n=sizes(names, sites.n_pairs),
        ),
        note=(
            f"{counted(len(smallest), 'site')} for {len(sites.served_numbers)} of "
            f"{counted(len(sites.routes), 'route')}: {joined(smallest)}"
        ),
    )


@claim(
    "carry-nowhere-else",
    "On every route whose carry a single site holds, patching the second-best site changes at most "
    f"{percent(NEXT_AT_MOST, 0)} of the answers.",
    analysis=carry_sites,
    figure="carry-site-rates",
    otherwise="On {case}, patching the second-best site changes {value} of the answers.",
)
def second_best_site(sites: CarrySites) -> Check:
    """The rate of the site that comes second on each served route, in each direction."""
    if not sites.served_routes:
        return not_applicable(NO_SERVED_ROUTE)
    rates = sites.rates[list(sites.served_numbers)].copy()
    for number, served in enumerate(sites.served_routes):
        rates[number, :, served.site.head, served.site.position] = 0
    names = route_names(sites)
    return all_of(
        at_most(
            NEXT_AT_MOST,
            by_direction(names, rates.max(axis=(2, 3))),
            "{bound} of the answers change when the second-best site is patched, on every such route and in both "
            "directions",
            n=sizes(names, sites.n_pairs[list(sites.served_numbers)]),
        ),
        asked=asked_routes(sites),
    )


@claim(
    "others-together",
    "On every route whose carry a single site holds, patching all other sites at once changes at most "
    f"{percent(TOGETHER_AT_MOST, 0)} of the answers: the carry passes through that site.",
    analysis=other_sites,
    otherwise="On {case}, patching all sites but the carry site changes {value} of the answers.",
)
def all_other_sites(sites: CarrySites, others: FlipRates) -> Check:
    """The rate when every site but the one that serves the route is patched."""
    if not sites.served_routes:
        return not_applicable(NO_SERVED_ROUTE)
    names = route_names(sites)
    return all_of(
        at_most(
            TOGETHER_AT_MOST,
            by_direction(names, others.rates[..., 0]),
            "{bound} of the answers change when all sites but the carry site are patched, on every such route and "
            "in both directions",
            n=sizes(names, others.n_pairs),
        ),
        asked=asked_routes(sites),
    )


@claim(
    "sites-are-shared",
    "Fewer sites than routes hold the carries: one site serves several answer digits.",
    analysis=carry_sites,
    figure="carry-routes",
    otherwise="It takes {value} to hold the carries of as many routes: every such route has a site of its own.",
    follows="carry-sites",
)
def fewer_sites_than_routes(sites: CarrySites) -> Check:
    """The number of sites in the smallest set, which serves all served routes."""
    if len(sites.served_routes) < 2:
        return not_applicable("Single sites hold the carries of fewer than two routes.")
    return all_of(
        at_most(
            len(sites.served_routes) - 1,
            len(sites.smallest_set),
            "the smallest set of sites that holds the carries of all routes that a single site can switch has "
            "{bound}, one fewer than these routes",
            unit="sites",
        ),
        asked=asked_routes(sites),
    )
