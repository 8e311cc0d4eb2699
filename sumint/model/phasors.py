"""The phase of a digit's logits: their first frequency as one complex number, and what each component adds to it.

The logits of the ten digits are nearly a cosine whose phase is the answer. Their first frequency is a complex
number, a phasor, and it is linear in the residual stream before the unembedding. With the scale of the final layer
norm fixed, each head of layer 1 therefore adds its own phasor, and everything before layer 1 adds one more.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Complex, Float

from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array, layout_of
from sumint.model.residual_stream import head_names, head_outputs
from sumint.task.sums import N_DIGIT_TOKENS

Z, SCALE, RESIDUAL = "blocks.1.attn.hook_z", "ln_final.hook_scale", "blocks.1.hook_resid_post"
PHASOR_ACTIVATIONS = (Z, SCALE, RESIDUAL)
"""The activations that `phasor_parts` needs, as transformer_lens names them."""


def part_names(model: Model) -> tuple[str, ...]:
    """The names of the components that add a phasor: layer 1's heads, and everything else together."""
    return (*head_names(model, 1), "directly")


def phasor_parts(model: Model, activations: Mapping[str, Tensor], digit: int) -> Complex[np.ndarray, "sum part"]:
    """What each of `part_names` adds to the first frequency of a digit's logits, from `PHASOR_ACTIVATIONS`.

    The last part is what the embeddings, layer 0 and all biases add. The parts of a sum add up to the first
    frequency of its ten logits.
    """
    position = layout_of(model).predicting.start + digit
    z, scale, residual = (activations[name][:, position] for name in PHASOR_ACTIVATIONS)
    heads = head_outputs(model, 1, z)
    rest = residual - heads.sum(dim=1)
    logits_of_heads, logits_of_rest = (as_array(_logits(model, part, scale)) for part in (heads, rest[:, None]))
    parts = np.concatenate([logits_of_heads, logits_of_rest + as_array(model.b_U[:N_DIGIT_TOKENS])], axis=1)
    return first_frequency(parts)


def phase_in_digits(phasor: Complex[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """The position of the logits' maximum on the circle of digits, in digits from −5 to 5."""
    # A cosine that is largest at a digit has minus its angle as its phase.
    return -np.angle(phasor) * N_DIGIT_TOKENS / (2 * np.pi)


def phase_shift(
    before: Complex[np.ndarray, "*any"], after: Complex[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """The phase shift from one phasor to another, in digits from −5 to 5; 0 if either is zero."""
    return phase_in_digits(after * np.conj(before))


def carry_amount(
    phasor: Complex[np.ndarray, "*any"], totals: Float[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """The carry that the model adds, in digits from −5 to 5: the logits' phase less the sum of the two digits."""
    half = N_DIGIT_TOKENS / 2
    return (phase_in_digits(phasor) - totals + half) % N_DIGIT_TOKENS - half


def _logits(
    model: Model, part: Float[Tensor, "sum part d_model"], scale: Float[Tensor, "sum 1"]
) -> Float[Tensor, "sum part digit"]:
    return part / scale[:, None] @ model.W_U[:, :N_DIGIT_TOKENS]
