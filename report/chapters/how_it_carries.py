"""How a carry gets from the column that makes it to the digit that it changes, tested by intervention."""

from __future__ import annotations

import numpy as np

from report import plots
from report.absent import shown
from report.chapter import Absent, Chapter, Figure, Table
from report.chapters.how_it_carries_claims import claims
from report.chapters.how_it_carries_mechanism_claims import mechanism_claims
from report.parts import part
from report.plot import Plot
from report.theme import counted, percent
from sumint.analyses.carry_direction import DOSES, CarryDirection, carry_direction
from sumint.analyses.carry_direction import WAYS as SWAPPED
from sumint.analyses.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carry_readout import CarryReadout, carry_readout
from sumint.analyses.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.look_ahead import N_TOTALS, LookAhead, look_ahead
from sumint.data import DIGITS
from sumint.interchange import route_of
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model carries, measured on the lab's checkpoint."""
    sites = lab.run(carry_sites)
    trails = sites.trails
    readout = lab.run(carry_readout, trails=trails)
    ahead = lab.run(look_ahead, trails=trails)
    seen = lab.run(carry_in_layer_1, trails=trails)
    direction = lab.run(carry_direction, trails=trails)
    return Chapter(
        title="How it carries",
        question="How does a carry get from the column that makes it to the digit that it changes?",
        figures=(
            _rates(sites),
            _read_off(sites, readout),
            _ahead(sites, ahead),
            _seen(sites, seen),
            _switch(sites, seen),
            _direction(sites, direction),
            _doses(sites, direction),
        ),
        tables=(_routes(sites),),
        values={"serves_from": SERVES_FROM},
        claims=(*claims(sites, readout, ahead), *mechanism_claims(sites, seen, direction)),
        findings=("carry-sites", "carry-order", "carry-direction"),
    )


@part
def _routes(sites: CarrySites) -> Table:
    rows = []
    for number, route in enumerate(sites.routes):
        site = sites.serving(number) or sites.best[number]
        lower, upper = sites.interval(number, site)
        rows.append(
            (
                route.name,
                route.n_nines,
                int(sites.n_pairs[number]),
                site.name(sites.layout),
                sites.rate(number, site),
                f"{percent(lower)} to {percent(upper)}",
            )
        )
    head = ("route", "nines between", "pairs", "site", "digits moved", "95% interval")
    return Table(
        "carry-routes",
        "Every route, and the site that moves most of its digits",
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            f"Of {counted(sites.n_drawn, 'pair')} drawn for each route those are kept of which the model says "
            "both sums’ digit rightly. Where a site of the smallest set serves the route, it is that one. The "
            "interval is Wilson’s."
        ),
        source=carry_sites,
        formats={"digits moved": percent},
    )


@part
def _rates(sites: CarrySites) -> Figure:
    heads = [f"H0.{head}" for head in range(sites.rates.shape[1])]
    plot: dict[str, Plot] = {}
    for number, route in enumerate(sites.routes):
        seen = slice(0, sites.layout.predicting.start + route.digit + 1)
        plot[route.name] = plots.heatmap(
            sites.rates[number, :, seen],
            x=sites.layout.position_names[seen],
            y=heads,
            x_title="position",
            y_title="head",
            diverging=False,
            limits=(0, 1),
            places=2,
        )
    return Figure(
        "carry-site-rates",
        "Where an interchange moves the digit",
        plot,
        caption=(
            "The share of pairs in which the answer’s digit becomes the other sum’s when what one head has "
            "gathered at one position is taken from there. Positions after the one that predicts the digit cannot "
            "matter."
        ),
        alt="A heatmap of layer 0’s heads by positions, with the share of digits that moved in each cell.",
        source=carry_sites,
        control="Route",
        height=240,
    )


def _no_site(sites: CarrySites, *_: object) -> str:
    """Why there is nothing to look at more closely."""
    return "" if sites.trails else "On these weights no site of the first layer serves any route."


@shown("carry-readout", "What a site looks for in a digit, and takes from it", unless=_no_site)
def _read_off(name: str, title: str, sites: CarrySites, readout: CarryReadout) -> Figure:
    plot: dict[str, Plot] = {
        f"{site.name(sites.layout)}, column {column}": plots.stacked_lines(
            range(len(DIGITS)),
            {
                "attention score": {"measured": scores, "cosine": cosine.fitted},
                "along the carry": {"measured": taken},
            },
            x_title="digit",
        )
        for site, column, scores, cosine, taken in zip(
            readout.sites, readout.columns, readout.scores, readout.cosines, readout.taken, strict=True
        )
    }
    return Figure(
        name,
        title,
        plot,
        caption=(
            "Above, what a digit adds to the attention score, from the mean query, and the cosine that is "
            "nearest: the digit with the higher score is listened to. Below, how much of its value lies along the "
            "carry’s direction: under zero it says that there is no carry, above that there is one."
        ),
        alt="Lines over the digits: the attention score with a fitted cosine, and what is taken from the digit.",
        source=carry_readout,
        control="Site",
        height=430,
    )


