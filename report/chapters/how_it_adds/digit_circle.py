"""Section "Two digits on a circle": how the heads' outputs depend on the two digits of a column together.

At the position that predicts a digit, the mean output of a layer over all sums with the same two digits in the
column is a function of two digits. Its Fourier transform separates the parts that depend on one digit, on the sum
and on the difference.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.adding.digit_sum_circle import COMPONENTS, STAGES, DigitSumCircle, digit_sum_circle

SHARE_AT_LEAST = 0.85
SUM_FRACTION_AT_LEAST = 0.95
COSINE_AT_LEAST = 0.3

BOTH = STAGES.index("both")


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
            diverging=False,
            limits=(0, 1),
            written=decimals,
        )
        for number, column in enumerate(circle.columns)
    }
    return Figure(
        "digit-sum-components",
        "What is written of a column’s two digits",
        plot,
        caption=(
            "The shares of what depends on the two digits at all, in what each layer writes where the column’s "
            "digit is predicted, and in both together. What depends on the sum or the difference does so at any "
            "frequency; the claims below say how much of it is the first."
        ),
        alt=(
            "A heatmap of layers by what depends on one digit, on the sum, on the difference and on anything else."
        ),
        source=digit_sum_circle,
        control="Digit",
        height=260,
        width=640,
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
        for number, column in enumerate(circle.columns)
    }
    return Figure(
        "push-and-pull-heads",
        "How the heads of the first layer go together",
        plot,
        caption=(
            "The cosine between what two heads write: of one digit alone, and of what only both digits together "
            "have. Negative on the left and positive on the right means that they take back each other’s single "
            "digits, and add up what they have of both."
        ),
        alt="Two heatmaps of the heads by one another, with the cosine in each cell.",
        source=digit_sum_circle,
        control="Digit",
        height=340,
        narrow_height=620,
    )


def circle_claims(circle: DigitSumCircle) -> tuple[Claim, ...]:
    """Checks that both layers together write a function of the digits' sum, and how two heads contribute."""
    first = circle.sum_frequencies[:, BOTH, 0]
    return (
        general_claim(
            "sum-on-a-circle",
            "What both layers write of two digits goes round a circle once in ten, with their sum.",
            criterion=(
                f"the first frequency of $a + b$ has at least {percent(SHARE_AT_LEAST, 0)} of what depends on "
                "the two digits, at every digit but the leading one"
            ),
            source=digit_sum_circle,
            otherwise="On these weights something else has a larger share at some digit.",
            finding=_at_digits(circle, first, bool(first.min() >= SHARE_AT_LEAST)),
        ),
        general_claim(
            "products-as-the-identity",
            "Of the difference of the digits next to nothing is left in the end, as the identity has it.",
            criterion=(
                f"in what both layers write, of the first frequencies of $a + b$ and $a - b$ the sum has at least "
                f"{percent(SUM_FRACTION_AT_LEAST, 0)}"
            ),
            source=digit_sum_circle,
            otherwise="On these weights more of the difference is left at some digit.",
            finding=_sum_share(circle),
        ),
        general_claim(
            "push-and-pull",
            (
                "At some digit two heads of the first layer push and pull: what they write of single digits they "
                "take back from one another, and what they write of both together adds up."
            ),
            criterion=(
                f"for some pair, at some digit, the one cosine is at most −{COSINE_AT_LEAST} and the other "
                f"at least {COSINE_AT_LEAST}"
            ),
            source=digit_sum_circle,
            otherwise="On these weights no two heads do both.",
            finding=_push_pull(circle),
        ),
    )


def _sum_share(circle: DigitSumCircle) -> Finding:
    """The share of the sum in the first frequencies of sum and difference, after both layers and after layer 0."""
    after_layer_0, after_both = (circle.identity[:, STAGES.index(stage)] for stage in ("layer 0", "both"))
    finding = _at_digits(circle, after_both, bool(after_both.min() >= SUM_FRACTION_AT_LEAST))
    first = joined(decimals(float(value), 3) for value in after_layer_0)
    return replace(finding, value=f"{finding.value}; of what layer 0 writes alone {first}")


def _push_pull(circle: DigitSumCircle) -> Finding:
    """The two heads that most oppose each other in single digits and agree in what depends on both digits."""
    effect = circle.push_pull
    if circle.alone_cosine.shape[-1] < 2:
        return Finding("a layer has only one head", False)
    by_digit = {f"C{column}": float(value) for column, value in zip(circle.columns, effect, strict=True)}
    listed = joined(
        f"{decimals(float(circle.alone_cosine[number, first, second]))} and "
        f"{decimals(float(circle.product_cosine[number, first, second]))} at C{circle.columns[number]} "
        f"(H0.{first} and H0.{second})"
        for number, (first, second) in enumerate(circle.push_pull_heads.tolist())
    )
    return Finding(
        f"of single digits and of both together {listed}", bool(effect.max() >= COSINE_AT_LEAST), by_digit
    )


def _at_digits(circle: DigitSumCircle, values: np.ndarray, holds: bool) -> Finding:
    """A finding that lists one value for each column but the leading one."""
    by_digit = {f"C{column}": float(value) for column, value in zip(circle.columns, values, strict=True)}
    return Finding(joined(f"{decimals(value, 3)} at {name}" for name, value in by_digit.items()), holds, by_digit)
