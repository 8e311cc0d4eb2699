"""Digits as angles: the inner products of the digits' directions, which are the columns of the unembedding.

If digits are angles on a circle, the product of two of them is a cosine of their difference.
"""

from __future__ import annotations

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least
from report.content.claims.claim import claim
from report.figures import charts
from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.task.sums import DIGITS

# Criterion, chosen after measuring the write-up's checkpoint: a regression check, not a prediction.
GRAM_AT_LEAST = 0.99


def gram_figures(matrix: Unembedding) -> tuple[Figure, ...]:
    """Return the figures of the digits' inner products and of the angle of every digit."""
    return (
        Figure(
            "gram",
            "Inner products of the digits’ directions",
            charts.heatmap(matrix.gram, DIGITS, DIGITS, "digit", "digit", "inner product", square=True),
            caption=(
                "Entries of $W_U^{\\top} W_U$: the inner product of each digit’s unembedding direction "
                "with each other’s. "
                "If it depended on the difference of the digits alone, each diagonal would have one colour."
            ),
            alt="A ten by ten heatmap, its largest entry on the diagonal, where a digit meets itself.",
            source=unembedding,
            height=460,
            width=520,
        ),
        Figure(
            "gram-phases",
            "The angle of each digit’s direction",
            charts.polar_points(
                matrix.gram_rows.magnitudes[:, 1],
                matrix.gram_rows.phases[:, 1],
                DIGITS,
                name="first frequency",
            ),
            caption=(
                "The first frequency of each row of $W_U^{\\top} W_U$, on a dial of digits: length is "
                "magnitude. Evenly spaced digits would stand at their own marks."
            ),
            alt="Ten points in a polar diagram, one for each digit.",
            source=unembedding,
            height=440,
            width=520,
        ),
    )


@claim(
    "gram-cosines",
    "The inner product of two digits’ unembedding columns is a cosine of the digits’ difference.",
    analysis=unembedding,
    figure="gram",
    otherwise=(
        "Frequencies other than the first take part in the inner products of the digits’ unembedding columns: the "
        "first has only {value} of their power."
    ),
    follows="one-frequency",
)
def inner_products_are_cosines(matrix: Unembedding) -> Check:
    """The first frequency's share of the power of the inner products that varies with the digit."""
    share = float(matrix.gram_rows.frequency_shares[0])
    text = "{bound} of the power of $W_U^{\\top} W_U$, leaving the constant aside, is at the first frequency"
    return all_of(at_least(GRAM_AT_LEAST, share, text))
