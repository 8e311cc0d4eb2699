"""Rows as waves: the frequency of each row of the unembedding as a function of the digit, and its phase."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim, published_claim
from report.content.formats import joined, percent, radians
from report.figures import charts
from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.model.fourier import angle_between

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
ONE_FREQUENCY_AT_LEAST = 0.97
EACH_ROW_AT_LEAST = 0.8
PHASE_WITHIN = 0.2

FREQUENCIES = tuple("012345")


def wave_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    """Return the figures of the frequencies and of the phases of the significant rows."""
    rows = matrix.significant_rows
    names = tuple(f"dim {row}" for row in rows)
    phases = joined(
        f"{name} at {radians(matrix.rows.phases[row, 1])}" for name, row in zip(names, rows, strict=True)
    )
    return (
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
                "Magnitude of each frequency (columns) in the significant rows of $W_U$. Without the constant, "
                f"frequency {matrix.main_frequency} has {percent(matrix.rows.frequency_shares.max())} of the "
                "power."
            ),
            alt=f"A heatmap of rows {joined(rows)} by frequency, strongest at frequency {matrix.main_frequency}.",
            source=unembedding,
            height=110 + 42 * len(rows),
            width=560,
        ),
        Figure(
            "row-phases",
            "First frequency of the significant rows",
            charts.polar_points(
                matrix.rows.magnitudes[rows, 1],
                matrix.rows.phases[rows, 1],
                names,
                name="first frequency",
            ),
            caption=(
                "The first frequency of each significant row of $W_U$, on a dial of digits: its length is the "
                "magnitude, and it points to the digit at which the row is largest."
            ),
            alt=f"A polar diagram with a point for each significant row: {phases}.",
            source=unembedding,
            height=440,
            width=520,
        ),
    )


@claim(
    "one-frequency",
    "The significant rows of the unembedding matrix, as functions of the digit, are waves of the first frequency, "
    "$2\\pi/10$.",
    analysis=unembedding,
    figure="frequency-magnitudes",
    otherwise=(
        "The first frequency, $2\\pi/10$, has only {value} of the power of {case} of the unembedding matrix, "
        "leaving the constant aside."
    ),
)
def waves_of_the_first_frequency(matrix: Unembedding) -> Check:
    """The first frequency's share of the power that varies with the digit, over all rows and in each of some."""
    rows = matrix.significant_rows
    by_row = {f"row {row}": float(matrix.frequency_shares_by_row[row, 0]) for row in rows}
    return all_of(
        at_least(
            ONE_FREQUENCY_AT_LEAST,
            {"all rows together": float(matrix.rows.frequency_shares[0])},
            "of the power of all rows together, leaving the constant aside, {bound} is at the first frequency",
            label="share of the power",
        ),
        at_least(
            EACH_ROW_AT_LEAST,
            by_row,
            "of that of each significant row it is {bound}",
            label="share by row",
        ),
        note=_significant_frequencies(matrix),
    )


@published_claim(
    "antiphase",
    "The rows of dimensions 19 and 26 of the unembedding matrix are in opposite phase.",
    analysis=unembedding,
    figure="row-phases",
)
def rows_in_opposite_phase(matrix: Unembedding) -> Check:
    """How far the difference of the two rows' phases is from half a turn."""
    text = "the difference of their phases at the first frequency is {bound} from $\\pi$"
    return all_of(at_most(PHASE_WITHIN, _apart(matrix, np.pi, ((19, 26),)), text, unit="rad"))


@published_claim(
    "quadrature",
    "The row of dimension 37 of the unembedding matrix is a quarter of a turn from those of 19 and 26 in phase: "
    "together they are a cosine and a sine.",
    analysis=unembedding,
    figure="row-phases",
)
def rows_in_quadrature(matrix: Unembedding) -> Check:
    """How far the differences of the rows' phases are from a quarter of a turn."""
    text = "both differences of phases at the first frequency are {bound} from $\\pi/2$"
    return all_of(at_most(PHASE_WITHIN, _apart(matrix, np.pi / 2, ((37, 19), (37, 26))), text, unit="rad"))


def _apart(matrix: Unembedding, expected: float, pairs: tuple[tuple[int, int], ...]) -> dict[str, float]:
    """For each pair of rows, how far the difference of their phases at the first frequency is from an angle."""
    phases = matrix.rows.phases[:, 1]
    return {
        f"rows {first} and {second}": abs(angle_between(phases[first], phases[second]) - expected)
        for first, second in pairs
    }


def _significant_frequencies(matrix: Unembedding) -> str:
    """Return the frequencies with a significant share of the power, and their shares."""
    shares = matrix.rows.frequency_shares
    significant = np.flatnonzero(shares >= 1 - ONE_FREQUENCY_AT_LEAST)
    listed = joined(f"{k + 1} ({percent(shares[k])})" for k in significant)
    return f"frequencies with at least {percent(1 - ONE_FREQUENCY_AT_LEAST, 0)} of the power: {listed}"
