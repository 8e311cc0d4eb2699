"""Section "Before and after": whether layer 0's output already holds the answer, and how the last layer's does.

The logit lens applies the final layer norm and the unembedding to layer 0's output. After layer 1 the answer is an
angle: the phase of the first frequency of the logits. The criteria were chosen after seeing the write-up's
checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

from report.chapters.direct_logit_attribution.components import by_digit, percent_range
from report.content.claims import Claim
from report.content.formats import percent
from sumint.analyses.attribution.answer_readout import AnswerReadout, answer_readout

LENS_AT_MOST = 0.35
VARIANCE_AT_LEAST = 0.985
NEAREST_AT_LEAST = 0.995


def readout_claims(readout: AnswerReadout) -> tuple[Claim, ...]:
    """Checks the logit lens on layer 0's output, and that the final logits are given by an angle."""
    early, final = readout.lens_accuracy[0], readout.lens_accuracy[-1]
    explained, nearest = readout.explained_by_angle, readout.nearest_angle
    return (
        Claim(
            "no-logit-lens",
            "The first layer's output does not yet hold the answer in the form that is read at the end.",
            value=(
                f"read there, {percent_range(early)} of the digits are right, depending on their place; at the "
                f"end {percent_range(final)}"
            ),
            criterion=f"at most {percent(LENS_AT_MOST, 0)} at every digit",
            holds=bool((early <= LENS_AT_MOST).all()),
            source=answer_readout,
            numbers={**by_digit(early), **by_digit(final, "final_")},
            otherwise="On these weights some digit can be read off the first layer's output more often than that.",
        ),
        Claim(
            "final-angle",
            "At the end the answer is an angle: that of the right digit.",
            value=(
                f"the angle explains {percent_range(explained)} of the logits' variance, depending on the digit; "
                f"the digit nearest in angle has the largest logit in {percent_range(nearest)} of the sums"
            ),
            criterion=(
                f"at least {percent(VARIANCE_AT_LEAST)} of the variance, and in {percent(NEAREST_AT_LEAST)} of "
                "the sums, at every digit"
            ),
            holds=bool((explained >= VARIANCE_AT_LEAST).all() and (nearest >= NEAREST_AT_LEAST).all()),
            source=answer_readout,
            numbers={**by_digit(explained, "explained_"), **by_digit(nearest, "nearest_")},
            otherwise="On these weights the angle explains less, or another digit is nearest to it more often.",
        ),
    )
