"""Whether a single head of layer 1 determines a digit, or several heads jointly.

From the observations in the write-up's section "Direct logit attribution" (after cell 25, and its summary): heads
with different individual predictions jointly give the correct digit; in some cases one head alone is responsible.
The individual prediction of a head is the digit to whose logit it adds most. A head is needed if the logits
without its attribution no longer have their maximum at the correct digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.model.load import Model, as_array
from sumint.model.residual_stream import ForwardPass, head_names
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import Sums


@dataclass(frozen=True)
class SingleHeads(Result, head="heads"):
    """The accuracy of layer 1's heads, individually and jointly, at each digit of the answer, over the sample."""

    heads: tuple[str, ...]
    right_alone: Float[np.ndarray, "head digit"]
    """The share of sums in which the head's individual prediction is correct."""
    some_right_alone: Float[np.ndarray, " digit"]
    """The share of sums in which at least one head's individual prediction is correct."""
    right_together: Float[np.ndarray, " digit"]
    """The share of sums in which the joint prediction of all heads of layer 1 is correct."""
    responsible_alone: Float[np.ndarray, " digit"]
    """The share of sums in which one head predicts the correct digit individually and is the only one needed."""
    examples_alone: Int[np.ndarray, "example head digit"]
    """The individual prediction of each head, for the examples."""
    examples_first_two: Int[np.ndarray, "example digit"]
    """The joint prediction of the first two heads, or that of the only head."""
    examples_together: Int[np.ndarray, "example digit"]
    """The joint prediction of all heads of layer 1."""
    examples_predicted: Int[np.ndarray, "example digit"]
    """The prediction of the model."""


def single_heads(model: Model, sample: Sums) -> SingleHeads:
    """Measures the predictions of layer 1's heads, individually and jointly, and which heads are needed."""
    forward = ForwardPass.of(model, sample)
    heads, right = as_array(forward.direct(forward.heads(1))), sample.answer_digits
    alone = is_largest(heads, right[:, None])
    example_forward = ForwardPass.of(model, examples(sample).sums)
    example_heads = as_array(example_forward.direct(example_forward.heads(1)))
    return SingleHeads(
        heads=head_names(model, 1),
        right_alone=alone.mean(axis=0),
        some_right_alone=alone.any(axis=1).mean(axis=0),
        right_together=is_largest(heads.sum(axis=1), right).mean(axis=0),
        responsible_alone=responsible_alone(heads, as_array(forward.logits), right).mean(axis=0),
        examples_alone=example_heads.argmax(axis=-1),
        examples_first_two=example_heads[:, :2].sum(axis=1).argmax(axis=-1),
        examples_together=example_heads.sum(axis=1).argmax(axis=-1),
        examples_predicted=as_array(example_forward.logits).argmax(axis=-1),
    )


def responsible_alone(
    heads: Float[np.ndarray, "sum head digit value"],
    logits: Float[np.ndarray, "sum digit value"],
    right: Int[np.ndarray, "sum digit"],
) -> Bool[np.ndarray, "sum digit"]:
    """Whether the model is correct, needs exactly one head for that, and this head is correct individually."""
    alone = is_largest(heads, right[:, None])
    needed = ~is_largest(logits[:, None] - heads, right[:, None])
    return is_largest(logits, right) & (needed.sum(axis=1) == 1) & (alone & needed).any(axis=1)


def is_largest(
    logits: Float[np.ndarray, "sum *head digit value"], right: Int[np.ndarray, "sum *one digit"]
) -> Bool[np.ndarray, "sum *head digit"]:
    """Whether the largest logit is that of the correct digit."""
    return logits.argmax(axis=-1) == right
