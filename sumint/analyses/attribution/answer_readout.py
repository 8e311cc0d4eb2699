"""Where the answer can be read: after layer 0 not yet, at the end as an angle.

A check of what the write-up takes for granted when it follows the heads of layer 1. The logit lens reads the
residual stream after each layer as if it were the last: final layer norm, unembedding, largest logit. If the end
is an angle, then the ten logits are a wave of the digit, once round, that peaks at the right one: a cosine and a
sine of the right digit's angle explain them, and the digit whose own angle is nearest to theirs has the largest
logit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.model.fourier import digit_phases, first_frequency
from sumint.model.load import Model, as_array, layout_of
from sumint.model.residual_stream import ForwardPass
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class AnswerReadout:
    """Shares at each digit of the answer, over the sample."""

    lens_accuracy: Float[np.ndarray, "layer digit"]
    """How often the logit lens on a layer's output says the right digit; on the last layer's, the model itself."""
    explained_by_angle: Float[np.ndarray, " digit"]
    """R² of the ten logits, less their mean, by a constant and the cosine and sine of 2π·(right digit)/10.

    All ten have coefficients of their own; the variance is over the sums, that of all ten together.
    """
    nearest_angle: Float[np.ndarray, " digit"]
    """How often the digit whose phase in W_Uᵀ W_U is nearest to that of the logits has the largest logit."""


def answer_readout(model: Model, sample: Sums) -> AnswerReadout:
    """The logit lens after every layer, and how far the logits are an angle."""
    run = ForwardPass.of(model, sample)
    right = sample.answer_digits
    lens = [lens_logits(run, layer).argmax(axis=-1) == right for layer in range(model.cfg.n_layers)]
    logits = as_array(run.logits)
    own_phases = digit_phases(as_array(model.W_U)[:, :N_DIGIT_TOKENS])
    # The digit whose unit vector has the largest part along the logits' arrow is the one nearest in phase.
    along = np.real(first_frequency(logits)[..., None] * np.exp(-1j * own_phases))
    return AnswerReadout(
        lens_accuracy=np.mean(lens, axis=1),
        explained_by_angle=np.array(
            [explained_by_angle(logits[:, i], right[:, i]) for i in range(right.shape[1])]
        ),
        nearest_angle=(along.argmax(axis=-1) == logits.argmax(axis=-1)).mean(axis=0),
    )


def lens_logits(run: ForwardPass, layer: int) -> Float[np.ndarray, "sum digit value"]:
    """The logits of the ten digits if a layer's output were the last residual."""
    residual = run.cache[f"blocks.{layer}.hook_resid_post"][:, layout_of(run.model).predicting]
    return as_array(run.model.unembed(run.model.ln_final(residual))[..., :N_DIGIT_TOKENS])


def explained_by_angle(logits: Float[np.ndarray, "sum value"], right: Int[np.ndarray, " sum"]) -> float:
    """The share of the centred logits' variance that the angle of the right digit explains; 0 if there is none."""
    angle = 2 * np.pi * right / N_DIGIT_TOKENS
    design = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)
    centred = logits.astype(np.float64) - logits.mean(axis=1, keepdims=True)
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    variance = ((centred - centred.mean(axis=0)) ** 2).sum()
    return float(1 - ((centred - fitted) ** 2).sum() / variance) if variance else 0.0
