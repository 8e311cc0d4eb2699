"""What the chapter on how the model carries shows of layer 1 and of the one direction."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import no_site, route_labels, route_names
from report.content.chapter import Absent, Figure
from report.content.formats import decimals
from report.content.lazy_chart import LazyChart
from report.content.optional import optional
from report.figures import charts
from sumint.analyses.carrying.carry_direction import DOSES, CarryDirection, carry_direction
from sumint.analyses.carrying.carry_direction import WAYS as SWAPPED
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.carry_turn import CarryTurn, carry_turn
from sumint.analyses.carrying.constant_bank import KINDS, ConstantBank, constant_bank


def mechanism_figures(
    sites: CarrySites, seen: CarryInLayer1, bank: ConstantBank, turned: CarryTurn, direction: CarryDirection
) -> tuple[Figure | Absent, ...]:
    """How layer 1 reads a carry and what it does with it, and what of a site it takes."""
    return (
        _seen(sites, seen),
        _switch(sites, seen),
        _bank(sites, bank),
        _turn(sites, turned),
        _direction(sites, direction),
        _doses(sites, direction),
    )


@optional("carry-seen-by", "What of layer 1 has to see the carry", unless=no_site)
def _seen(name: str, title: str, sites: CarrySites, seen: CarryInLayer1) -> Figure:
    return Figure(
        name,
        title,
        _ways(seen.rates, SEEN_BY, sites),
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


@optional("carry-attention-switch", "Where layer 1 looks with the carry, and without", unless=no_site)
def _switch(name: str, title: str, sites: CarrySites, seen: CarryInLayer1) -> Figure:
    plot: dict[str, LazyChart] = {}
    highest = 1.05 * float(seen.attention.max())
    for number, route in enumerate(one.route for one in sites.served_routes):
        looked_at = slice(0, sites.layout.predicting.start + route.digit + 1)
        without, with_carry = seen.attention[number][..., looked_at]
        plot[route.name] = charts.panels(
            {
                f"H1.{head}": charts.bars(
                    sites.layout.position_names[looked_at],
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


@optional("constant-bank", "What layer 1 needs to know of each position", unless=no_site)
def _bank(name: str, title: str, sites: CarrySites, bank: ConstantBank) -> Figure:
    positions = sites.layout.position_names
    lost = (bank.accuracy_before - bank.accuracy_without).mean(axis=-1)
    return Figure(
        name,
        title,
        {
            "digits lost": charts.bars(
                positions,
                dict(zip(KINDS, lost, strict=True)),
                x_title="position",
                y_title="net share of digits lost",
            ),
            "attention": charts.bars(
                positions,
                {f"H1.{head}": of_head for head, of_head in enumerate(bank.attention.mean(axis=0))},
                x_title="position attended to",
                y_title="attention",
            ),
        },
        caption=(
            "The share of digits that are right less that when layer 1’s keys, its values or both are replaced at "
            "one position by their means over the sample, which makes some digits right, too; and how much its "
            "heads look there, on average over the digits and the sample."
        ),
        alt="Bars by position: digits lost, and attention, which is large also where none are lost.",
        source=constant_bank,
        control="Shown",
        height=380,
    )


@optional("carry-turn", "Who turns the hand when a carry comes", unless=no_site)
def _turn(name: str, title: str, sites: CarrySites, turned: CarryTurn) -> Figure:
    by_part = (turned.shares * turned.turn[:, None]).T
    return Figure(
        name,
        title,
        charts.bars(
            route_labels(sites),
            dict(zip(turned.parts, by_part, strict=True)),
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


@optional("carry-swaps", "What of a site has to be swapped", unless=no_site)
def _direction(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    return Figure(
        name,
        title,
        _ways(direction.rates, SWAPPED, sites),
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


@optional("carry-dose", "How much of the vector it takes", unless=no_site)
def _doses(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    return Figure(
        name,
        title,
        {
            "the vector added": _by_dose(
                sites, direction.dose_rates, direction.turn_by_dose, "how much of the vector is added"
            ),
            "between two sums": _by_dose(
                sites, direction.way_rates, direction.turn_by_way, "how far from the one sum to the other"
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


def _by_dose(sites: CarrySites, rates: np.ndarray, turns: np.ndarray, x_title: str) -> LazyChart:
    names = route_names(sites)
    panels = {"share of digits moved": rates, "turn, in digits": turns}
    return charts.stacked_lines(
        DOSES, {title: dict(zip(names, values, strict=True)) for title, values in panels.items()}, x_title
    )


def _ways(rates: np.ndarray, ways: tuple[str, ...], sites: CarrySites) -> LazyChart:
    return charts.heatmap(
        rates.T,
        x=route_labels(sites),
        y=ways,
        x_title="route, from a column to a digit",
        y_title="",
        quantity="digits moved",
        diverging=False,
        limits=(0, 1),
        written=decimals,
    )
