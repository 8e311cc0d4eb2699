"""Section "One direction is enough": patching one direction of a carry site, and the dose–response to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    NO_SERVED_ROUTE,
    asked_routes,
    by_direction,
    no_served_route,
    rates_heatmap,
    route_names,
    sizes,
)
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from report.figures.roles import DASHES
from sumint.analyses.carrying.carry_direction import DOSES, WAYS, CarryDirection, carry_direction
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.interventions.patching import DIRECTIONS

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ALONG_AT_LEAST, REST_AT_MOST = 0.8, 0.1
ADDED_AT_LEAST = 0.7
THRESHOLDS_WITHIN = 0.2

NINES_ROLES = (0, 1, 3, 6, 7)
"""The series whose colours stand for 0, 1, 2… columns of nine between the carry and the digit."""

Number = TypeVar("Number", int, float)


@optional_figure("carry-swaps", "Patching parts of the head output at the carry site", unless=no_served_route)
def swaps_figure(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    """A heatmap of the share of answers changed by patching parts of the site's output, by route and direction."""
    return Figure(
        name,
        title,
        rates_heatmap(sites, direction.rates, LABELS),
        caption=(
            "Share of answers that change when the head output at the carry site, or a part of it (columns), is "
            "patched, by route and direction (rows). The carry vector was measured on other pairs."
        ),
        alt="A heatmap of what is patched by routes and directions, with the percentage of changed answers.",
        source=carry_direction,
        height=110 + 26 * len(DIRECTIONS) * len(sites.served_routes),
    )


LABELS = (
    "full output",
    "carry direction",
    "orthogonal complement",
    "complement, same norm",
    "steering vector",
)
"""What is patched, in the words of the figure, in the order of `WAYS`."""


