"""The unembedding in the Fourier basis, and how much of it the first frequency alone rebuilds."""

from __future__ import annotations

from report.chapters.unembedding.matrix import ROWS_TITLE
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least
from report.content.claims.claim import claim
from report.content.formats import decimals, percent
from report.figures import charts
from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.task.sums import DIGITS

# Criterion, chosen after measuring the write-up's checkpoint: a regression check, not a prediction.
REBUILT_AT_LEAST = 0.97


def fourier_basis_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    """Return the figures of the matrix in the Fourier basis and of the matrix rebuilt from one frequency."""
    dimensions = tuple(map(str, range(len(matrix.matrix))))
    rows = matrix.significant_rows.tolist()
    versions = {"first frequency only": matrix.first_frequency_only, "original": matrix.matrix}
    limits = charts.symmetric_limits(matrix.matrix)
    return (
        Figure(
            "fourier-components",
            "The unembedding in the Fourier basis",
            charts.focused_rows(
                matrix.fourier_components,
                matrix.component_names,
                rows,
                "component",
                ROWS_TITLE,
                "coefficient",
                written=decimals,
            ),
            numbers=charts.heatmap(
                matrix.fourier_components,
                matrix.component_names,
                dimensions,
                "component",
                ROWS_TITLE,
                "coefficient",
            ),
            caption=(
                "Coefficients of $W_U$ in the orthonormal Fourier basis, by dimension of the residual stream "
                "(rows) and component (columns). The largest rows are drawn higher."
            ),
            alt=f"A heatmap of {len(dimensions)} rows by ten Fourier components.",
            source=unembedding,
            height=560,
            width=560,
        ),
        Figure(
            "first-frequency-only",
            "The unembedding rebuilt from one frequency",
            {
                label: charts.focused_rows(
                    values, DIGITS, rows, "digit", ROWS_TITLE, "entry", written=decimals, limits=limits
                )
                for label, values in versions.items()
            },
            numbers={
                label: charts.heatmap(values, DIGITS, dimensions, "digit", ROWS_TITLE, "entry")
                for label, values in versions.items()
            },
            caption=(
                "Entries of $W_U$, rebuilt from $\\cos 1$ and $\\sin 1$ alone and as it is. The rebuilt matrix "
                f"holds {percent(matrix.first_frequency_share)} of the original's squared norm."
            ),
            alt="Two heatmaps to switch between: the matrix rebuilt from the first frequency, and the original.",
            source=unembedding,
            control="Matrix",
            height=560,
            width=520,
        ),
    )


@claim(
    "first-frequency-rebuilds",
    "The components of $W_U$ at the first frequency, $\\cos 1$ and $\\sin 1$, hold nearly all of its squared "
    "norm.",
    analysis=unembedding,
    figure="first-frequency-only",
    otherwise="The components of $W_U$ at the first frequency hold only {value} of its squared norm.",
    follows="one-frequency",
)
def the_first_frequency_is_enough(matrix: Unembedding) -> Check:
    """The share of the squared norm of the matrix that is rebuilt from the first frequency alone."""
    text = "the matrix rebuilt from the first frequency alone holds {bound} of the squared norm"
    return all_of(at_least(REBUILT_AT_LEAST, matrix.first_frequency_share, text))
