"""Section "Before and after": whether layer 0's output already holds the answer, and how the last layer's does.

The logit lens applies the final layer norm and the unembedding to layer 0's output. After layer 1 the answer is an
angle: the phase of the first frequency of the logits. The criteria were chosen after seeing the write-up's
checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

from report.chapters.direct_logit_attribution.components import by_digit, model_is_right
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import percent
from sumint.analyses.attribution.answer_readout import AnswerReadout, answer_readout
from sumint.analyses.performance.performance import Performance

LENS_AT_MOST = 0.35
VARIANCE_AT_LEAST = 0.985
NEAREST_AT_LEAST = 0.995


@claim(
    "no-logit-lens",
    (
        f"At every digit, the logit lens finds the right one in at most {percent(LENS_AT_MOST, 0)} of sums in "
        f"layer "
        "0’s output, and nearly always in layer 1’s."
    ),
    analysis=answer_readout,
    otherwise=(
        "At {case}, the logit lens does not separate the two layers: the share of sums that are right, "
        "{quantity}, is {value}, where {bound} is required."
    ),
)
def answer_is_not_in_layer_0(readout: AnswerReadout, measured: Performance) -> Check:
    """The accuracy of the logit lens at each digit, after layer 0 and after layer 1."""
    return all_of(
        at_most(
            LENS_AT_MOST,
            by_digit(readout.lens_accuracy[0]),
            "the logit lens on layer 0’s output is right in {bound} of the sums, at every digit",
            label="after layer 0",
            n=measured.n_sums,
        ),
        model_is_right(readout, measured),
    )


@claim(
    "final-angle",
    (
        "After layer 1, each digit’s logits encode one angle, that of the right digit: its cosine and sine "
        "explain nearly all of the logits’ variance, and the digit nearest in angle has the largest logit."
    ),
    analysis=answer_readout,
    otherwise=(
        "At {case}, the angle of the right digit does not determine the logits: the share of {quantity} is "
        "{value}, where {bound} is required."
    ),
    follows="one-frequency",
)
def logits_encode_the_right_angle(readout: AnswerReadout, measured: Performance) -> Check:
    """The variance that the angle explains, and how often the digit nearest in angle has the largest logit."""
    return all_of(
        at_least(
            VARIANCE_AT_LEAST,
            by_digit(readout.explained_by_angle),
            (
                "the cosine and the sine of the right digit’s angle explain {bound} of the variance of each "
                "digit’s logits"
            ),
            label="the variance explained",
        ),
        at_least(
            NEAREST_AT_LEAST,
            by_digit(readout.nearest_angle),
            "the digit nearest in angle has the largest logit in {bound} of the sums, at every digit",
            label="the sums in which the nearest digit has the largest logit",
            n=measured.n_sums,
        ),
    )
