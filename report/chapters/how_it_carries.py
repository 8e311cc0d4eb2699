"""How a carry gets from the column that makes it to the digit that it changes, tested by intervention."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from report import plots
from report.absent import shown
from report.chapter import Absent, Chapter, Figure, Table
from report.chapters.how_it_carries_bank_claims import bank_claims
from report.chapters.how_it_carries_claims import claims
from report.chapters.how_it_carries_diagram import the_algorithm
from report.chapters.how_it_carries_direction_claims import direction_claims
from report.chapters.how_it_carries_gathered import gathering_claims
from report.chapters.how_it_carries_joint import joint_claims, joint_table
from report.chapters.how_it_carries_layer_1_claims import layer_1_claims
from report.chapters.how_it_carries_mechanism import mechanism_figures
from report.chapters.how_it_carries_served import no_site
from report.formats import counted, percent, whole_percent
from report.parts import part
from report.plot import Plot
from sumint.analyses.carry_direction import carry_direction
from sumint.analyses.carry_in_layer_1 import carry_in_layer_1
from sumint.analyses.carry_readout import CarryReadout, carry_readout
from sumint.analyses.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.carry_turn import carry_turn
from sumint.analyses.constant_bank import constant_bank
from sumint.analyses.joint_sites import joint_sites
from sumint.analyses.look_ahead import N_TOTALS, LookAhead, look_ahead
from sumint.analyses.needed_sites import needed_sites
from sumint.analyses.other_sites import other_sites
from sumint.data import DIGITS
from sumint.interchange import site_of
from sumint.lab import Lab
from sumint.routes import own_routes


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model carries, measured on the lab's checkpoint."""
    sites = lab.run(carry_sites)
    trails = sites.trails
    joint = lab.run(joint_sites, routes=sites.unserved)
    readout = lab.run(carry_readout, trails=trails)
    ahead = lab.run(look_ahead, trails=trails)
    seen = lab.run(carry_in_layer_1, trails=trails)
    others = lab.run(other_sites, trails=trails)
    together = (site for number in range(len(joint.routes)) for site in joint.sites(number))
    held = {site.position for site in (*map(site_of, trails), *together)}
    bank = lab.run(constant_bank, held=tuple(sorted(held)))
    turned = lab.run(carry_turn, trails=trails)
    direction = lab.run(carry_direction, trails=trails)
    needed = lab.run(needed_sites)
    own = lab.run(joint_sites, routes=tuple(map(astuple, own_routes(lab.checkpoint.layout))))
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


@shown("carry-readout", "What a site looks for in a digit, and takes from it", unless=no_site)
def _read_off(name: str, title: str, sites: CarrySites, readout: CarryReadout) -> Figure:
    plot: dict[str, Plot] = {
        f"{site.name(sites.layout)}, column {column}": plots.stacked_lines(
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


@shown("look-ahead", "What is written of two columns at one position", unless=no_site)
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
