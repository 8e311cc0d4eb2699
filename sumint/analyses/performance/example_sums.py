"""Example sums: their tokens, and the model's probability of every token at every digit.

From the write-up's sections "Task & Dataset" and "Model" (cells 4 and 8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import SampleSpec, Sums


@dataclass(frozen=True)
class ExampleSums(Result, sum="labels"):
    """The sums that figures show individually."""

    strings: tuple[str, ...]
    kinds: tuple[str, ...]
    """The property that each sum exemplifies; empty for the first sums of the sample."""
    labels: tuple[str, ...]
    """Each sum as a string, with the property that it exemplifies."""
    tokens: Int[np.ndarray, "sum position"]
    answer_digits: Int[np.ndarray, "sum digit"]
    probabilities: Float[np.ndarray, "sum digit token"]
    single: str
    """The sum with which the write-up shows the data: a sample of one sum, drawn with the same seed."""
    single_tokens: Int[np.ndarray, " position"]


def example_sums(model: Model, sample: Sums) -> ExampleSums:
    """Measures the model's probabilities for each digit of the examples' answers."""
    chosen = examples(sample)
    single = SampleSpec(sample.layout.n_digits, size=1).draw()
    logits = model(tokens_for(model, chosen.sums))[:, layout_of(model).predicting]
    return ExampleSums(
        strings=tuple(chosen.sums.strings),
        kinds=chosen.kinds,
        labels=chosen.labels,
        tokens=chosen.sums.tokens,
        answer_digits=chosen.sums.answer_digits,
        probabilities=as_array(logits.softmax(-1)),
        single=single.strings[0],
        single_tokens=single.tokens[0],
    )
