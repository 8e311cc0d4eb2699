"""Section "How the second layer adds one": layer-1 inputs that transmit a carry, and the phase shift by head."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    by_route,
    finding_at_sites,
    no_served_route,
    range_of,
    rates_heatmap,
    route_labels,
    route_names,
)
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as INPUTS
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.carry_turn import CarryTurn, carry_turn

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
BY_LAYER_1_AT_LEAST = 0.5
PHASE_SHIFT_WITHIN = 0.25
SHARES_WITHIN = 0.25


@optional_figure("carry-seen-by", "What of layer 1 has to see the carry", unless=no_served_route)
def inputs_figure(name: str, title: str, sites: CarrySites, inputs: CarryInLayer1) -> Figure:
    """A heatmap of the share of digits flipped by patching each input of layer 1, on each served route."""
    return Figure(
        name,
        title,
        rates_heatmap(sites, inputs.rates, INPUTS),
        caption=(
            "The share of digits that move when the interchange reaches only this: layer 1’s queries, its keys, "
            "its values, the patterns that queries and keys make, all of layer 1, or only what the site adds to "
            "the logits itself."
        ),
        alt="A heatmap of parts of layer 1 by routes, with the share of digits that moved in each cell.",
        source=carry_in_layer_1,
        height=300,
        width=640,
    )


def input_claims(sites: CarrySites, inputs: CarryInLayer1) -> tuple[Claim, ...]:
    """The claims that patterns flip more digits than values do, and local queries more than keys."""
    names = route_names(sites)
    rates = dict(zip(INPUTS, inputs.rates.T, strict=True))

    def patterns_over_values() -> Finding:
        holds = bool((rates["patterns"] > rates["values"]).all())
        numbers = by_route("patterns", names, rates["patterns"]) | by_route("values", names, rates["values"])
        return Finding(
            (
                f"by the patterns {range_of(rates['patterns'])} of the digits move, by the values "
                f"{range_of(rates['values'])}; up to {percent(float(inputs.attention_shift.max()), 0)} of a "
                "head’s attention goes elsewhere"
            ),
            holds,
            numbers,
        )

    def queries_over_keys() -> Finding:
        is_local = _is_at_predicting_position(sites)
        if not is_local.any():
            return Finding("no carry is written at the position that predicts its digit", None)
        by_queries = rates["queries"] > rates["keys"]
        n_as_claimed = int(by_queries[is_local].sum())
        numbers = by_route("queries", names, rates["queries"]) | by_route("keys", names, rates["keys"])
        return Finding(
            f"so it is on {n_as_claimed} of {counted(int(is_local.sum()), 'route')} where it can be either",
            n_as_claimed == int(is_local.sum()),
            numbers,
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
            finding=finding_at_sites(sites, patterns_over_values),
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
            finding=finding_at_sites(sites, queries_over_keys),
        ),
    )


@optional_figure(
    "carry-attention-switch", "Where layer 1 looks with the carry, and without", unless=no_served_route
)
def attention_figure(name: str, title: str, sites: CarrySites, inputs: CarryInLayer1) -> Figure:
    """Bars of each layer-1 head's mean attention without and with the carry, one view for each served route."""
    plot: dict[str, LazyChart] = {}
    highest = 1.05 * float(inputs.attention.max())
    for number, route in enumerate(served.route for served in sites.served_routes):
        visible = slice(0, sites.layout.predicting.start + route.digit + 1)
        without, with_carry = inputs.attention[number][..., visible]
        plot[route.name] = charts.panels(
            {
                f"H1.{head}": charts.bars(
                    sites.layout.position_names[visible],
                    {"no carry": without[head], "carry": with_carry[head]},
                    x_title="position attended to",
                    y_title="attention",
                    highest=highest,
                )
                for head in range(len(without))
            },
            columns=len(without),
        )
    return Figure(
        name,
        title,
        plot,
        caption=(
            "The mean attention from the position that predicts the digit, over the same sums twice: as they are, "
            "and with the carry at the site taken from the other sum of the pair, and nothing else."
        ),
        alt="Bars by the position attended to, with the carry and without, in a panel for each head of layer 1.",
        source=carry_in_layer_1,
        control="Route",
        height=340,
        narrow_height=900,
    )


