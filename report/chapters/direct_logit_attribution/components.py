"""Section "Components": the direct logit attribution of embeddings and heads, and single heads of layer 1.

The criteria were chosen after seeing the write-up's checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, matches
from report.content.claims.claim import claim, published_claim
from report.content.claims.condition import Condition
from report.content.formats import joined, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.attribution.answer_readout import AnswerReadout
from sumint.analyses.attribution.direct_logit_attribution import (
    BIASES,
    DirectLogitAttribution,
    direct_logit_attribution,
)
from sumint.analyses.attribution.single_heads import SingleHeads, single_heads
from sumint.analyses.performance.performance import Performance
from sumint.task.sums import DIGITS

CONTROLS = ("Sum", "Digit", "Version")

LAYER_1_AT_LEAST = 0.8
ERROR_AT_MOST = 1e-5
"""The relative error of the sum of all components or paths; single precision needs some."""
ALONE_AT_MOST = 0.6
ACCURACY_AT_LEAST = 0.95
"""Chosen after measuring the write-up's checkpoint, the bundled one and the null networks."""

PUBLISHED_EXAMPLE = {"H1.0": "5", "H1.1": "3", "both together": "4", "the model": "4"}
"""The digit to whose logit each part adds most in the write-up's first example, and the digit of the model."""


