"""Phasors of layer 1's heads: the first frequency of each head's direct logit attribution.

From the write-up's section "DLA in Fourier space" (cells 29 and 30). Logits that are one period of a wave have a
magnitude and a phase. So has what each head adds to them, and the phasors of all components add up to that of the
model's logits. They are compared with the phase of the correct digit's own column of W_Uᵀ W_U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.model.fourier import digit_phases, first_frequency
from sumint.model.load import Model, as_array
from sumint.model.residual_stream import ForwardPass, head_names
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class LogitPhases(Result, example="example_labels", head="head_names"):
    """First frequencies of logits as complex numbers, at each digit of the examples' answers."""

    example_labels: tuple[str, ...]
    answer_digits: Int[np.ndarray, "example digit"]
    head_names: tuple[str, ...]
    """The heads of layer 1."""
    heads: Complex[np.ndarray, "example head digit"]
    prediction: Complex[np.ndarray, "example digit"]
    """The first frequency of the model's logits, to which all components contribute."""
    right_direction: Float[np.ndarray, "example digit"]
    """The phase of the correct digit's column of W_Uᵀ W_U, in radians."""

    @property
    def reach(self) -> Float[np.ndarray, "example digit"]:
        """The length at which the write-up draws that phase: the largest of all phasors and of the heads' sum."""
        together = self.heads.sum(axis=1)
        return np.max([np.abs(self.heads).max(axis=1), np.abs(together), np.abs(self.prediction)], axis=0)


def logit_phases(model: Model, sample: Sums) -> LogitPhases:
    """Measures the phasors of layer 1's heads and of the logits, and the correct phases, for the examples."""
    example_sums = examples(sample)
    forward = ForwardPass.of(model, example_sums.sums)
    own_phases = digit_phases(as_array(model.W_U)[:, :N_DIGIT_TOKENS])
    return LogitPhases(
        example_labels=example_sums.labels,
        answer_digits=example_sums.sums.answer_digits,
        head_names=head_names(model, 1),
        heads=first_frequency(as_array(forward.direct(forward.heads(1)))),
        prediction=first_frequency(as_array(forward.logits)),
        right_direction=own_phases[example_sums.sums.answer_digits],
    )