@optional_figure("carry-dose", "Dose–response to the carry vector", unless=no_served_route)
def dose_figure(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    """Lines of the share of changed answers and of the phase shift over the dose, by kind and direction."""
    kinds = {
        "steering vector": (direction.dose_rates, direction.phase_shift_by_dose),
        "interpolation": (direction.interpolation_rates, direction.phase_shift_by_interpolation),
    }
    return Figure(
        name,
        title,
        {
            (kind, of_direction): _dose_response(sites, rates[:, number], shifts[:, number])
            for kind, (rates, shifts) in kinds.items()
            for number, of_direction in enumerate(DIRECTIONS)
        },
        caption=(
            "By dose, as a share of the carry vector or of the way to the other sum’s head output: answers "
            "changed, above, and mean phase shift in digits, below. Colour: nines between; dash: answer digit."
        ),
        alt="Two panels over the dose, each with a line for each route: the share of changed answers, and the "
        "phase shift.",
        source=carry_direction,
        control=("Dose", "Carry switched"),
        height=560,
        narrow_height=700,
    )


def _rates(direction: CarryDirection, names: list[str], way: str) -> Mapping[str, float]:
    return by_direction(names, direction.rates[..., WAYS.index(way)])


@claim(
    "carry-direction",
    "At every carry site, patching the carry direction alone switches the carry; patching its orthogonal "
    "complement "
    f"changes at most {percent(REST_AT_MOST, 0)} of the answers.",
    analysis=carry_direction,
    figure="carry-swaps",
    otherwise="On {case}, {value} of the answers change, where {bound} is required for one direction to suffice.",
)
def one_direction_is_enough(sites: CarrySites, direction: CarryDirection) -> Check:
    """The rates when only the component along the carry vector is patched, and when only the rest is."""
    if not sites.served_routes:
        return not_applicable(NO_SERVED_ROUTE)
    names = route_names(sites)
    n = sizes(names, direction.n_pairs)
    share = direction.share
    # The largest that was measured, or NaN if none was.
    largest_matched = float(np.fmax.reduce(direction.rates[..., WAYS.index("rest, as long")], axis=None))
    return all_of(
        at_least(
            ALONG_AT_LEAST,
            _rates(direction, names, "along"),
            "{bound} of the answers change when only the carry direction is patched",
            label="carry direction only",
            n=n,
        ),
        at_most(
            REST_AT_MOST,
            _with_the_rest(_rates(direction, names, "rest")),
            "{bound} change when everything orthogonal to it is patched, on every route whose carry a single site "
            "holds, and in both directions",
            label="everything orthogonal to it",
            n=_with_the_rest(n),
        ),
        asked=asked_routes(sites),
        note=(
            f"scaled to the norm of the first change, the second changes at most {percent(largest_matched)}; the "
            f"direction holds at least {percent(float(share.min()), 0)} of the squared distance between the two "
            f"sums at the site"
        ),
    )


def _with_the_rest(by_case: Mapping[str, Number]) -> Mapping[str, Number]:
    """The cases, named after what is patched in them."""
    return {f"{case}, with the orthogonal complement patched": value for case, value in by_case.items()}


@claim(
    "carry-vector",
    "At every carry site, steering with one fixed vector switches the carry on, and off, in most sums.",
    analysis=carry_direction,
    figure="carry-swaps",
    otherwise="On {case}, the steering vector changes only {value} of the answers.",
)
def steering_vector_switches(sites: CarrySites, direction: CarryDirection) -> Check:
    """The rates when the carry vector is added where there is no carry, and subtracted where there is one."""
    if not sites.served_routes:
        return not_applicable(NO_SERVED_ROUTE)
    names = route_names(sites)
    return all_of(
        at_least(
            ADDED_AT_LEAST,
            _rates(direction, names, "added"),
            "{bound} of the answers change by exactly one when the mean-difference vector is added (on) or "
            "subtracted (off), on every route whose carry a single site holds",
            n=sizes(names, direction.n_pairs),
        ),
        asked=asked_routes(sites),
    )


@claim(
    "carry-threshold",
    "At every carry site, the answer changes at nearly the same carry level, whether the carry is switched on or "
    "off.",
    analysis=carry_direction,
    figure="carry-dose",
    otherwise="On {case}, the carry levels at which half of the answers change, switched on and switched off, "
    "differ by {value}, where {bound} is required.",
)
def same_threshold_in_both_directions(sites: CarrySites, direction: CarryDirection) -> Check:
    """The difference of the carry levels at which half of the answers have changed, on the way up and down."""
    if not sites.served_routes:
        return not_applicable(NO_SERVED_ROUTE)
    levels = threshold_levels(direction)
    names = route_names(sites)
    listed = "; ".join(
        f"{name} {decimals(on)} and {decimals(off)}" for name, (on, off) in zip(names, levels, strict=True)
    )
    return all_of(
        at_most(
            THRESHOLDS_WITHIN,
            dict(zip(names, np.abs(levels[:, 0] - levels[:, 1]), strict=True)),
            "the carry levels at which half of the answers change, switched on and switched off, differ by "
            "{bound}, on every route whose carry a single site holds (0 is no carry, 1 a carry)",
            unit="",
        ),
        asked=asked_routes(sites),
        note=f"levels, switched on and off: {listed}",
    )


def threshold_levels(direction: CarryDirection) -> np.ndarray:
    """The carry level [route, direction] at which half of the answers have changed; NaN if half never do.

    The level is 0 without a carry and 1 with it: a dose that is subtracted leads down from 1.
    """
    doses = np.array([[half_flip_dose(rates) for rates in of_route] for of_route in direction.dose_rates])
    return np.stack([doses[:, 0], 1 - doses[:, 1]], axis=1)


def half_flip_dose(rates: np.ndarray) -> float:
    """The dose at which half of the answers have changed, interpolated between `DOSES`; NaN if half never do."""
    if not np.isfinite(rates).all():
        return np.nan
    cumulative = np.maximum.accumulate(rates)
    return float(np.interp(0.5, cumulative, DOSES)) if cumulative[-1] >= 0.5 else np.nan


def _dose_response(sites: CarrySites, rates: np.ndarray, phase_shifts: np.ndarray) -> LazyChart:
    """The share of changed answers over the dose, and below it the phase shift; a line for each served route."""
    names = route_names(sites)
    panels = {"share of answers changed": rates, "phase shift, in digits": phase_shifts}
    routes = [served.route for served in sites.served_routes]
    return charts.stacked_lines(
        DOSES,
        {title: dict(zip(names, values, strict=True)) for title, values in panels.items()},
        "dose",
        shares=("share of answers changed",),
        styles={
            route.name: charts.LineStyle(
                NINES_ROLES[route.n_nines % len(NINES_ROLES)], dash=DASHES[route.digit % len(DASHES)]
            )
            for route in routes
        },
    )