def component_figures(measured: DirectLogitAttribution) -> tuple[Figure, ...]:
    """The attributions of every component for the examples, and their mean and deviation over the sample."""
    digits = digit_names(measured.correct_mean.shape[1])
    n_heads = sum(name.startswith("H") for name in measured.components)
    rows = {CORRECTED: (*measured.components, BIASES), PUBLISHED: measured.components}
    limits = charts.symmetric_limits(measured.examples)
    return (
        Figure(
            "components",
            "What each component adds to the logits",
            {
                (label, digit, version): logit_heatmap(values[: len(names), place], names, "component", limits)
                for label, values in zip(measured.example_labels, measured.examples, strict=True)
                for place, digit in enumerate(digits)
                for version, names in rows.items()
            },
            caption=(
                "What each component (rows) adds to the logits of the ten digits (columns), at the position that "
                "predicts the chosen digit. The rows add up to the logits; as published, the biases are left out."
            ),
            alt=(
                f"A heatmap of the embeddings and {n_heads} heads by ten digits, for one sum and one digit of its "
                "answer; corrected, with a row for the biases."
            ),
            source=direct_logit_attribution,
            control=CONTROLS,
            height=120 + 34 * (len(measured.components) + 1),
            width=640,
        ),
        Figure(
            "correct-digit-mean",
            "Attribution of each component to the right digit",
            _attribution_dots(measured, digits),
            numbers=_attribution_bars(measured, measured.correct_mean, digits),
            caption=(
                "What each component (rows) adds to the right digit’s logit, in logits: mean and standard "
                "deviation over the sample, in a panel for each digit of the answer."
            ),
            alt=(
                f"A panel for each digit of the answer, each with {len(measured.components)} points, one for each "
                "component, with bars for the standard deviation."
            ),
            source=direct_logit_attribution,
            height=(70 + 27 * len(measured.components)) * -(-len(digits) // 2),
            narrow_height=(90 + 26 * len(measured.components)) * len(digits),
        ),
        Figure(
            "correct-digit-std",
            "Standard deviation of the attribution to the right digit",
            _attribution_bars(measured, measured.correct_std, digits),
            caption=(
                "Standard deviation over the sample of what each component adds to the right digit’s logit, in "
                "logits, by digit of the answer: the whiskers of the figure above, side by side."
            ),
            alt=f"For each digit of the answer {len(measured.components)} bars, one for each component.",
            source=direct_logit_attribution,
            height=320,
        ),
    )


def _attribution_dots(measured: DirectLogitAttribution, digits: tuple[str, ...]) -> LazyChart:
    """Mean and standard deviation of each component, in a panel for each digit of the answer."""
    means, deviations = measured.correct_mean, measured.correct_std
    limits = (float((means - deviations).min()), float((means + deviations).max()))
    space = 0.05 * (limits[1] - limits[0])

    def panel(place: int) -> LazyChart:
        def by_component(values: np.ndarray) -> dict[str, np.ndarray]:
            # A series for each component, so that each has its own colour.
            return {
                name: np.where(np.arange(len(values)) == number, values[:, place], np.nan)
                for number, name in enumerate(measured.components)
            }

        return charts.dots(
            measured.components,
            by_component(means),
            "attribution (logits)",
            "",
            deviations=by_component(deviations),
            limits=(limits[0] - space, limits[1] + space),
        )

    return charts.panels({digit: panel(place) for place, digit in enumerate(digits)}, row_gap=0.4)


def _attribution_bars(
    measured: DirectLogitAttribution, values: Float[np.ndarray, "component digit"], digits: tuple[str, ...]
) -> LazyChart:
    return charts.bars(
        digits,
        dict(zip(measured.components, values, strict=True)),
        x_title="digit of the answer",
        y_title="attribution (logits)",
    )


@claim(
    "layer-1-writes",
    (
        "At every digit of the answer, layer 1’s heads have most of all heads’ mean attributions to the right "
        "digit’s logit, in absolute value."
    ),
    analysis=direct_logit_attribution,
    figure="correct-digit-mean",
    otherwise=(
        "At {case}, layer 1’s heads have only {value} of all heads’ mean attributions to the right digit’s logit, "
        "in absolute value."
    ),
)
def layer_1_writes_the_answer(components: DirectLogitAttribution) -> Check:
    """The share of layer 1 in the absolute values of all heads' mean attributions to the right digit's logit."""
    return all_of(
        at_least(
            LAYER_1_AT_LEAST,
            by_digit(components.layer_1_share),
            "of the absolute values of all heads’ mean attributions, layer 1’s have {bound} at every digit",
        )
    )


@claim(
    "components-add-up",
    "The attributions of all components and of the biases add up to the logits.",
    analysis=direct_logit_attribution,
    otherwise=(
        "The attributions of all components and of the biases miss the logits by a relative error of {value}."
    ),
    kind="check",
)
def components_and_biases_add_up(components: DirectLogitAttribution) -> Check:
    """The relative error of the sum of all attributions against the logits."""
    return all_of(
        at_most(
            ERROR_AT_MOST,
            components.error_with_biases,
            "the sum has a relative error of {bound}, which is rounding in single precision",
            unit="",
        ),
        note=f"without the biases the relative error is {percent(components.error_without_biases)}",
    )


@claim(
    "no-head-alone",
    (
        f"At every digit, in at least {percent(1 - ALONE_AT_MOST, 0)} of sums no layer-1 head has its largest "
        "attribution at the right digit, and still the model predicts nearly all of these digits correctly."
    ),
    analysis=single_heads,
    otherwise=("At {case}, the share of sums with {quantity} is {value}, where {bound} is required."),
)
def no_head_is_enough(heads: SingleHeads, readout: AnswerReadout, measured: Performance) -> Check:
    """How often some head of layer 1 by itself adds most to the right digit's logit, and the model's accuracy."""
    best = heads.right_alone.argmax(axis=0)
    of_best = joined(
        f"{percent(float(heads.right_alone[head, digit]))} ({heads.heads[head]} at C{digit})"
        for digit, head in enumerate(best)
    )
    return all_of(
        at_most(
            ALONE_AT_MOST,
            by_digit(heads.some_right_alone),
            (
                "at every digit, some layer-1 head has its largest attribution at the right digit in {bound} of "
                "the sums"
            ),
            label="a head whose largest attribution is at the right digit",
            n=measured.n_sums,
        ),
        model_is_right(readout, measured),
        note=(
            f"the best single head of each digit: {of_best}; all heads of layer 1 together: "
            f"{percent_range(heads.right_together)}; a head that is right and that the others need not be added "
            f"to: {percent_range(heads.responsible_alone)}"
        ),
    )


@published_claim(
    "example-steering",
    (
        "In the first example’s leading digit, H1.0 adds most to the logit of 5, H1.1 most to that of 3, and both "
        "together most to that of 4, which the model predicts."
    ),
    analysis=single_heads,
    figure="components",
)
def two_heads_steer_between_digits(heads: SingleHeads) -> Check:
    """The digits to whose logits two heads, alone and together, add most, and the one that the model predicts."""
    alone = {name: str(digit) for name, digit in zip(heads.heads, heads.examples_alone[0, :, 0], strict=True)}
    found = {
        **{name: alone[name] for name in PUBLISHED_EXAMPLE if name in alone},
        "both together": str(heads.examples_first_two[0, 0]),
        "the model": str(heads.examples_predicted[0, 0]),
    }
    others = joined(f"{name} adds most to {digit}" for name, digit in alone.items() if name not in found)
    return all_of(
        matches(
            PUBLISHED_EXAMPLE,
            found,
            (
                "the digits to whose logits each head and both together add most, and the digit that the model "
                "predicts, are {expected}"
            ),
        ),
        note=f"{others}; all heads of layer 1 together add most to {heads.examples_together[0, 0]}",
    )


def model_is_right(readout: AnswerReadout, measured: Performance) -> Condition:
    """The condition that the model predicts each digit of the answer correctly in nearly all sums."""
    return at_least(
        ACCURACY_AT_LEAST,
        by_digit(readout.lens_accuracy[-1]),
        "the model predicts each digit of the answer correctly in {bound} of the sums",
        label="the model",
        n=measured.n_sums,
    )


def logit_heatmap(
    values: Float[np.ndarray, "row digit_value"],
    rows: tuple[str, ...],
    rows_title: str,
    limits: tuple[float, float],
) -> LazyChart:
    """A heatmap of components or paths by the ten digits, coloured by what each adds to the logit."""
    return charts.heatmap(values, DIGITS, rows, "digit", rows_title, "logit", limits=limits)


def digit_names(n_digits: int) -> tuple[str, ...]:
    """The names C0, C1, … of the answer's digits."""
    return tuple(f"C{digit}" for digit in range(n_digits))


def by_digit(values: Float[np.ndarray, " digit"]) -> dict[str, float]:
    """One number for each digit of the answer, by the digit's name."""
    return dict(zip(digit_names(len(values)), map(float, values), strict=True))


def percent_range(shares: Float[np.ndarray, " digit"]) -> str:
    """The smallest and the largest share as percentages, or one percentage if both read the same."""
    least, greatest = percent(float(shares.min())), percent(float(shares.max()))
    return least if least == greatest else f"{least} to {greatest}"
