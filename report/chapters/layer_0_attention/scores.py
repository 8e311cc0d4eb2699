"""Attention scores of the mean query: the contribution of each position, and that of each token."""

from __future__ import annotations

import numpy as np

from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims import Claim
from report.content.formats import counted, decimals
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
    """Return the attention scores of the mean query for every position and token, as published and corrected."""
    names = circuits.layout.position_names
    queries, tokens = names[:-1], tuple(f"“{token}”" for token in VOCABULARY)
    corrected = np.concatenate([circuits.position_scores, circuits.token_scores], axis=-1)

    def scores(values: np.ndarray, keys: tuple[str, ...]) -> LazyChart:
        return charts.heatmap(values, x=keys, y=queries, x_title="key", y_title="query", quantity="score")

    views: dict[tuple[str, ...], LazyChart] = {}
    for head, published in enumerate(circuits.published_scores):
        views[f"H0.{head}", PUBLISHED] = scores(published, queries + tokens)
        views[f"H0.{head}", CORRECTED] = scores(corrected[head], queries + tokens)
    return Figure(
        "qk-circuit",
        "What positions and tokens add to a score",
        views,
        caption=(
            "Attention scores of the mean query for every position, left, and for every token, in quotes, right. "
            "As published, each token’s scores stand one name too far to the right, and hidden keys look like "
            "keys with a score of zero."
        ),
        alt="A heatmap of queries by keys: first the scores of positions, a triangle, then those of tokens.",
        source=qk_circuits,
        control=("Head", "Scores"),
        height=440,
    )


def positions_choose_columns_claim(circuits: QkCircuits) -> Claim:
    """Return the claim that positions determine the column attended to, and digits the split between its two."""
    looks = circuits.attended_columns
    apart = max((look.between_positions for look in looks), default=0.0)
    margin = min((look.margin for look in looks), default=0.0)
    least_range = min((look.digit_range for look in looks), default=0.0)
    digits_outweigh = all(look.digit_range > look.between_positions for look in looks)
    return Claim(
        "positions-choose-columns",
        "Positions choose the column that a head looks at; the digits choose which of its two gets the attention.",
        value=(
            f"{counted(len(looks), 'look')} at a column: the scores of its two positions are at most "
            f"{decimals(apart)} apart and at least {decimals(margin, 1)} above all others; those of digits range "
            f"over at least {decimals(least_range, 1)}"
            if looks
            else "no head looks at one column"
        ),
        criterion=(
            f"wherever a head has at least {ON_ONE_COLUMN} of its mean attention on one column, its two "
            f"positions’ scores are within {BETWEEN_POSITIONS_AT_MOST} nats of one another, above all others, and "
            "less apart than the digits’ scores range"
        ),
        holds=bool(looks) and apart <= BETWEEN_POSITIONS_AT_MOST and margin > 0 and digits_outweigh,
        source=qk_circuits,
        numbers={"looks": len(looks), "positions_apart": apart, "margin": margin, "digit_range": least_range},
        otherwise="On these weights it is not so clear-cut for some head.",
    )


def extreme_digits_claim(circuits: QkCircuits) -> Claim:
    """Return the claim that some queries prefer extreme digits and some avoid them."""
    selective = circuits.digit_range >= LEANING_RANGE_AT_LEAST
    leans = circuits.extremeness_correlation[selective]
    least, greatest = float(leans.min(initial=0)), float(leans.max(initial=0))
    return Claim(
        "extreme-digits",
        "Some queries lean to the extreme digits, near 0 and 9, and some away from them.",
        value=(
            f"among {counted(int(selective.sum()), 'query', 'queries')}, the correlation of a digit’s score with "
            f"its distance from the middle goes from {decimals(least)} to {decimals(greatest)}"
        ),
        criterion=(
            f"from −{LEAN_AT_LEAST} at most to {LEAN_AT_LEAST} at least, among the queries whose digits’ scores "
            f"range over {counted(LEANING_RANGE_AT_LEAST, 'nat')} or more"
        ),
        holds=least <= -LEAN_AT_LEAST and greatest >= LEAN_AT_LEAST,
        source=qk_circuits,
        numbers={"least": least, "greatest": greatest},
        otherwise="On these weights the queries that mind the digit do not lean both ways.",
    )
