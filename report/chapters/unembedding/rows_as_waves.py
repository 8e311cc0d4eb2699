"""Rows as waves: the frequency of each row of the unembedding as a function of the digit, and its phase."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import joined, percent, radians
from report.figures import charts
from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.lab import Lab
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


def one_frequency_claim(matrix: Unembedding) -> Claim:
    """Return the claim that every significant row is a wave of the first frequency."""
    rows = matrix.significant_rows
    main_share = float(matrix.rows.frequency_shares[0])
    least_row = float(matrix.frequency_shares_by_row[rows, 0].min())
    return Claim(
        "one-frequency",
        "Every row that matters is a wave of the first frequency, $2\\pi/10$.",
        value=f"{percent(main_share)} of the power; {percent(least_row)} in the row with the least",
        criterion=f"at least {percent(ONE_FREQUENCY_AT_LEAST, 0)}; per row {percent(EACH_ROW_AT_LEAST, 0)}",
        holds=main_share >= ONE_FREQUENCY_AT_LEAST and least_row >= EACH_ROW_AT_LEAST,
        source=unembedding,
        numbers={"share": main_share, "least_row_share": least_row},
        otherwise=_other_frequencies(matrix),
    )


def phase_claims(lab: Lab, matrix: Unembedding) -> tuple[Claim, ...]:
    """Return the write-up's claims on the phases of three dimensions."""
    phases = matrix.rows.phases[:, 1]
    within = f"within {PHASE_WITHIN} rad of"

    def antiphase() -> Finding:
        apart = angle_between(phases[19], phases[26])
        return Finding(radians(apart), abs(apart - np.pi) <= PHASE_WITHIN, {"19_to_26": apart})

    def quadrature() -> Finding:
        from_19, from_26 = (angle_between(phases[37], phases[row]) for row in (19, 26))
        holds = all(abs(apart - np.pi / 2) <= PHASE_WITHIN for apart in (from_19, from_26))
        numbers = {"37_to_19": from_19, "37_to_26": from_26}
        return Finding(f"{radians(from_19)} from 19, {radians(from_26)} from 26", holds, numbers)

    return (
        published_claim(
            lab,
            "antiphase",
            "Dimensions 19 and 26 are in opposite phase.",
            criterion=f"{within} $\\pi$",
            source=unembedding,
            check=antiphase,
        ),
        published_claim(
            lab,
            "quadrature",
            "Dimension 37 is at a right angle to both: together they are a cosine and a sine.",
            criterion=f"both {within} $\\pi/2$",
            source=unembedding,
            check=quadrature,
        ),
    )


def _other_frequencies(matrix: Unembedding) -> str:
    """Return the sentence that lists the frequencies with a significant share of the power."""
    shares = matrix.rows.frequency_shares
    significant = np.flatnonzero(shares >= 1 - ONE_FREQUENCY_AT_LEAST)
    listed = joined(f"{percent(shares[k])} of the power at {k + 1}" for k in significant)
    plural = "frequency" if len(significant) == 1 else "frequencies"
    return (
        f"On these weights the unembedding has {len(significant)} significant {plural}: {listed}. "
        "In the write-up it has one, the first."
    )
