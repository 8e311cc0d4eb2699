"""Section "How layer 1 applies the carry": the inputs of layer 1 that transmit it, and where its heads attend."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import (
    NO_EARLIER_SITE,
    NO_LOCAL_SITE,
    NO_SERVED_ROUTE,
    by_direction,
    is_at_predicting_position,
    names_where,
    no_served_route,
    rates_heatmap,
)
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as INPUTS
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.interventions.patching import DIRECTIONS

# Criteria, chosen after measuring the write-up's checkpoint and bundled ones.
PATTERNS_OVER_VALUES = 0.3
QUERIES_OVER_KEYS = 0.1
ATTENTION_CHANGE_AT_MOST = -0.2
HEAD_SWITCHES_BY = 0.15


@optional_figure(
    "carry-seen-by", "Which layer-1 input carries it: queries, keys or values", unless=no_served_route
)
def inputs_figure(name: str, title: str, sites: CarrySites, inputs: CarryInLayer1) -> Figure:
    """A heatmap of the share of answers changed by patching each input of layer 1, by route and direction."""
    return Figure(
        name,
        title,
        rates_heatmap(sites, inputs.rates, INPUTS),
        caption=(
            "Share of answers that change when the patch reaches only one input of layer 1 (columns), all of it, "
            "or the direct path to the logits, by route and direction (rows)."
        ),
        alt="A heatmap of parts of layer 1 by routes and directions, with the percentage of changed answers.",
        source=carry_in_layer_1,
        height=110 + 26 * len(DIRECTIONS) * len(sites.served_routes),
    )


def _rate(inputs: CarryInLayer1, way: str) -> np.ndarray:
    """The rates [route, direction] when only one input of layer 1 is patched."""
    return inputs.rates[..., INPUTS.index(way)]


@claim(
    "carry-turns-attention",
    "A carry that is written at an earlier position acts more through layer 1’s attention patterns than through "
    "its values.",
    analysis=carry_in_layer_1,
    figure="carry-seen-by",
    otherwise="On {case}, patching layer 1’s attention patterns alone changes only {value} more of the answers "
    "than patching its values alone, where {bound} is required.",
)
def patterns_over_values(sites: CarrySites, inputs: CarryInLayer1) -> Check:
    """The rate of patching the patterns alone minus that of the values alone, on routes with an earlier site."""
    is_earlier = ~is_at_predicting_position(sites)
    if not is_earlier.any():
        return not_applicable(NO_EARLIER_SITE if sites.served_routes else NO_SERVED_ROUTE)
    names = names_where(sites, is_earlier)
    patterns, values = (_rate(inputs, way)[is_earlier] for way in ("patterns", "values"))
    ranges = "; ".join(
        f"{direction}: patterns {_range(patterns[:, number])}, values {_range(values[:, number])}"
        for number, direction in enumerate(DIRECTIONS)
    )
    return all_of(
        at_least(
            PATTERNS_OVER_VALUES,
            by_direction(names, patterns - values),
            "patching only the patterns changes {bound} more of the answers than patching only the values, on "
            "every route whose carry site is earlier, and in both directions",
        ),
        asked=(len(names), len(sites.routes), "routes"),
        note=ranges,
    )


@claim(
    "attended-without-a-carry",
    "Layer 1’s heads attend less to the position of an earlier carry site with the carry than without it.",
    analysis=carry_in_layer_1,
    figure="carry-attention-switch",
    otherwise="On {case}, the heads’ attention to the site’s position, added up, changes by {value} with the "
    "carry, where {bound} is required.",
)
def attention_falls_with_the_carry(sites: CarrySites, inputs: CarryInLayer1) -> Check:
    """The mean attention of all layer-1 heads together to the site's position, with the carry minus without it."""
    is_earlier = ~is_at_predicting_position(sites)
    if not is_earlier.any():
        return not_applicable(NO_EARLIER_SITE if sites.served_routes else NO_SERVED_ROUTE)
    changes, details = {}, []
    for number in np.flatnonzero(is_earlier):
        served = sites.served_routes[number]
        without, with_carry = inputs.attention[number, :, :, served.site.position].sum(axis=1)
        changes[served.route.name] = float(with_carry - without)
        details.append(f"{served.route.name} {decimals(without)} to {decimals(with_carry)}")
    return all_of(
        at_most(
            ATTENTION_CHANGE_AT_MOST,
            changes,
            "when the carry is switched on, the heads’ attention to the site’s position, added up, changes by "
            "{bound}, on every route whose carry site is earlier",
            unit="",
        ),
        asked=(len(changes), len(sites.routes), "routes"),
        note="; ".join(details),
    )


