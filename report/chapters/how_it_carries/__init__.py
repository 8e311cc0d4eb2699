"""How a carry gets from the column that makes it to the digit that it changes, tested by intervention."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.algorithm import the_algorithm
from report.chapters.how_it_carries.claims import claims
from report.chapters.how_it_carries.constant_bank import bank_claims
from report.chapters.how_it_carries.direction import direction_claims
from report.chapters.how_it_carries.gathering import gathering_claims
from report.chapters.how_it_carries.joint_sites import joint_claims, joint_table
from report.chapters.how_it_carries.layer_1 import layer_1_claims
from report.chapters.how_it_carries.mechanism import mechanism_figures
from report.chapters.how_it_carries.served_routes import no_site
from report.content.chapter import Absent, Chapter, Figure, Table
from report.content.failures import isolated
from report.content.formats import counted, percent, whole_percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional
from report.figures import charts
from sumint.analyses.carrying.carry_direction import carry_direction
from sumint.analyses.carrying.carry_in_layer_1 import carry_in_layer_1
from sumint.analyses.carrying.carry_readout import CarryReadout, carry_readout
from sumint.analyses.carrying.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.carrying.carry_turn import carry_turn
from sumint.analyses.carrying.constant_bank import constant_bank
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.analyses.carrying.look_ahead import N_TOTALS, LookAhead, look_ahead
from sumint.analyses.carrying.needed_sites import needed_sites
from sumint.analyses.carrying.other_sites import other_sites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes
from sumint.task.sums import DIGITS


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model carries, measured on the lab's checkpoint."""
    sites = lab.run(carry_sites)
    served = sites.served_routes
    joint = lab.run(joint_sites, routes=sites.unserved)
    readout = lab.run(carry_readout, served=served)
    ahead = lab.run(look_ahead, served=served)
    seen = lab.run(carry_in_layer_1, served=served)
    others = lab.run(other_sites, served=served)
    together = (site for number in range(len(joint.routes)) for site in joint.sites(number))
    held = {site.position for site in (*(one.site for one in served), *together)}
    bank = lab.run(constant_bank, held=tuple(sorted(held)))
    turned = lab.run(carry_turn, served=served)
    direction = lab.run(carry_direction, served=served)
    needed = lab.run(needed_sites)
    own = lab.run(joint_sites, routes=own_routes(lab.layout))
    of_bank = bank_claims(sites, bank, needed)
    return Chapter(
        title="How it carries",
        question="How does a carry get from the column that makes it to the digit that it changes?",
        figures=(
            the_algorithm(sites, needed, own, bank, of_bank),
            _rates(sites),
            _read_off(sites, readout),
            _ahead(sites, ahead),
            *mechanism_figures(sites, seen, bank, turned, direction),
        ),
        tables=(_routes(sites), joint_table(joint)),
        values={"serves_from": SERVES_FROM},
        claims=(
            *gathering_claims(needed),
            *claims(sites, others, readout, ahead),
            *joint_claims(joint),
            *layer_1_claims(sites, seen, turned),
            *of_bank,
            *direction_claims(sites, direction),
        ),
        findings=("carry-sites", "carry-order", "carry-direction"),
    )


@isolated
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


@isolated
def _rates(sites: CarrySites) -> Figure:
    heads = [f"H0.{head}" for head in range(sites.rates.shape[1])]
    plot: dict[str, LazyChart] = {}
    for number, route in enumerate(sites.routes):
        seen = slice(0, sites.layout.predicting.start + route.digit + 1)
        plot[route.name] = charts.heatmap(
            sites.rates[number, :, seen],
            x=sites.layout.position_names[seen],
            y=heads,
            x_title="position",
            y_title="head",
            quantity="digits moved",
            diverging=False,
            limits=(0, 1),
            written=whole_percent,
        )
    return Figure(
        "carry-site-rates",
        "Where an interchange moves the digit",
        plot,
        caption=(
            "In how many of a hundred pairs the answer’s digit becomes the other sum’s when what one head has "
            "gathered at one position is taken from there. Positions after the one that predicts the digit cannot "
            "matter."
        ),
        alt="A heatmap of layer 0’s heads by positions, with the share of digits that moved in each cell.",
        source=carry_sites,
        control="Route",
        height=240,
    )


@optional("carry-readout", "What a site looks for in a digit, and takes from it", unless=no_site)
def _read_off(name: str, title: str, sites: CarrySites, readout: CarryReadout) -> Figure:
    plot: dict[str, LazyChart] = {
        f"{site.name(sites.layout)}, column {column}": charts.stacked_lines(
            range(len(DIGITS)),
            {
                "attention score": {"measured": scores, "cosine": cosine.fitted, "straight lines": lines.fitted},
                "along the carry": {"measured": taken},
            },
            x_title="digit",
        )
        for site, column, scores, cosine, lines, taken in zip(
            readout.sites,
            readout.columns,
            readout.scores,
            readout.cosines,
            readout.lines,
            readout.taken,
            strict=True,
        )
    }
    return Figure(
        name,
        title,
        plot,
        caption=(
            "Above, what a digit adds to the attention score, from the mean query, and the cosine and the two "
            "straight lines that are nearest: the digit with the higher score is listened to. Below, how much of "
            "its value lies along the carry’s direction: under zero it says that there is no carry, above that "
            "there is one."
        ),
        alt="Lines over the digits: the attention score with a fitted cosine, and what is taken from the digit.",
        source=carry_readout,
        control="Site",
        height=430,
    )


@optional("look-ahead", "What is written of two columns at one position", unless=no_site)
def _ahead(name: str, title: str, sites: CarrySites, ahead: LookAhead) -> Figure | Absent:
    if not len(ahead.positions):
        return Absent(name, title, "The only sites that serve a route know of the units’ carry alone.")
    names = sites.layout.position_names
    totals = range(N_TOTALS)
    limits = charts.symmetric_limits(ahead.value)
    plot: dict[str, LazyChart] = {
        names[position]: charts.heatmap(
            np.where(ahead.n_sums[number] > 0, ahead.value[number], np.nan),
            x=totals,
            y=totals,
            x_title=f"A{column + 1} + B{column + 1}",
            y_title=f"A{column} + B{column}",
            quantity="along the axis",
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
            "What all heads of layer 0 write at a position, along the axis from where the nearer column makes no "
            "carry (−½ on average) to where it makes one (½), by what the two columns sum to. In the row of nine "
            "the nearer column decides nothing. A cell is empty where no such sum was drawn."
        ),
        alt="A heatmap of one column’s sum by the next one’s, coloured by the value along the carry’s axis.",
        source=look_ahead,
        control="Position",
        height=520,
        width=560,
    )
