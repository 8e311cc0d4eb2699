"""A few sums in full: their tokens, and the probability that the model gives to every token at every digit.

From the write-up's sections "Task & Dataset" and "Model" (cells 4 and 8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.data import Sums
from sumint.model import Model, as_array, layout_of, tokens_for


@dataclass(frozen=True)
class ExampleSums:
    """The probe's first sums."""

    strings: tuple[str, ...]
    tokens: Int[np.ndarray, "sum position"]
    answer_digits: Int[np.ndarray, "sum digit"]
    probabilities: Float[np.ndarray, "sum digit token"]


def example_sums(model: Model, probe: Sums, *, count: int = 5) -> ExampleSums:
    """The first `count` sums of the probe and what the model predicts for each digit of their answers."""
    sums = probe[:count]
    logits = model(tokens_for(model, sums))[:, layout_of(model).predicting]
    return ExampleSums(
        strings=tuple(sums.strings),
        tokens=sums.tokens,
        answer_digits=sums.answer_digits,
        probabilities=as_array(logits.softmax(-1)),
    )
