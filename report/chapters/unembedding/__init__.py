"""What the unembedding matrix says of how digits are written at the end: as angles on a circle."""

from __future__ import annotations

import numpy as np

from report.chapters.unembedding.claims import claims
from report.content.chapter import Chapter, Figure
from report.content.failures import isolated
from report.content.formats import joined, percent, radians, significant
from report.figures import charts
from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.analyses.weights.unembedding_svd import UnembeddingSvd, unembedding_svd
from sumint.lab import Lab
from sumint.task.sums import DIGITS

FREQUENCIES = tuple("012345")


def chapter(lab: Lab) -> Chapter:
    """The chapter on the unembedding, measured on the lab's checkpoint."""
    matrix = lab.run(unembedding)
    svd = lab.run(unembedding_svd)
    return Chapter(
        title="Unembedding",
        question="How does an answer have to be written in the residual stream for the right digit to be read?",
        values={"unembedding": matrix, "svd": svd},
        figures=(
            *_row_figures(matrix),
            *_column_figures(matrix),
            *_svd_figures(svd),
            *_basis_figures(matrix),
        ),
        claims=claims(lab, matrix, svd),
        findings=("few-rows", "one-frequency", "digits-on-a-circle"),
    )


@isolated
def _row_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    rows = matrix.significant_rows
    names = _row_names(rows)
    phases = joined(
        f"{name} at {radians(matrix.rows.phases[row, 1])}" for name, row in zip(names, rows, strict=True)
    )
    return (
        Figure(
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
        ),
        Figure(
            "frequency-magnitudes",
            "Frequencies in the significant rows",
            charts.heatmap(
                matrix.rows.magnitudes[rows],
                x=FREQUENCIES,
                y=names,
                x_title="frequency",
                y_title="",
                quantity="magnitude",
                diverging=False,
                limits=(0, float(matrix.rows.magnitudes[rows].max())),
            ),
            caption=(
                "The magnitude of each frequency in the rows that matter. Leaving the constant aside, frequency "
                f"{matrix.main_frequency} has {percent(matrix.rows.frequency_shares.max())} of the power."
            ),
            alt=f"A heatmap of rows {joined(rows)} by frequency, strongest at frequency {matrix.main_frequency}.",
            source=unembedding,
            height=110 + 42 * len(rows),
            width=560,
        ),
        Figure(
            "row-phases",
            "Phases of the significant rows",
            charts.polar_points(
                matrix.rows.magnitudes[rows, 1],
                matrix.rows.phases[rows, 1],
                names,
                name="first frequency",
            ),
            caption="Each row's first frequency as an arrow: how strong it is, and in which phase.",
            alt=f"A polar diagram with a point for each significant row: {phases}.",
            source=unembedding,
            height=440,
            width=520,
        ),
    )


@isolated
def _column_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    return (
        Figure(
            "gram",
            "How digits point along one another",
            charts.heatmap(matrix.gram, DIGITS, DIGITS, "digit", "digit", "inner product", square=True),
            caption="The entries of $W_U^{\\top} W_U$: each digit's direction times each other's.",
            alt="A ten by ten heatmap, its largest entry on the diagonal, where a digit meets itself.",
            source=unembedding,
            height=460,
            width=520,
        ),
        Figure(
            "gram-phases",
            "The angle of every digit",
            charts.polar_points(
                matrix.gram_rows.magnitudes[:, 1],
                matrix.gram_rows.phases[:, 1],
                DIGITS,
                name="first frequency",
            ),
            caption="The first frequency of each row of $W_U^{\\top} W_U$.",
            alt="Ten points in a polar diagram, one for each digit.",
            source=unembedding,
            height=440,
            width=520,
        ),
    )


@isolated
def _svd_figures(svd: UnembeddingSvd) -> tuple[Figure, ...]:
    dimensions = tuple(range(len(svd.directions)))
    return (
        Figure(
            "singular-values",
            "Singular values",
            charts.bars(
                tuple(range(len(svd.singular_values))),
                {"singular value": svd.singular_values},
                x_title="direction",
                y_title="singular value",
            ),
            caption=(
                f"The first two directions hold {percent(svd.two_direction_share)} of the squared norm; the third "
                f"singular value is {significant(svd.third_to_second, 2)} of the second."
            ),
            alt=f"{len(svd.singular_values)} bars, the singular values from the largest to the smallest.",
            source=unembedding_svd,
            height=300,
            width=560,
        ),
        Figure(
            "principal-directions",
            "The first two directions",
            charts.lines(
                dimensions,
                {"first": svd.directions[:, 0], "second": svd.directions[:, 1]},
                x_title="dimension of the residual stream",
                y_title="coordinate",
            ),
            caption="The two left singular vectors that hold most of the matrix, coordinate by coordinate.",
            alt="Two lines over the dimensions of the residual stream, one for each direction.",
            source=unembedding_svd,
            height=320,
        ),
        Figure(
            "digits-in-the-plane",
            "The digits in the plane of the first two directions",
            charts.points(
                svd.digits[:, 0],
                svd.digits[:, 1],
                DIGITS,
                x_title="first direction",
                y_title="second direction",
                closed=True,
            ),
            caption="The ten columns of $W_U$, projected; the line joins each digit to the next.",
            alt="Ten points, one for each digit, with a closed line from each to the next.",
            source=unembedding_svd,
            height=500,
            width=540,
        ),
    )


@isolated
def _basis_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    dimensions = tuple(map(str, range(len(matrix.matrix))))
    rows_title = "dimension of the residual stream"
    significant = tuple(map(str, matrix.significant_rows))
    limits = charts.symmetric_limits(matrix.matrix)
    return (
        Figure(
            "fourier-components",
            "The unembedding in the Fourier basis",
            charts.heatmap(
                matrix.fourier_components,
                x=matrix.component_names,
                y=dimensions,
                x_title="component",
                y_title=rows_title,
                quantity="coefficient",
                labelled_rows=significant,
            ),
            caption="Every row of $W_U$ in the orthonormal Fourier basis.",
            alt=f"A heatmap of {len(dimensions)} rows by ten Fourier components.",
            source=unembedding,
            height=560,
            width=560,
        ),
        Figure(
            "first-frequency-only",
            "One frequency, and the whole matrix",
            {
                label: charts.heatmap(
                    values,
                    DIGITS,
                    dimensions,
                    "digit",
                    rows_title,
                    "entry",
                    limits=limits,
                    labelled_rows=significant,
                )
                for label, values in (
                    ("first frequency only", matrix.first_frequency_only),
                    ("original", matrix.matrix),
                )
            },
            caption=(
                "$W_U$ rebuilt from $\\cos 1$ and $\\sin 1$ alone, and as it is. The rebuilt matrix holds "
                f"{percent(matrix.first_frequency_share)} of the original's squared norm."
            ),
            alt="Two heatmaps to switch between: the matrix rebuilt from the first frequency, and the original.",
            source=unembedding,
            control="Matrix",
            height=560,
            width=520,
        ),
    )


def _row_names(rows: np.ndarray) -> tuple[str, ...]:
    return tuple(f"dim {row}" for row in rows)


def _of_rows(rows: np.ndarray) -> str:
    return f"Row {rows[0]}" if len(rows) == 1 else f"Rows {joined(rows)}"
