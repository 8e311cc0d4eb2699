"""Attention scores of the mean query: the contribution of each position, and that of each token."""

from __future__ import annotations

import numpy as np

from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import counted, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.weights.qk_circuits import ON_ONE_COLUMN, QkCircuits, qk_circuits
from sumint.task.sums import VOCABULARY

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
LEAN_AT_LEAST = 0.9
LEANING_RANGE_AT_LEAST = 1
"""In nats; a query depends little on the digit if the scores of the digits range over less."""
BETWEEN_POSITIONS_AT_MOST = 0.25


def scores_figure(circuits: QkCircuits) -> Figure:
    """Return the attention scores of the mean query for every position and token, corrected and as published."""
    names = circuits.layout.position_names
    queries, tokens = names[:-1], tuple(f"“{token}”" for token in VOCABULARY)
    corrected = np.concatenate([circuits.position_scores, circuits.token_scores], axis=-1)

    views: dict[tuple[str, ...], LazyChart] = {}
    drawn: dict[tuple[str, ...], LazyChart] = {}
    n_positions = len(queries)
    for head, published in enumerate(circuits.published_scores):
        for version, values in ((CORRECTED, corrected[head]), (PUBLISHED, published)):
            views[f"H0.{head}", version] = charts.heatmap(
                values, x=queries + tokens, y=queries, x_title="key", y_title="query", quantity="score"
            )
            parts = {"position": (queries, values[:, :n_positions]), "token": (tokens, values[:, n_positions:])}
            limits = charts.symmetric_limits(np.nan_to_num(values))
            drawn[f"H0.{head}", version] = charts.panels(
                {
                    name: charts.heatmap(of_part, keys, queries, "key", "query", "score", limits=limits)
                    for name, (keys, of_part) in parts.items()
                }
            )
    return Figure(
        "qk-circuit",
        "Attention scores of positions and tokens",
        drawn,
        numbers=views,
        caption=(
            "Attention score of each position (left) and token (right) as a key (columns), for the mean query "
            "of each position (rows). As published, tokens stand one column too far right and hidden keys are "
            "zero."
        ),
        alt="Two heatmaps of queries by keys: the scores of positions, a triangle, and those of tokens.",
        source=qk_circuits,
        control=("Head", "Scores"),
        height=400,
        narrow_height=640,
    )


@claim(
    "positions-choose-columns",
    "Where a layer-0 head attends mainly to one column, positions determine which one, and the digits determine "
    "how its attention is split between the column’s two digits.",
    analysis=qk_circuits,
    figure="qk-circuit",
    otherwise=(
        "For {case}, the {quantity} is {value}, where {bound} is required for positions to determine the column "
        "and digits the split within it."
    ),
)
def positions_choose_columns(circuits: QkCircuits) -> Check:
    """How far apart a column's two positions score, and how far above all others and within the digits' range."""
    names = circuits.layout.position_names
    attended = {
        f"H0.{one.head} at {names[one.query]} to A{one.column} and B{one.column}": one
        for one in circuits.attended_columns
    }
    where = f"has at least {percent(ON_ONE_COLUMN, 0)} of its mean attention on one column"
    if not attended:
        return not_applicable(f"No layer-0 head {where} at any position that sees both operands.")
    return all_of(
        at_most(
            BETWEEN_POSITIONS_AT_MOST,
            {name: one.between_positions for name, one in attended.items()},
            f"wherever a layer-0 head {where}, the scores of the column’s two positions differ by {{bound}}",
            label="difference between the two positions",
            unit="nats",
        ),
        at_least(
            0,
            {name: one.margin for name, one in attended.items()},
            "they exceed that of every other position by {bound}",
            label="margin over other positions",
            unit="nats",
            is_strict=True,
        ),
        at_least(
            0,
            {name: one.digit_range - one.between_positions for name, one in attended.items()},
            "they differ by less than the range of the scores that the ten digits add, by {bound}",
            label="digits’ range beyond that difference",
            unit="nats",
            is_strict=True,
        ),
        asked=(len(attended), circuits.digit_range.size, "heads at positions that see both operands"),
    )


@claim(
    "extreme-digits",
    "Some queries of layer 0 give extreme digits, near 0 and 9, the highest scores, and some give them the "
    "lowest.",
    analysis=qk_circuits,
    figure="qk-circuit",
    otherwise=(
        "The queries of layer 0 do not prefer extreme digits in one place and avoid them in another: the "
        "criterion asks for a correlation of {bound}, and the nearest is {value} ({case})."
    ),
)
def queries_prefer_or_avoid_extreme_digits(circuits: QkCircuits) -> Check:
    """The correlation of a digit's score with its distance from 4.5, for the queries that depend on the digit."""
    names = circuits.layout.position_names[:-1][circuits.late_queries]
    correlations = {
        f"H0.{head} at {names[query]}": float(circuits.extremeness_correlation[head, query])
        for head, query in np.argwhere(circuits.digit_range >= LEANING_RANGE_AT_LEAST).tolist()
    }
    whose = f"whose scores of the ten digits range over {counted(LEANING_RANGE_AT_LEAST, 'nat')} or more"
    if not correlations:
        return not_applicable(f"Layer 0 has no query {whose}.")
    return all_of(
        at_least(
            LEAN_AT_LEAST,
            correlations,
            f"of some query {whose}, the correlation of a digit’s score with its distance from 4.5 is {{bound}}",
            label="largest correlation",
            unit="",
            of_some=True,
        ),
        at_most(
            -LEAN_AT_LEAST,
            correlations,
            "of another it is {bound}",
            label="smallest correlation",
            unit="",
            of_some=True,
        ),
        asked=(len(correlations), circuits.digit_range.size, "queries"),
    )
