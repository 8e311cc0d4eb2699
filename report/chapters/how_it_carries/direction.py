"""Section "One direction is enough": patching one direction of a carry site, and the dose–response to it."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    by_route,
    finding_at_sites,
    no_served_route,
    range_of,
    rates_heatmap,
    route_names,
)
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_direction import DOSES, WAYS, CarryDirection, carry_direction
from sumint.analyses.carrying.carry_sites import CarrySites

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ALONG_AT_LEAST, REST_AT_MOST = 0.8, 0.1
HALF_FLIP_DOSE_BETWEEN = (0.3, 0.7)
HALF_PHASE_SHIFT_BETWEEN = (0.4, 0.6)


@optional_figure("carry-swaps", "What of a site has to be swapped", unless=no_served_route)
def swaps_figure(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    """A heatmap of the share of digits flipped by patching parts of the site's output, on each served route."""
    return Figure(
        name,
        title,
        rates_heatmap(sites, direction.rates, WAYS),
        caption=(
            "The share of digits that move when all that the site has gathered is swapped, only its component "
            "along the carry’s direction, or only the rest, as it is or made as long as the component; and when "
            "one fixed vector is added or taken away. Direction and vector were measured on other pairs, and so "
            "were the rates of the table of routes: the first row differs from them a little."
        ),
        alt="A heatmap of what is swapped by routes, with the share of digits that moved in each cell.",
        source=carry_direction,
        height=240,
        width=640,
    )


@optional_figure("carry-dose", "How much of the vector it takes", unless=no_served_route)
def dose_figure(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    """Lines of the share of digits flipped and of the phase shift over the dose, a view for each kind of dose."""
    return Figure(
        name,
        title,
        {
            "the vector added": _dose_response(
                sites, direction.dose_rates, direction.phase_shift_by_dose, "how much of the vector is added"
            ),
            "between two sums": _dose_response(
                sites,
                direction.interpolation_rates,
                direction.phase_shift_by_interpolation,
                "how far from the one sum to the other",
            ),
        },
        caption=(
            "The vector that a carry makes at the site, added in part where there is no carry and taken away "
            "where there is one; 1 is all of it. Or the site put between what it gathers for the two sums of a "
            "pair, and beyond. Above, how many digits become the other sum’s; below, how far the hands of their "
            "logits turn towards it, on average."
        ),
        alt="Two panels of lines over the dose, one for each route: the share of digits that move, and the turn.",
        source=carry_direction,
        control="What",
        height=560,
        narrow_height=700,
    )


def direction_claims(sites: CarrySites, direction: CarryDirection) -> tuple[Claim, ...]:
    """The claims on patching the carry direction alone, on adding the carry vector and on the dose–response."""
    names = route_names(sites)
    rates = dict(zip(WAYS, direction.rates.T, strict=True))

    def one_direction() -> Finding:
        along, rest = rates["along"], rates["rest"]
        return Finding(
            f"along it {_with_interval(direction, 'along')} of the digits move, by the rest {range_of(rest)}, or "
            f"{range_of(rates['rest, as long'])} were it as long; it has {range_of(direction.share)} of the "
            "squared distance between the two sums there",
            bool(along.min() >= ALONG_AT_LEAST and rest.max() <= REST_AT_MOST),
            by_route("along", names, along) | by_route("rest", names, rest),
        )

    def steering_vector() -> Finding:
        return Finding(
            f"{_with_interval(direction, 'added')} of the digits move",
            bool(rates["added"].min() >= ALONG_AT_LEAST),
            by_route("added", names, rates["added"]),
        )

    def half_flip() -> Finding:
        doses = np.array([half_flip_dose(of_route) for of_route in direction.dose_rates])
        finite = doses[np.isfinite(doses)]
        low, high = HALF_FLIP_DOSE_BETWEEN
        never = f"; on {counted(len(doses) - len(finite), 'route')} never" if len(finite) < len(doses) else ""
        at = f"half of the digits have moved at {joined(map(decimals, finite))} of the vector"
        return Finding(
            f"{at}{never}" if len(finite) else "half of the digits move on no route",
            bool(((low <= doses) & (doses <= high)).all()),
            by_route("half at", names, doses),
        )

    def phase_shift_at_half() -> Finding:
        half, whole = (direction.phase_shift_by_dose[:, DOSES.index(dose)] for dose in (0.5, 1.0))
        shares = half / np.where(whole == 0, np.nan, whole)
        low, high = HALF_PHASE_SHIFT_BETWEEN
        return Finding(
            f"it turns it {range_of(shares)} as far as all of it; of single sums whose digit moves "
            f"{range_of(direction.gradual_share)} are between a quarter and three quarters of their way",
            bool(((low <= shares) & (shares <= high)).all()),
            by_route("turned by half", names, shares) | by_route("gradual", names, direction.gradual_share),
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
            finding=finding_at_sites(sites, one_direction),
        ),
        general_claim(
            "carry-vector",
            "One fixed vector, added or taken away, makes a carry or unmakes it in most sums.",
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move by one"
            ),
            source=carry_direction,
            otherwise="On these weights it does so less often on some route.",
            finding=finding_at_sites(sites, steering_vector),
        ),
        general_claim(
            "carry-threshold",
            "Half of the digits have changed when about half of the vector is added.",
            criterion=(
                f"on every route that is served half of the digits have moved between "
                f"{HALF_FLIP_DOSE_BETWEEN[0]} and {HALF_FLIP_DOSE_BETWEEN[1]} of the vector"
            ),
            source=carry_direction,
            otherwise="On these weights the threshold lies elsewhere on some route.",
            finding=finding_at_sites(sites, half_flip),
        ),
        general_claim(
            "hand-follows-dose",
            "Half of the vector turns the hand about half as far, on average over sums.",
            criterion=(
                f"on every route that is served between {percent(HALF_PHASE_SHIFT_BETWEEN[0], 0)} and "
                f"{percent(HALF_PHASE_SHIFT_BETWEEN[1], 0)} of the turn that all of it makes"
            ),
            source=carry_direction,
            otherwise="On these weights the hand turns sooner or later on some route.",
            finding=finding_at_sites(sites, phase_shift_at_half),
        ),
    )


def half_flip_dose(rates: np.ndarray) -> float:
    """The dose at which half of the digits are flipped, interpolated between `DOSES`; NaN if none flips half."""
    cumulative = np.maximum.accumulate(rates)
    return float(np.interp(0.5, cumulative, DOSES)) if cumulative[-1] >= 0.5 else np.nan


def _dose_response(sites: CarrySites, rates: np.ndarray, phase_shifts: np.ndarray, x_title: str) -> LazyChart:
    """The share of digits flipped over the dose, and below it the phase shift; a line for each served route."""
    names = route_names(sites)
    panels = {"share of digits moved": rates, "turn, in digits": phase_shifts}
    return charts.stacked_lines(
        DOSES, {title: dict(zip(names, values, strict=True)) for title, values in panels.items()}, x_title
    )


def _with_interval(direction: CarryDirection, way: str) -> str:
    """The least and the greatest rate over routes, with Wilson's interval for the least."""
    number = WAYS.index(way)
    rates = direction.rates[:, number]
    lower, upper = direction.intervals[rates.argmin(), number]
    least, greatest, lower, upper = (percent(float(rate), 0) for rate in (rates.min(), rates.max(), lower, upper))
    return f"{least} (95% interval {lower} to {upper}) to {greatest}"
