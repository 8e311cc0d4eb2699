"""Section "Components": the direct logit attribution of embeddings and heads, and single heads of layer 1.

The criteria were chosen after seeing the write-up's checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import joined, percent, scientific
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.attribution.direct_logit_attribution import (
    BIASES,
    DirectLogitAttribution,
    direct_logit_attribution,
)
from sumint.analyses.attribution.path_attribution import READINGS
from sumint.analyses.attribution.single_heads import SingleHeads, single_heads
from sumint.lab import Lab
from sumint.task.sums import DIGITS

PUBLISHED, CORRECTED = READINGS
CONTROLS = ("Sum", "Digit", "Version")

LAYER_1_AT_LEAST = 0.8
ERROR_AT_MOST = 1e-5
"""The relative error of the sum of all components or paths; single precision needs some."""
ALONE_AT_MOST = 0.6
RESPONSIBLE_AT_LEAST = 0.01

PUBLISHED_EXAMPLE = {"H1.0": 5, "H1.1": 3}
"""The two heads in the write-up's first example, each with the digit whose logit it raises most."""
PUBLISHED_TOGETHER = 4
"""The digit whose logit both heads together raise most in that example."""


def component_figures(measured: DirectLogitAttribution) -> tuple[Figure, ...]:
    """The attributions of every component for the examples, and their mean and deviation over the sample."""
    digits = digit_names(measured.correct_mean.shape[1])
    n_heads = sum(name.startswith("H") for name in measured.components)
    rows = {PUBLISHED: measured.components, CORRECTED: (*measured.components, BIASES)}
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
                "Each row adds to the logits of the ten digits, at the position that predicts the chosen digit. "
                "As published, the biases are left out; corrected, the rows add up to the logits."
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
        *(
            Figure(
                f"correct-digit-{name}",
                title,
                charts.bars(
                    digits,
                    dict(zip(measured.components, values, strict=True)),
                    x_title="digit of the answer",
                    y_title="attribution (logits)",
                ),
                caption=f"{caption} of what each component adds to the right digit's logit, over the sample.",
                alt=f"For each digit of the answer {len(measured.components)} bars, one for each component.",
                source=direct_logit_attribution,
                height=420,
            )
            for name, title, caption, values in (
                ("mean", "What each component adds to the right digit", "The mean", measured.correct_mean),
                ("std", "How much that varies", "The standard deviation", measured.correct_std),
            )
        ),
    )


def component_claims(components: DirectLogitAttribution) -> tuple[Claim, ...]:
    """Checks that layer 1 makes most of the attribution, and that the components add up to the logits."""
    share = components.layer_1_share
    with_biases, without = components.error_with_biases, components.error_without_biases
    return (
        Claim(
            "layer-1-writes",
            "What heads add to the right digit's logit comes mostly from the second layer.",
            value=f"it has {percent_range(share)} of the lengths of the heads' mean bars, depending on the digit",
            criterion=f"at least {percent(LAYER_1_AT_LEAST, 0)} at every digit",
            holds=bool((share >= LAYER_1_AT_LEAST).all()),
            source=direct_logit_attribution,
            numbers=by_digit(share),
            otherwise="On these weights heads of the first layer add much of it directly, at some digit.",
        ),
        Claim(
            "components-add-up",
            "The components add up to the logits once the biases are counted.",
            value=f"the relative error is {scientific(with_biases)}; without the biases {percent(without)}",
            criterion=f"at most {scientific(ERROR_AT_MOST, 0)}",
            holds=with_biases <= ERROR_AT_MOST,
            source=direct_logit_attribution,
            numbers={"with_biases": with_biases, "without_biases": without},
            otherwise="On these weights something is missing in the sum.",
        ),
    )


def single_head_claims(lab: Lab, heads: SingleHeads) -> tuple[Claim, ...]:
    """Checks how often the attribution of one head of layer 1 alone is largest at the right digit."""
    some, together, alone = heads.some_right_alone, heads.right_together, heads.responsible_alone

    def example_steering() -> Finding:
        by_head = {name: int(heads.examples_alone[0, heads.heads.index(name), 0]) for name in PUBLISHED_EXAMPLE}
        both = int(heads.examples_first_two[0, 0])
        all_heads, predicted = int(heads.examples_together[0, 0]), int(heads.examples_predicted[0, 0])
        return Finding(
            f"{joined(f'{name} says {digit}' for name, digit in by_head.items())}, together they say {both}; all "
            f"heads of their layer say {all_heads}, and the model says {predicted}",
            by_head == PUBLISHED_EXAMPLE and both == predicted == PUBLISHED_TOGETHER,
            {**by_head, "both": both, "layer_1": all_heads, "model": predicted},
        )

    return (
        published_claim(
            lab,
            "example-steering",
            "In the first sum's leading digit H1.0 steers to 5 and H1.1 to 3; together they give the right 4.",
            criterion="these are the digits to which each and both add most, and both agree with the model",
            source=single_heads,
            check=example_steering,
        ),
        Claim(
            "no-head-alone",
            "The heads of the second layer need one another: often none of them says the right digit by itself.",
            value=(
                f"some head says the right digit by itself in {percent_range(some)} of the sums, depending on the "
                f"digit; all of them together in {percent_range(together)}"
            ),
            criterion=f"some head alone in at most {percent(ALONE_AT_MOST, 0)} at every digit",
            holds=bool((some <= ALONE_AT_MOST).all()),
            source=single_heads,
            numbers={
                **by_digit(some),
                **by_digit(together, "together_"),
                **{
                    f"{name}_C{digit}": float(share)
                    for name, shares in zip(heads.heads, heads.right_alone, strict=True)
                    for digit, share in enumerate(shares)
                },
            },
            otherwise="On these weights some digit can often be told from a single head.",
        ),
        Claim(
            "one-head-sometimes",
            "Now and then a single head decides: it says the right digit, and no other is needed for it.",
            value=(
                "one head says the right digit by itself, and leaving it out, but no other, makes the model "
                f"wrong, in {percent_range(alone)} of the sums, depending on the digit"
            ),
            criterion=f"in at least {percent(RESPONSIBLE_AT_LEAST, 0)} of all digits",
            holds=float(alone.mean()) >= RESPONSIBLE_AT_LEAST,
            source=single_heads,
            numbers=by_digit(alone),
            otherwise="On these weights there is next to no such case.",
        ),
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


def by_digit(values: Float[np.ndarray, " digit"], prefix: str = "") -> dict[str, float]:
    """One number for each digit of the answer, by the digit's name after a prefix."""
    return {f"{prefix}C{digit}": float(value) for digit, value in enumerate(values)}


def percent_range(shares: Float[np.ndarray, " digit"]) -> str:
    """The smallest and the largest share as percentages, or one percentage if both read the same."""
    least, greatest = percent(float(shares.min())), percent(float(shares.max()))
    return least if least == greatest else f"{least} to {greatest}"
