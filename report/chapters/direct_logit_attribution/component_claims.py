"""What the chapter on direct logit attribution asserts of components and of the answer, and when it holds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import Claim
from report.content.claims import Finding, published_claim
from report.content.failures import isolated
from report.content.formats import joined, percent, scientific
from sumint.analyses.attribution.answer_readout import AnswerReadout, answer_readout
from sumint.analyses.attribution.direct_logit_attribution import DirectLogitAttribution, direct_logit_attribution
from sumint.analyses.attribution.single_heads import SingleHeads, single_heads
from sumint.lab import Lab

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
LAYER_1_AT_LEAST = 0.8
ADDED_UP_WITHIN = 1e-5
ALONE_AT_MOST = 0.6
RESPONSIBLE_AT_LEAST = 0.01
LENS_AT_MOST = 0.35
ANGLE_AT_LEAST = 0.985
NEAREST_AT_LEAST = 0.995

PUBLISHED_EXAMPLE = {"H1.0": 5, "H1.1": 3}
"""The heads that the write-up sees steer together in its first sum, the digit that each says, and …"""
PUBLISHED_TOGETHER = 4
"""… the digit that they say together."""


@isolated
def claims(
    lab: Lab,
    components: DirectLogitAttribution,
    heads: SingleHeads,
    readout: AnswerReadout,
) -> tuple[Claim, ...]:
    """Every claim of the chapter but those on paths."""
    return (
        *_component_claims(components),
        *_head_claims(lab, heads),
        *_readout_claims(readout),
    )


@isolated
def _component_claims(components: DirectLogitAttribution) -> tuple[Claim, ...]:
    share = components.layer_1_share
    with_biases, without = components.error_with_biases, components.error_without_biases
    return (
        Claim(
            "layer-1-writes",
            "What heads add to the right digit's logit comes mostly from the second layer.",
            value=f"it has {_range(share)} of the lengths of the heads' mean bars, depending on the digit",
            criterion=f"at least {percent(LAYER_1_AT_LEAST, 0)} at every digit",
            holds=bool((share >= LAYER_1_AT_LEAST).all()),
            source=direct_logit_attribution,
            numbers=_by_digit(share),
            otherwise="On these weights heads of the first layer add much of it directly, at some digit.",
        ),
        Claim(
            "components-add-up",
            "The components add up to the logits once the biases are counted.",
            value=f"the relative error is {scientific(with_biases)}; without the biases {percent(without)}",
            criterion=f"at most {scientific(ADDED_UP_WITHIN, 0)}",
            holds=with_biases <= ADDED_UP_WITHIN,
            source=direct_logit_attribution,
            numbers={"with_biases": with_biases, "without_biases": without},
            otherwise="On these weights something is missing in the sum.",
        ),
    )


@isolated
def _head_claims(lab: Lab, heads: SingleHeads) -> tuple[Claim, ...]:
    some, together, alone = heads.some_right_alone, heads.right_together, heads.responsible_alone

    def example_steering() -> Finding:
        said = {name: int(heads.examples_alone[0, heads.heads.index(name), 0]) for name in PUBLISHED_EXAMPLE}
        both = int(heads.examples_first_two[0, 0])
        all_heads, predicted = int(heads.examples_together[0, 0]), int(heads.examples_predicted[0, 0])
        return Finding(
            f"{joined(f'{name} says {digit}' for name, digit in said.items())}, together they say {both}; all "
            f"heads of their layer say {all_heads}, and the model says {predicted}",
            said == PUBLISHED_EXAMPLE and both == predicted == PUBLISHED_TOGETHER,
            {**said, "both": both, "layer_1": all_heads, "model": predicted},
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
                f"some head says the right digit by itself in {_range(some)} of the sums, depending on the digit; "
                f"all of them together in {_range(together)}"
            ),
            criterion=f"some head alone in at most {percent(ALONE_AT_MOST, 0)} at every digit",
            holds=bool((some <= ALONE_AT_MOST).all()),
            source=single_heads,
            numbers={
                **_by_digit(some),
                **_by_digit(together, "together_"),
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
                f"wrong, in {_range(alone)} of the sums, depending on the digit"
            ),
            criterion=f"in at least {percent(RESPONSIBLE_AT_LEAST, 0)} of all digits",
            holds=float(alone.mean()) >= RESPONSIBLE_AT_LEAST,
            source=single_heads,
            numbers=_by_digit(alone),
            otherwise="On these weights there is next to no such case.",
        ),
    )


@isolated
def _readout_claims(readout: AnswerReadout) -> tuple[Claim, ...]:
    early, final = readout.lens_accuracy[0], readout.lens_accuracy[-1]
    explained, nearest = readout.explained_by_angle, readout.nearest_angle
    return (
        Claim(
            "no-logit-lens",
            "The first layer's output does not yet hold the answer in the form that is read at the end.",
            value=(
                f"read there, {_range(early)} of the digits are right, depending on their place; at the end "
                f"{_range(final)}"
            ),
            criterion=f"at most {percent(LENS_AT_MOST, 0)} at every digit",
            holds=bool((early <= LENS_AT_MOST).all()),
            source=answer_readout,
            numbers={**_by_digit(early), **_by_digit(final, "final_")},
            otherwise="On these weights some digit can be read off the first layer's output more often than that.",
        ),
        Claim(
            "final-angle",
            "At the end the answer is an angle: that of the right digit.",
            value=(
                f"the angle explains {_range(explained)} of the logits' variance, depending on the digit; the "
                f"digit nearest in angle has the largest logit in {_range(nearest)} of the sums"
            ),
            criterion=(
                f"at least {percent(ANGLE_AT_LEAST)} of the variance, and in {percent(NEAREST_AT_LEAST)} of the "
                "sums, at every digit"
            ),
            holds=bool((explained >= ANGLE_AT_LEAST).all() and (nearest >= NEAREST_AT_LEAST).all()),
            source=answer_readout,
            numbers={**_by_digit(explained, "explained_"), **_by_digit(nearest, "nearest_")},
            otherwise="On these weights the angle explains less, or another digit is nearest to it more often.",
        ),
    )


def _range(shares: Float[np.ndarray, " digit"]) -> str:
    """The least and the greatest, as percentages."""
    least, greatest = percent(float(shares.min())), percent(float(shares.max()))
    return least if least == greatest else f"{least} to {greatest}"


def _by_digit(values: Float[np.ndarray, " digit"], prefix: str = "") -> dict[str, float]:
    return {f"{prefix}C{digit}": float(value) for digit, value in enumerate(values)}
