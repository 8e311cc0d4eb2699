"""Section "Looking ahead": what layer 0 writes at one position about a column and the next one.

A column that sums to nine passes on the carry of the column on its right. Layer 0 cannot wait for that carry, but
one position can add the outputs of heads that attend to several columns.
"""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import no_served_route
from report.content.chapter import Absent, Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.look_ahead import N_TOTALS, LookAhead, look_ahead

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ADDITIVE_AT_LEAST = 0.95
TIE_BREAK_AT_LEAST = 0.1

NO_POSITION = "No carry site is at a position that sees the digits of the next column, too."


@optional_figure(
    "look-ahead", "Layer 0’s output along the carry direction, by the sums of two columns", unless=no_served_route
)
def look_ahead_figure(name: str, title: str, sites: CarrySites, ahead: LookAhead) -> Figure | Absent:
    """Heatmaps of layer 0's output along the carry direction by two columns' sums, one for each position."""
    if not len(ahead.positions):
        return Absent(name, title, NO_POSITION)
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
            quantity="along carry direction",
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
            "Output of all layer-0 heads at a position along the carry direction (−½ is the mean without a carry, "
            "½ with one), by the sums of the nearer column (rows) and of the next (columns)."
        ),
        alt="A heatmap of one column’s sum by the next one’s, coloured by the value along the carry direction.",
        source=look_ahead,
        control="Position",
        height=520,
        width=560,
    )


def _by_position(ahead: LookAhead, values: np.ndarray) -> dict[str, float]:
    names = (ahead.layout.position_names[position] for position in ahead.positions)
    return {name: float(value) for name, value in zip(names, values, strict=True)}


@claim(
    "look-ahead-adds",
    "Along the carry direction, layer 0’s output at a carry site’s position is nearly a function of one column’s "
    "sum plus a function of the next one’s.",
    analysis=look_ahead,
    figure="look-ahead",
    otherwise="At {case}, a function of each column’s sum, added up, explains only {value} of the variance.",
)
def additive_in_the_columns(ahead: LookAhead) -> Check:
    """The share of the variance of layer 0's output along the carry direction that an additive model explains."""
    if not len(ahead.positions):
        return not_applicable(NO_POSITION)
    near_alone = joined(
        f"{percent(float(share))} at {name}" for name, share in _by_position(ahead, ahead.near_share).items()
    )
    return all_of(
        at_least(
            ADDITIVE_AT_LEAST,
            _by_position(ahead, ahead.additive_share),
            "an additive model of the two column sums explains {bound} of the variance along the carry direction, "
            "at every position with a carry site",
        ),
        note=f"the nearer column alone explains {near_alone}",
    )


@claim(
    "look-ahead-breaks-ties",
    "At some position, when the nearer column sums to nine, the carry of the next column changes layer 0’s output "
    f"along the carry direction by at least {decimals(TIE_BREAK_AT_LEAST, 1)} of a carry.",
    analysis=look_ahead,
    figure="look-ahead",
    otherwise="When the nearer column sums to nine, the carry of the next column changes layer 0’s output along "
    "the carry direction by at most {value} of a carry, at {case}.",
)
def further_column_breaks_ties(ahead: LookAhead) -> Check:
    """The effect of the further column's carry where the nearer column sums to nine, in units of a carry."""
    if not len(ahead.positions):
        return not_applicable(NO_POSITION)
    return all_of(
        at_least(
            TIE_BREAK_AT_LEAST,
            _by_position(ahead, ahead.tie_break),
            "the further column’s carry makes a difference of {bound} at some position with a carry site, where "
            "the nearer column’s makes 1",
            unit="",
            of_some=True,
        )
    )
