"""Layer 1's heads as arrows: the first frequency of what each adds to the logits, beside the right digit's.

From the write-up's section "DLA in Fourier space" (cells 29 and 30). Logits that are a wave of the digit, once
round, have a magnitude and a phase. So has what each head adds to them, and the arrows of all components add up
to that of the prediction. The right direction is the phase of the right digit's own column in W_Uᵀ W_U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.model.fourier import digit_phases, first_frequency
from sumint.model.load import Model, as_array
from sumint.model.residual_stream import ForwardPass, head_names
from sumint.task.examples import examples
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class LogitPhases:
    """First frequencies as complex numbers, at each digit of the examples' answers."""

    example_labels: tuple[str, ...]
    answer_digits: Int[np.ndarray, "example digit"]
    head_names: tuple[str, ...]
    """Those of layer 1."""
    heads: Complex[np.ndarray, "example head digit"]
    prediction: Complex[np.ndarray, "example digit"]
    """Of the model's logits, to which everything contributes, the biases too."""
    right_direction: Float[np.ndarray, "example digit"]
    """The phase of the right digit, in radians."""

    @property
    def reach(self) -> Float[np.ndarray, "example digit"]:
        """How long the write-up draws that direction: the largest magnitude of a head, their sum or the logits."""
        together = self.heads.sum(axis=1)
        return np.max([np.abs(self.heads).max(axis=1), np.abs(together), np.abs(self.prediction)], axis=0)


def logit_phases(model: Model, sample: Sums) -> LogitPhases:
    """The arrows of layer 1's heads, of the logits and of the right digit, for the examples."""
    shown = examples(sample)
    run = ForwardPass.of(model, shown.sums)
    own_phases = digit_phases(as_array(model.W_U)[:, :N_DIGIT_TOKENS])
    return LogitPhases(
        example_labels=shown.labels,
        answer_digits=shown.sums.answer_digits,
        head_names=head_names(model, 1),
        heads=first_frequency(as_array(run.direct(run.heads(1)))),
        prediction=first_frequency(as_array(run.logits)),
        right_direction=own_phases[shown.sums.answer_digits],
    )
