"""Where the answer can be read out: the logit lens after each layer, and how far the logits encode an angle.

The write-up assumes this when it analyses the heads of layer 1. The logit lens applies the final layer norm and
the unembedding to the residual stream after each layer. If the final residual encodes an angle, the ten logits are
one period of a wave with its maximum at the correct digit: a cosine and a sine of the correct digit's angle
explain them, and the digit whose own phase is nearest to that of the logits has the largest logit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.model.fourier import digit_phases, first_frequency
from sumint.model.load import Model, as_array, layout_of
from sumint.model.residual_stream import ForwardPass
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class AnswerReadout(Result):
    """Measures of the readout at each digit of the answer, over the sample."""

    lens_accuracy: Float[np.ndarray, "layer digit"]
    """The accuracy of the logit lens after each layer; after the last layer it is that of the model."""
    explained_by_angle: Float[np.ndarray, " digit"]
    """R² of the ten centred logits, regressed on a constant and the cosine and sine of 2π·(correct digit)/10.

    Each logit has its own coefficients; the variance is taken over the sums and added over the ten logits.
    """
    nearest_angle: Float[np.ndarray, " digit"]
    """The share of sums in which the digit with the nearest phase in W_Uᵀ W_U has the largest logit."""


def answer_readout(model: Model, sample: Sums) -> AnswerReadout:
    """Measures the accuracy of the logit lens after every layer, and how far the logits encode an angle."""
    forward = ForwardPass.of(model, sample)
    right = sample.answer_digits
    lens = [lens_logits(forward, layer).argmax(axis=-1) == right for layer in range(model.cfg.n_layers)]
    logits = as_array(forward.logits)
    own_phases = digit_phases(as_array(model.W_U)[:, :N_DIGIT_TOKENS])
    # The digit whose unit vector has the largest projection on the logits' phasor is the nearest in phase.
    along = np.real(first_frequency(logits)[..., None] * np.exp(-1j * own_phases))
    return AnswerReadout(
        lens_accuracy=np.mean(lens, axis=1),
        explained_by_angle=np.array(
            [explained_by_angle(logits[:, i], right[:, i]) for i in range(right.shape[1])]
        ),
        nearest_angle=(along.argmax(axis=-1) == logits.argmax(axis=-1)).mean(axis=0),
    )


def lens_logits(forward: ForwardPass, layer: int) -> Float[np.ndarray, "sum digit value"]:
    """The logit lens: the logits of the ten digits computed from the residual stream after a layer."""
    residual = forward.cache[f"blocks.{layer}.hook_resid_post"][:, layout_of(forward.model).predicting]
    return as_array(forward.model.unembed(forward.model.ln_final(residual))[..., :N_DIGIT_TOKENS])


def explained_by_angle(logits: Float[np.ndarray, "sum value"], right: Int[np.ndarray, " sum"]) -> float:
    """R²: the share of the centred logits' variance explained by the correct digit's angle; 0 if there is none."""
    angle = 2 * np.pi * right / N_DIGIT_TOKENS
    design = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)
    centred = logits.astype(np.float64) - logits.mean(axis=1, keepdims=True)
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    variance = ((centred - centred.mean(axis=0)) ** 2).sum()
    return float(1 - ((centred - fitted) ** 2).sum() / variance) if variance else 0.0
