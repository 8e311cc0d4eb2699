"""The unembedding matrix: which dimensions of the residual stream reach the logits of the digits.

Centring subtracts each column's mean over the rows: rows that held nothing now hold minus that mean.
"""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import counted, decimals, joined, percent
from report.figures import charts
from sumint.analyses.weights.unembedding import SIGNIFICANT_SHARE, Unembedding, unembedding
from sumint.lab import Lab
from sumint.task.sums import DIGITS

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
FEW_ROWS = 4
FEW_UNCENTRED_ROWS = 6
UNCENTRED_AT_LEAST = 0.9999
SIGNS_AT_MOST = 0.05

PUBLISHED_ROWS = (19, 25, 26, 37)
"""The dimensions of the residual stream that the write-up names."""


def matrix_figure(matrix: Unembedding) -> Figure:
    """Return the heatmap of the unembedding matrix over the ten digits."""
    rows = matrix.significant_rows
    return Figure(
        "unembedding",
        "The unembedding matrix",
        charts.heatmap(
            matrix.matrix,
            x=DIGITS,
            y=tuple(map(str, range(len(matrix.matrix)))),
            x_title="digit",
            y_title="dimension of the residual stream",
            quantity="entry",
            labelled_rows=tuple(map(str, rows)),
        ),
        caption=(
            f"$W_U$ over the ten digits. {_of_rows(rows)} {'holds' if len(rows) == 1 else 'hold'} "
            f"{percent(matrix.row_shares[rows].sum())} of its squared norm."
        ),
        alt=f"A heatmap of {len(matrix.matrix)} rows by ten columns, its weight in rows {joined(rows)}.",
        source=unembedding,
        height=560,
        width=520,
    )


def matrix_claims(lab: Lab, matrix: Unembedding) -> tuple[Claim, ...]:
    """Return the claims on which rows and columns of the matrix hold its squared norm."""
    rows = matrix.significant_rows
    largest_rows = float(np.sort(matrix.row_shares)[-FEW_ROWS:].sum())
    uncentred = np.cumsum(np.sort(matrix.uncentred_row_shares)[::-1])
    n_uncentred = int(np.searchsorted(uncentred, UNCENTRED_AT_LEAST)) + 1
    return (
        Claim(
            "few-rows",
            "Only a few dimensions of the residual stream reach the logits of digits.",
            value=f"the {FEW_ROWS} largest rows hold {percent(largest_rows)} of the squared norm",
            criterion=f"at least {percent(SIGNIFICANT_SHARE, 0)}",
            holds=largest_rows >= SIGNIFICANT_SHARE,
            source=unembedding,
            numbers={"share_of_largest_rows": largest_rows, "significant_rows": float(len(rows))},
            otherwise=f"On these weights it takes {len(rows)} rows to hold {percent(SIGNIFICANT_SHARE, 0)}.",
        ),
        Claim(
            "other-rows-empty",
            "The other rows are empty, but for what the centring put there.",
            value=f"{percent(UNCENTRED_AT_LEAST, 2)} of the squared norm are in {counted(n_uncentred, 'row')}",
            criterion=f"in at most {FEW_UNCENTRED_ROWS}, once the rows’ median is taken from every column",
            holds=n_uncentred <= FEW_UNCENTRED_ROWS,
            source=unembedding,
            numbers={"rows": n_uncentred},
            otherwise="On these weights the unembedding is spread over more rows.",
        ),
        published_claim(
            lab,
            "published-rows",
            f"The dimensions that matter are {joined(PUBLISHED_ROWS)}.",
            criterion=f"they are the fewest rows that hold {percent(SIGNIFICANT_SHARE, 0)} of the squared norm",
            source=unembedding,
            check=lambda: Finding(f"the fewest are {joined(rows)}", tuple(rows) == PUBLISHED_ROWS),
        ),
        Claim(
            "no-signs",
            "Plus and equals have next to no unembedding.",
            value=f"the norm of their columns is {decimals(matrix.sign_ratio, 3)} of that of the digits' columns",
            criterion=f"at most {SIGNS_AT_MOST}",
            holds=matrix.sign_ratio <= SIGNS_AT_MOST,
            source=unembedding,
            numbers={"sign_ratio": matrix.sign_ratio},
            otherwise="On these weights plus and equals keep an unembedding of their own.",
        ),
    )


def _of_rows(rows: np.ndarray) -> str:
    return f"Row {rows[0]}" if len(rows) == 1 else f"Rows {joined(rows)}"
