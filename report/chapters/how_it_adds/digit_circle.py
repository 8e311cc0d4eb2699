"""Section "Two digits on a circle": how the heads' outputs depend on the two digits of a column together.

At the position that predicts a digit, the mean output of a layer over all sums with the same two digits in the
column is a function of two digits. Its Fourier transform separates the parts that depend on one digit, on the sum
and on the difference.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, joined, percent, whole_percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.adding.digit_sum_circle import COMPONENTS, STAGES, DigitSumCircle, digit_sum_circle

SHARE_AT_LEAST = 0.85
SUM_FRACTION_AT_LEAST = 0.8
"""Chosen after measuring the write-up's checkpoint, the bundled one and the null networks."""
COSINE_AT_LEAST = 0.3

ROW_GAP = 0.5
"""The gap between rows of low panels, as a share of their height."""

LAYER_0, BOTH = (STAGES.index(stage) for stage in ("layer 0", "both"))


def component_figure(circle: DigitSumCircle) -> Figure:
    """The share of the layers' output that depends on one digit, on the sum, on the difference and on the rest."""
    plot: dict[str, LazyChart] = {
        f"C{column}": charts.heatmap(
            circle.shares[number],
            x=COMPONENTS,
            y=STAGES,
            x_title="what it depends on",
            y_title="",
            quantity="share",
            wrapped_columns=True,
            diverging=False,
            limits=(0, 1),
            written=whole_percent,
            is_share=True,
        )
        for number, column in enumerate(circle.columns)
    }
    return Figure(
        "digit-sum-components",
        "Dependence of the layers’ output on the two digits",
        charts.panels(plot, columns=2, row_gap=ROW_GAP),
        numbers=plot,
        numbers_control="Digit",
        caption=(
            "Share of the variance over a column’s two digits that depends on one digit, their sum, their "
            "difference or neither alone (columns), in the output of layer 0, of layer 1 and of both (rows), by "
            "answer digit."
        ),
        alt=(
            "A heatmap of layers by what depends on one digit, on the sum, on the difference and on anything else."
        ),
        source=digit_sum_circle,
        height=60 + 200 * -(-len(plot) // 2),
        narrow_height=60 + 210 * len(plot),
    )


def head_cosine_figure(circle: DigitSumCircle) -> Figure:
    """The cosines between the heads of layer 0: of their single-digit parts, and of their parts in both digits."""
    heads = [f"H0.{head}" for head in range(circle.alone_cosine.shape[-1])]
    plot: dict[str, LazyChart] = {
        f"C{column}": charts.panels(
            {
                name: charts.heatmap(
                    cosines[number], heads, heads, "head", "head", "cosine", limits=(-1, 1), written=decimals
                )
                for name, cosines in (
                    ("one digit alone", circle.alone_cosine),
                    ("both together", circle.product_cosine),
                )
            }
        )
        for number, column in sorted(
            enumerate(circle.columns), key=lambda one: -_push_and_pull(circle)[one[0]].max()
        )
    }
    return Figure(
        "push-and-pull-heads",
        "Cosines between the outputs of layer-0 heads",
        plot,
        caption=(
            "Cosine between the outputs of two layer-0 heads: of the part in one digit alone, in the first panel, "
            "and in both digits together, in the second. Negative and positive: single-digit parts weaken each "
            "other, joint parts add up."
        ),
        alt="Two heatmaps of the heads by one another, with the cosine in each cell.",
        source=digit_sum_circle,
        control="Digit",
        height=340,
        narrow_height=620,
    )


@claim(
    "sum-on-a-circle",
    (
        "At every digit but the leading one, both layers together write a column’s two digits mainly as the first "
        "frequency of their sum."
    ),
    analysis=digit_sum_circle,
    figure="digit-sum-components",
    otherwise=(
        "At {case}, the first frequency of the sum has only {value} of what depends on the column’s two digits in "
        "the output of both layers."
    ),
    follows="one-frequency",
)
def first_frequency_of_the_sum_dominates(circle: DigitSumCircle) -> Check:
    """The share of the first frequency of a + b in all power that depends on the two digits, after both layers."""
    return all_of(
        at_least(
            SHARE_AT_LEAST,
            _by_column(circle, circle.sum_frequencies[:, BOTH, 0]),
            (
                "the first frequency of $a + b$ has {bound} of the power that depends on the two digits, at every "
                "digit but the leading one"
            ),
        )
    )


@claim(
    "layer-0-identity",
    (
        "At the first frequency, layer 0 alone writes the sum of a column’s two digits rather than their "
        "difference, as $\\cos(a + b) = \\cos a \\cos b - \\sin a \\sin b$ requires."
    ),
    analysis=digit_sum_circle,
    figure="digit-sum-components",
    otherwise=(
        "At {case}, layer 0 alone writes the sum and the difference of the digits: the sum has only {value} of "
        "their power at the first frequency, where {bound} is required."
    ),
)
def layer_0_multiplies_as_the_identity(circle: DigitSumCircle) -> Check:
    """The share of the sum in the first frequencies of sum and difference, in the output of layer 0."""
    after_both = joined(percent(float(share)) for share in circle.identity[:, BOTH])
    return all_of(
        at_least(
            SUM_FRACTION_AT_LEAST,
            _by_column(circle, circle.identity[:, LAYER_0]),
            (
                "in the output of layer 0, of the power of the first frequencies of $a + b$ and $a - b$ the sum "
                "has {bound}, at every digit but the leading one"
            ),
        ),
        note=f"after both layers {after_both}",
    )


@claim(
    "push-and-pull",
    (
        "At some digit, two layer-0 heads have opposed single-digit parts and aligned two-digit parts (“push and "
        "pull”)."
    ),
    analysis=digit_sum_circle,
    figure="push-and-pull-heads",
    otherwise=(
        "No two heads of layer 0 push and pull: at {case}, which come nearest, the cosine is only {value}, of the "
        "single-digit parts with its sign reversed or of the parts in both digits."
    ),
)
def two_heads_push_and_pull(circle: DigitSumCircle) -> Check:
    """For each digit and pair of heads: how far the single-digit parts cancel and the parts in both add up."""
    n_heads = circle.alone_cosine.shape[-1]
    if n_heads < 2:
        return not_applicable("A layer has only one head.")
    both = _push_and_pull(circle)
    cosines = {
        f"C{column}, H0.{first} and H0.{second}": float(both[number, first, second])
        for number, column in enumerate(circle.columns)
        for first, second in zip(*np.triu_indices(n_heads, k=1), strict=True)
    }
    listed = joined(
        f"{decimals(float(circle.alone_cosine[number, first, second]))} and "
        f"{decimals(float(circle.product_cosine[number, first, second]))} at C{circle.columns[number]}"
        for number, (first, second) in enumerate(circle.push_pull_heads.tolist())
    )
    return all_of(
        at_least(
            COSINE_AT_LEAST,
            cosines,
            (
                "for some pair of heads, at some digit, the cosine between the parts in both digits, and that "
                "between the single-digit parts with its sign reversed, are both {bound}"
            ),
            unit="",
            of_some=True,
        ),
        note=f"of one digit and of both, for the best pair of each digit: {listed}",
    )


def _push_and_pull(circle: DigitSumCircle) -> Float[np.ndarray, "column head other_head"]:
    """How far the heads do both: their single-digit parts cancel, and their parts in both digits add up."""
    return np.minimum(-circle.alone_cosine, circle.product_cosine)


def _by_column(circle: DigitSumCircle, values: Float[np.ndarray, " column"]) -> dict[str, float]:
    """One value for each digit but the leading one."""
    return {f"C{column}": float(value) for column, value in zip(circle.columns, values, strict=True)}
