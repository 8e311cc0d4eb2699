"""A few sums in full: their tokens, and the probability that the model gives every token at every digit.

From the write-up's sections "Task & Dataset" and "Model" (cells 4 and 8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.task.examples import examples
from sumint.task.sums import SampleSpec, Sums


@dataclass(frozen=True)
class ExampleSums:
    """The sums that figures show one by one."""

    strings: tuple[str, ...]
    kinds: tuple[str, ...]
    """What each is chosen for; empty for those that the sample begins with."""
    labels: tuple[str, ...]
    """Both together."""
    tokens: Int[np.ndarray, "sum position"]
    answer_digits: Int[np.ndarray, "sum digit"]
    probabilities: Float[np.ndarray, "sum digit token"]
    single: str
    """The sum with which the write-up shows the data: the only one of a sample of one sum, with the same seed."""
    single_tokens: Int[np.ndarray, " position"]


def example_sums(model: Model, sample: Sums) -> ExampleSums:
    """The examples, and what the model predicts for each digit of their answers."""
    shown = examples(sample)
    single = SampleSpec(sample.layout.n_digits, size=1).draw()
    logits = model(tokens_for(model, shown.sums))[:, layout_of(model).predicting]
    return ExampleSums(
        strings=tuple(shown.sums.strings),
        kinds=shown.kinds,
        labels=shown.labels,
        tokens=shown.sums.tokens,
        answer_digits=shown.sums.answer_digits,
        probabilities=as_array(logits.softmax(-1)),
        single=single.strings[0],
        single_tokens=single.tokens[0],
    )
