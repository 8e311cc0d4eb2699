"""Section "Looking ahead": what layer 0 writes at one position about a column and the next one.

A column that sums to nine passes on the carry of the column on its right. Layer 0 cannot wait for that carry, but
one position can add the outputs of heads that attend to several columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from report.chapters.how_it_carries.readout import values_by_name
from report.chapters.how_it_carries.served_routes import finding_at_sites, no_served_route
from report.content.chapter import Absent, Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.look_ahead import N_TOTALS, LookAhead, look_ahead

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ADDITIVE_AT_LEAST = 0.95
TIE_BREAK_AT_LEAST = 0.1


@optional_figure("look-ahead", "What is written of two columns at one position", unless=no_served_route)
def look_ahead_figure(name: str, title: str, sites: CarrySites, ahead: LookAhead) -> Figure | Absent:
    """Heatmaps of what layer 0 writes along the carry axis by the sums of two columns, one for each position."""
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


def look_ahead_claims(sites: CarrySites, ahead: LookAhead) -> tuple[Claim, ...]:
    """The claims that layer 0 adds a function of each column, and that the further column breaks ties."""
    names = [sites.layout.position_names[position] for position in ahead.positions]

    def by_position(values: np.ndarray, holds: Callable[[np.ndarray], np.bool_]) -> Finding:
        if not names:
            return Finding("no position knows of any but the units’ carry", None)
        by_name = dict(zip(names, map(float, values), strict=True))
        return Finding(values_by_name(by_name), bool(holds(values)), by_name)

    def additive_share() -> Finding:
        finding = by_position(ahead.additive_share, lambda shares: shares.min() >= ADDITIVE_AT_LEAST)
        near_alone = joined(decimals(float(share)) for share in ahead.near_share)
        return (
            replace(finding, value=f"{finding.value}; the nearer column alone {near_alone}") if names else finding
        )

    def tie_break() -> Finding:
        return by_position(ahead.tie_break, lambda differences: differences.max() >= TIE_BREAK_AT_LEAST)

    return (
        general_claim(
            "look-ahead-adds",
            "What is written of a column and the next is the sum of a function of each.",
            criterion=(
                f"an additive model explains at least {percent(ADDITIVE_AT_LEAST, 0)} of the variance, everywhere"
            ),
            source=look_ahead,
            otherwise="On these weights the two act together at some position.",
            finding=finding_at_sites(sites, additive_share),
        ),
        general_claim(
            "look-ahead-breaks-ties",
            "Somewhere, where the nearer column sums to nine, the further one decides what is written.",
            criterion=(
                f"its carry makes a difference of at least {TIE_BREAK_AT_LEAST} at some position, where the "
                "nearer column’s makes 1"
            ),
            source=look_ahead,
            otherwise="On these weights the further column makes next to no difference.",
            finding=finding_at_sites(sites, tie_break),
        ),
    )