@claim(
    "a-head-switches",
    "On every route whose carry site is at an earlier position, the attention of some layer-1 head to that "
    "position "
    f"differs by at least {percent(HEAD_SWITCHES_BY, 0)} with and without the carry.",
    analysis=carry_in_layer_1,
    figure="carry-attention-switch",
    otherwise="On {case}, the attention of no layer-1 head to the position differs by more than {value}.",
)
def some_head_switches(sites: CarrySites, inputs: CarryInLayer1) -> Check:
    """The largest difference that the carry makes to one head's mean attention to the site's position."""
    is_earlier = ~is_at_predicting_position(sites)
    if not is_earlier.any():
        return not_applicable(NO_EARLIER_SITE if sites.served_routes else NO_SERVED_ROUTE)
    differences, details = {}, []
    for number in np.flatnonzero(is_earlier):
        served = sites.served_routes[number]
        without, with_carry = inputs.attention[number, :, :, served.site.position]
        head = int(np.abs(with_carry - without).argmax())
        differences[served.route.name] = float(np.abs(with_carry - without)[head])
        place = sites.layout.position_names[served.site.position]
        moved_to = sites.layout.position_names[int(inputs.attention[number, 1, head].argmax())]
        details.append(
            f"{served.route.name}: H1.{head} attends to {place} with {percent(float(without[head]), 0)} without "
            f"the carry and {percent(float(with_carry[head]), 0)} with it, then most to {moved_to}"
        )
    return all_of(
        at_least(
            HEAD_SWITCHES_BY,
            differences,
            "the largest difference of one head’s mean attention to the site’s position, without and with the "
            "carry, is {bound} on every route whose carry site is earlier",
        ),
        asked=(len(differences), len(sites.routes), "routes"),
        note="; ".join(details),
    )


@claim(
    "keys-there-queries-here",
    "Within layer 1, a carry that is written at the position that predicts its digit acts more through the "
    "queries there than through the keys.",
    analysis=carry_in_layer_1,
    figure="carry-seen-by",
    otherwise="On {case}, patching layer 1’s queries alone changes only {value} more of the answers than patching "
    "its keys alone, where {bound} is required.",
)
def queries_over_keys(sites: CarrySites, inputs: CarryInLayer1) -> Check:
    """The rate of patching the queries alone minus that of the keys alone, on routes with a local site."""
    is_local = is_at_predicting_position(sites)
    if not is_local.any():
        return not_applicable(NO_LOCAL_SITE if sites.served_routes else NO_SERVED_ROUTE)
    names = names_where(sites, is_local)
    difference = (_rate(inputs, "queries") - _rate(inputs, "keys"))[is_local]
    return all_of(
        at_least(
            QUERIES_OVER_KEYS,
            by_direction(names, difference),
            "patching only the queries changes {bound} more of the answers than patching only the keys, on every "
            "route whose carry site predicts the digit, and in both directions",
        ),
        asked=(len(names), len(sites.routes), "routes"),
    )


@optional_figure("carry-attention-switch", "Layer-1 attention without and with the carry", unless=no_served_route)
def attention_figure(name: str, title: str, sites: CarrySites, inputs: CarryInLayer1) -> Figure:
    """Bars of each layer-1 head's mean attention without and with the carry, one view for each served route."""
    plot: dict[str, LazyChart] = {}
    highest = 1.05 * float(inputs.attention.max())
    # The routes with an earlier site come first: on the others layer 1 need not attend to the site.
    for number in np.argsort(is_at_predicting_position(sites), kind="stable"):
        route = sites.served_routes[number].route
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
                    is_share=True,
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
            "Mean attention of each layer-1 head from the position that predicts the digit, over the same sums "
            "without and with the carry, which is patched at the site."
        ),
        alt="Bars by the position attended to, with the carry and without, in a panel for each head of layer 1.",
        source=carry_in_layer_1,
        control="Route",
        height=340,
        narrow_height=900,
    )


def _range(rates: np.ndarray) -> str:
    low, high = (percent(float(rate), 0) for rate in (rates.min(), rates.max()))
    return low if low == high else f"{low} to {high}"
