"""Whether one head of layer 1 decides a digit, or several together.

From the observations in the write-up's section "Direct logit attribution" (after cell 25, and its summary):
heads that each point elsewhere steer to the right digit together; in some cases one head alone is responsible.
What a head says by itself is the digit to whose logit it adds most. A head is needed where the logits, less what
it adds, no longer have their largest at the right digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.model.load import Model, as_array
from sumint.model.residual_stream import ForwardPass, head_names
from sumint.task.examples import examples
from sumint.task.sums import Sums


@dataclass(frozen=True)
class SingleHeads:
    """Shares of the sample's sums, at each digit of the answer; the heads are those of layer 1."""

    heads: tuple[str, ...]
    right_alone: Float[np.ndarray, "head digit"]
    """What each head says by itself is the right digit."""
    some_right_alone: Float[np.ndarray, " digit"]
    """Some head says the right digit by itself."""
    right_together: Float[np.ndarray, " digit"]
    """What all heads of layer 1 say together is the right digit."""
    responsible_alone: Float[np.ndarray, " digit"]
    """One head says the right digit by itself, and it is the only one without which the model would not say it."""
    examples_alone: Int[np.ndarray, "example head digit"]
    """What each head says by itself of the examples."""
    examples_first_two: Int[np.ndarray, "example digit"]
    """What the first two heads say together; the only one, if there is but one."""
    examples_together: Int[np.ndarray, "example digit"]
    """What all heads of layer 1 say together."""
    examples_predicted: Int[np.ndarray, "example digit"]
    """What the model says."""


def single_heads(model: Model, sample: Sums) -> SingleHeads:
    """What the heads of layer 1 say of the right digit, each by itself, all together, and each left out."""
    run = ForwardPass.of(model, sample)
    heads, right = as_array(run.direct(run.heads(1))), sample.answer_digits
    alone = says(heads, right[:, None])
    shown = ForwardPass.of(model, examples(sample).sums)
    of_examples = as_array(shown.direct(shown.heads(1)))
    return SingleHeads(
        heads=head_names(model, 1),
        right_alone=alone.mean(axis=0),
        some_right_alone=alone.any(axis=1).mean(axis=0),
        right_together=says(heads.sum(axis=1), right).mean(axis=0),
        responsible_alone=responsible_alone(heads, as_array(run.logits), right).mean(axis=0),
        examples_alone=of_examples.argmax(axis=-1),
        examples_first_two=of_examples[:, :2].sum(axis=1).argmax(axis=-1),
        examples_together=of_examples.sum(axis=1).argmax(axis=-1),
        examples_predicted=as_array(shown.logits).argmax(axis=-1),
    )


def responsible_alone(
    heads: Float[np.ndarray, "sum head digit value"],
    logits: Float[np.ndarray, "sum digit value"],
    right: Int[np.ndarray, "sum digit"],
) -> Bool[np.ndarray, "sum digit"]:
    """Where the model is right, only one head is needed for that, and this head says the right digit by itself."""
    alone = says(heads, right[:, None])
    needed = ~says(logits[:, None] - heads, right[:, None])
    return says(logits, right) & (needed.sum(axis=1) == 1) & (alone & needed).any(axis=1)


def says(
    logits: Float[np.ndarray, "sum *head digit value"], right: Int[np.ndarray, "sum *one digit"]
) -> Bool[np.ndarray, "sum *head digit"]:
    """Whether the largest logit is that of the right digit."""
    return logits.argmax(axis=-1) == right