@optional_figure("carry-turn", "Who turns the hand when a carry comes", unless=no_served_route)
def phase_shift_figure(name: str, title: str, sites: CarrySites, phase_shift: CarryTurn) -> Figure:
    """Bars of how far each layer-1 head and the direct path shift the phase of the digit, by served route."""
    by_part = (phase_shift.shares * phase_shift.mean_phase_shift[:, None]).T
    return Figure(
        name,
        title,
        charts.bars(
            route_labels(sites),
            dict(zip(phase_shift.parts, by_part, strict=True)),
            x_title="route, from a column to a digit",
            y_title="turn, in digits",
        ),
        caption=(
            "What each head of layer 1 turns the digit’s logits, and what reaches them directly, when the carry "
            "is switched at the site that serves the route; in digits, on average over the pairs. The bars of a "
            "route add up to its whole turn, which for exact addition is 1."
        ),
        alt="Grouped bars: for each route how far each head of layer 1 turns the logits.",
        source=carry_turn,
        height=380,
    )


def phase_shift_claims(sites: CarrySites, phase_shift: CarryTurn) -> tuple[Claim, ...]:
    """The claims on how far a carry shifts the digit's phase, and on the share that each head has in the shift."""
    names = route_names(sites)

    def share_of_layer_1() -> Finding:
        is_local = _is_at_predicting_position(sites)
        if not is_local.any():
            return Finding("no carry is written at the position that predicts its digit", None)
        shares = phase_shift.layer_1_shares[is_local]
        back = "; where it is more than all, what the site writes to the digit itself turns it back"
        return Finding(
            f"{range_of(shares)} of the turn, on "
            f"{counted(int(is_local.sum()), 'route')}{back if shares.max() > 1 else ''}",
            bool(shares.min() >= BY_LAYER_1_AT_LEAST),
            by_route("by layer 1", [names[number] for number in np.flatnonzero(is_local)], shares),
        )

    def shift_by_one_digit() -> Finding:
        adjacent = [number for number, served in enumerate(sites.served_routes) if not served.route.n_nines]
        if not adjacent:
            return Finding("no site serves a route to the next digit", None)
        shifts = phase_shift.mean_phase_shift[adjacent]
        return Finding(
            f"by {joined(map(decimals, map(float, shifts)))}",
            bool(np.abs(shifts - 1).max() <= PHASE_SHIFT_WITHIN),
            by_route("turn", [names[number] for number in adjacent], shifts),
        )

    def same_shares() -> Finding:
        distances = _distances_of_shares(sites, phase_shift)
        if not distances:
            return Finding("no two routes reach a digit through one position", None)
        summary = joined(f"{name} by {percent(distance, 0)}" for name, distance in distances.items())
        return Finding(f"the shares differ at {summary}", max(distances.values()) <= SHARES_WITHIN, distances)

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
            finding=finding_at_sites(sites, share_of_layer_1),
        ),
        general_claim(
            "one-more-is-a-tenth",
            "A carry out of the next column turns the digit’s logits by one digit, a tenth of the circle.",
            criterion=f"within {PHASE_SHIFT_WITHIN} of a digit, on every such route that is served",
            source=carry_turn,
            otherwise="On these weights it turns them by more or less on some route.",
            finding=finding_at_sites(sites, shift_by_one_digit),
        ),
        general_claim(
            "heads-share-alike",
            "From whichever column a carry comes, if it comes by one position, much the same heads turn the "
            "digit.",
            criterion=(
                f"at most {percent(SHARES_WITHIN, 0)} of the turn is shared otherwise between routes by which a "
                "digit is reached through one position (total variation distance)"
            ),
            source=carry_turn,
            otherwise="On these weights the routes are shared otherwise.",
            finding=finding_at_sites(sites, same_shares),
        ),
    )


def _is_at_predicting_position(sites: CarrySites) -> np.ndarray:
    """Whether each served route's site is at the position that predicts its digit.

    A site at another position reaches the digit only through layer 1's keys and values.
    """
    start = sites.layout.predicting.start
    return np.array([served.site.position == start + served.route.digit for served in sites.served_routes])


def _distances_of_shares(sites: CarrySites, phase_shift: CarryTurn) -> dict[str, float]:
    """The largest total variation distance between heads' shares on routes to one digit through one position."""
    distances: dict[str, float] = {}
    for (first, first_shares), (second, second_shares) in combinations(
        zip(sites.served_routes, phase_shift.shares, strict=True), 2
    ):
        if (first.route.digit, first.site.position) == (second.route.digit, second.site.position):
            name = f"C{first.route.digit} through {sites.layout.position_names[first.site.position]}"
            distance = float(np.abs(first_shares - second_shares).sum() / 2)
            distances[name] = max(distances.get(name, 0.0), distance)
    return distances
