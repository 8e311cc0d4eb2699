"""Section "How layer 1 applies the carry", continued: the phase shift that a carry causes, by component."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    NO_LOCAL_SITE,
    NO_SERVED_ROUTE,
    by_direction,
    is_at_predicting_position,
    names_where,
    no_served_route,
    route_names,
)
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, between, not_applicable
from report.content.claims.claim import claim
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.carry_turn import CarryTurn, carry_turn
from sumint.interventions.patching import DIRECTIONS

# Criteria, chosen after measuring the write-up's checkpoint and bundled ones.
BY_LAYER_1_AT_LEAST = 0.5
PHASE_SHIFT_WITHIN = 0.25
SHARES_WITHIN = 0.25


@optional_figure("carry-turn", "Phase shift of the logits due to a carry, by component", unless=no_served_route)
def phase_shift_figure(name: str, title: str, sites: CarrySites, phase_shift: CarryTurn) -> Figure:
    """Bars of how far each layer-1 head and the direct path shift the phase of the digit, by served route."""
    by_part = phase_shift.shares * phase_shift.mean_phase_shift[..., None]
    return Figure(
        name,
        title,
        {
            direction: charts.bars(
                route_names(sites),
                dict(zip(phase_shift.parts, by_part[:, number].T, strict=True)),
                x_title="route, from a column to a digit",
                y_title="phase shift, in digits",
                stacked=True,
                total="whole shift",
            )
            for number, direction in enumerate(DIRECTIONS)
        },
        caption=(
            "Mean shift of the phase of the digit’s logits when the carry is switched, in digits, by route and "
            "component, stacked; a mark shows the whole shift, which is 1 in an exact adder whose logits are "
            "cosines."
        ),
        alt="Stacked bars: for each route how far each head of layer 1 shifts the phase of the logits.",
        source=carry_turn,
        control="Carry switched",
        height=380,
    )


@claim(
    "layer-1-turns",
    "Layer 1’s heads, rather than the direct path from the site, make most of the phase shift due to a carry.",
    analysis=carry_turn,
    figure="carry-turn",
    otherwise="On {case}, layer 1’s heads make only {value} of the phase shift.",
)
def layer_1_makes_the_shift(sites: CarrySites, phase_shift: CarryTurn) -> Check:
    """The share of layer 1's heads in the phase shift, on routes whose site could also write to the logits."""
    is_local = is_at_predicting_position(sites)
    if not is_local.any():
        return not_applicable(NO_LOCAL_SITE if sites.served_routes else NO_SERVED_ROUTE)
    names = names_where(sites, is_local)
    return all_of(
        at_least(
            BY_LAYER_1_AT_LEAST,
            by_direction(names, phase_shift.layer_1_shares[is_local]),
            "layer 1’s heads together make {bound} of the phase shift, on every route whose carry site predicts "
            "the digit, and in both directions; from an earlier site there is no direct path",
        ),
        asked=(len(names), len(sites.routes), "routes"),
    )


@claim(
    "one-more-is-a-tenth",
    "A carry from the column directly to the right shifts the phase of a digit’s logits by about one digit, a "
    "tenth of the circle.",
    analysis=carry_turn,
    figure="carry-turn",
    otherwise="On {case}, the carry shifts the phase by {value}, where {bound} is required.",
    follows="logits-are-a-clock",
)
def shift_by_one_digit(sites: CarrySites, phase_shift: CarryTurn) -> Check:
    """The mean phase shift on the served routes to the next column."""
    is_adjacent = np.array([not served.route.n_nines for served in sites.served_routes], bool)
    if not is_adjacent.any():
        return not_applicable("No single site holds a carry from the column directly to the right.")
    names = names_where(sites, is_adjacent)
    return all_of(
        between(
            1 - PHASE_SHIFT_WITHIN,
            1 + PHASE_SHIFT_WITHIN,
            by_direction(names, phase_shift.mean_phase_shift[is_adjacent]),
            "the mean phase shift is {bound} on every such route whose carry a single site holds, in both "
            "directions",
            unit="digits",
        ),
        asked=(len(names), sites.layout.n_digits - 1, "routes from the column directly to the right"),
    )


@claim(
    "heads-share-alike",
    "Carries that reach a digit through the same position are applied by the same layer-1 heads, in like shares.",
    analysis=carry_turn,
    figure="carry-turn",
    otherwise="For {case}, the shares of the heads differ by {value}.",
)
def same_heads_through_one_position(sites: CarrySites, phase_shift: CarryTurn) -> Check:
    """The total variation distance between the heads' shares on two routes to a digit through one position."""
    distances = _distances_of_shares(sites, phase_shift)
    if not distances:
        return not_applicable("No two carries with sites reach a digit through one position.")
    return all_of(
        at_most(
            SHARES_WITHIN,
            distances,
            "the total variation distance between the heads’ shares on two such routes is {bound}, in both "
            "directions; routes to one digit through different positions are not compared",
        ),
        asked=(len(distances), len(distances), "pairs of routes"),
    )


def _distances_of_shares(sites: CarrySites, phase_shift: CarryTurn) -> dict[str, float]:
    """The largest total variation distance between heads' shares on routes to one digit through one position."""
    distances: dict[str, float] = {}
    numbered = list(enumerate(sites.served_routes))
    for (i, first), (j, second) in combinations(numbered, 2):
        if (first.route.digit, first.site.position) != (second.route.digit, second.site.position):
            continue
        for number, direction in enumerate(DIRECTIONS):
            position = sites.layout.position_names[first.site.position]
            name = f"C{first.route.digit} through {position}, {direction}"
            difference = phase_shift.shares[i, number] - phase_shift.shares[j, number]
            distances[name] = max(distances.get(name, 0.0), float(np.abs(difference).sum() / 2))
    return distances
