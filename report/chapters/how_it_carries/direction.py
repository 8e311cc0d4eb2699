"""What the chapter on how the model carries asserts of the one direction in which a site holds a carry."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import at_sites, by_route, range_of, route_names
from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, joined, percent
from sumint.analyses.carrying.carry_direction import DOSES, WAYS, CarryDirection, carry_direction
from sumint.analyses.carrying.carry_sites import CarrySites

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
ALONG_AT_LEAST, REST_AT_MOST = 0.8, 0.1
HALF_BETWEEN = (0.3, 0.7)
TURNED_BETWEEN = (0.4, 0.6)


@isolated
def direction_claims(sites: CarrySites, direction: CarryDirection) -> tuple[Claim, ...]:
    """The claims on swapping what lies along it, on adding a vector, and on how much of it that takes."""
    names = route_names(sites)
    rates = dict(zip(WAYS, direction.rates.T, strict=True))

    def enough() -> Finding:
        along, rest = rates["along"], rates["rest"]
        return Finding(
            f"along it {_with_interval(direction, 'along')} of the digits move, by the rest {range_of(rest)}, or "
            f"{range_of(rates['rest, as long'])} were it as long; it has {range_of(direction.share)} of the "
            "squared distance between the two sums there",
            bool(along.min() >= ALONG_AT_LEAST and rest.max() <= REST_AT_MOST),
            by_route("along", names, along) | by_route("rest", names, rest),
        )

    def added() -> Finding:
        return Finding(
            f"{_with_interval(direction, 'added')} of the digits move",
            bool(rates["added"].min() >= ALONG_AT_LEAST),
            by_route("added", names, rates["added"]),
        )

    def half() -> Finding:
        halves = np.array([half_moved_at(of_route) for of_route in direction.dose_rates])
        reached = halves[np.isfinite(halves)]
        low, high = HALF_BETWEEN
        never = f"; on {counted(len(halves) - len(reached), 'route')} never" if len(reached) < len(halves) else ""
        at = f"half of the digits have moved at {joined(map(decimals, reached))} of the vector"
        return Finding(
            f"{at}{never}" if len(reached) else "half of the digits move on no route",
            bool(((low <= halves) & (halves <= high)).all()),
            by_route("half at", names, halves),
        )

    def turned() -> Finding:
        half, whole = (direction.turn_by_dose[:, DOSES.index(dose)] for dose in (0.5, 1.0))
        shares = half / np.where(whole == 0, np.nan, whole)
        low, high = TURNED_BETWEEN
        return Finding(
            f"it turns it {range_of(shares)} as far as all of it; of single sums whose digit moves "
            f"{range_of(direction.gradual)} are between a quarter and three quarters of their way",
            bool(((low <= shares) & (shares <= high)).all()),
            by_route("turned by half", names, shares) | by_route("gradual", names, direction.gradual),
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
            finding=at_sites(sites, enough),
        ),
        general_claim(
            "carry-vector",
            "One fixed vector, added or taken away, makes a carry or unmakes it in most sums.",
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move by one"
            ),
            source=carry_direction,
            otherwise="On these weights it does so less often on some route.",
            finding=at_sites(sites, added),
        ),
        general_claim(
            "carry-threshold",
            "Half of the digits have changed when about half of the vector is added.",
            criterion=(
                f"on every route that is served half of the digits have moved between {HALF_BETWEEN[0]} and "
                f"{HALF_BETWEEN[1]} of the vector"
            ),
            source=carry_direction,
            otherwise="On these weights the threshold lies elsewhere on some route.",
            finding=at_sites(sites, half),
        ),
        general_claim(
            "hand-follows-dose",
            "Half of the vector turns the hand about half as far, on average over sums.",
            criterion=(
                f"on every route that is served between {percent(TURNED_BETWEEN[0], 0)} and "
                f"{percent(TURNED_BETWEEN[1], 0)} of the turn that all of it makes"
            ),
            source=carry_direction,
            otherwise="On these weights the hand turns sooner or later on some route.",
            finding=at_sites(sites, turned),
        ),
    )


def half_moved_at(rates: np.ndarray) -> float:
    """The dose by which half of the digits have moved, between those that were tried; NaN if they never have."""
    reached = np.maximum.accumulate(rates)
    return float(np.interp(0.5, reached, DOSES)) if reached[-1] >= 0.5 else np.nan


def _with_interval(direction: CarryDirection, way: str) -> str:
    """The least and the greatest rate, with Wilson's interval of the least."""
    number = WAYS.index(way)
    rates = direction.rates[:, number]
    lower, upper = direction.intervals[rates.argmin(), number]
    least, greatest, lower, upper = (percent(float(rate), 0) for rate in (rates.min(), rates.max(), lower, upper))
    return f"{least} (95% interval {lower} to {upper}) to {greatest}"