@shown("look-ahead", "What is written of two columns at one position", unless=_no_site)
def _ahead(name: str, title: str, sites: CarrySites, ahead: LookAhead) -> Figure | Absent:
    if not len(ahead.positions):
        return Absent(name, title, "The only sites that serve a route know of the units’ carry alone.")
    names = sites.layout.position_names
    totals = range(N_TOTALS)
    limits = plots.symmetric_limits(ahead.value)
    plot: dict[str, Plot] = {
        names[position]: plots.heatmap(
            np.where(ahead.n_sums[number] > 0, ahead.value[number], np.nan),
            x=totals,
            y=totals,
            x_title=f"A{column + 1} + B{column + 1}",
            y_title=f"A{column} + B{column}",
            limits=limits,
            square=True,
        )
        for number, (position, column) in enumerate(
            zip(ahead.positions.tolist(), ahead.columns.tolist(), strict=True)
        )
    }
    return Figure(
        name,
        title,
        plot,
        caption=(
            "What all heads of layer 0 write at a position, along the axis from no carry out of the nearer column "
            "(−½ on average) to a carry (½), by what the two columns sum to. In the row of nine the nearer column "
            "decides nothing."
        ),
        alt="A heatmap of one column’s sum by the next one’s, coloured by the value along the carry’s axis.",
        source=look_ahead,
        control="Position",
        height=520,
        width=560,
    )


@shown("carry-seen-by", "What of layer 1 has to see the carry", unless=_no_site)
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


@shown("carry-attention-switch", "Where layer 1 looks with the carry, and without", unless=_no_site)
def _switch(name: str, title: str, sites: CarrySites, seen: CarryInLayer1) -> Figure:
    plot: dict[str, Plot] = {}
    for number, route in enumerate(map(route_of, sites.trails)):
        looked_at = slice(0, sites.layout.predicting.start + route.digit + 1)
        without, with_carry = seen.attention[number][..., looked_at]
        highest = 1.05 * float(seen.attention[number].max())
        plot[route.name] = plots.panels(
            {
                f"H1.{head}": plots.bars(
                    sites.layout.position_names[looked_at],
                    {"no carry": without[head], "carry": with_carry[head]},
                    x_title="position attended to",
                    y_title="attention",
                    highest=highest,
                )
                for head in range(len(without))
            }
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
        height=520,
        narrow_height=900,
    )


@shown("carry-swaps", "What of a site has to be swapped", unless=_no_site)
def _direction(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    return Figure(
        name,
        title,
        _ways(direction.rates, SWAPPED, sites),
        caption=(
            "The share of digits that move when all that the site has gathered is swapped, only its component "
            "along the carry’s direction, or only the rest; and when one fixed vector is added or taken away. "
            "Direction and vector were measured on other pairs."
        ),
        alt="A heatmap of what is swapped by routes, with the share of digits that moved in each cell.",
        source=carry_direction,
        height=240,
        width=640,
    )


@shown("carry-dose", "How much of the vector it takes", unless=_no_site)
def _doses(name: str, title: str, sites: CarrySites, direction: CarryDirection) -> Figure:
    return Figure(
        name,
        title,
        plots.lines(
            DOSES,
            {
                route.name: rates
                for route, rates in zip(map(route_of, sites.trails), direction.dose_rates, strict=True)
            },
            x_title="how much of the vector is added",
            y_title="share of digits moved by one",
        ),
        caption=(
            "The vector that a carry makes at the site, added in part where there is no carry and taken away "
            "where there is one; 1 is all of it."
        ),
        alt="Lines over the dose: the share of digits that move, for each route.",
        source=carry_direction,
    )


def _ways(rates: np.ndarray, ways: tuple[str, ...], sites: CarrySites) -> Plot:
    routes = map(route_of, sites.trails)
    return plots.heatmap(
        rates.T,
        x=[f"{route.column} → C{route.digit}" for route in routes],
        y=ways,
        x_title="route, from a column to a digit",
        y_title="",
        diverging=False,
        limits=(0, 1),
        places=2,
    )
