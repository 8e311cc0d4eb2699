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

N_SWEEP = 3600
"""The number of steps round the circle in which the boundaries between digits are searched for."""


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


def digit_boundaries(model: Model) -> Float[np.ndarray, " digit"]:
    """The phase of the logits at which each digit ends and the next begins, in digits from −5 to 5.

    The digits' directions are reduced to the plane in which they vary most. Round a circle in this plane, which
    digit has the largest logit changes where one digit ends; halfway between two whole phases only if the
    directions are evenly spaced. NaN for a digit that is largest nowhere or is not followed by the next one.
    """
    directions = as_array(model.W_U[:, :N_DIGIT_TOKENS]).astype(np.float64)
    centred = directions - directions.mean(axis=1, keepdims=True)
    _, _, (first, second, *_) = np.linalg.svd(centred, full_matrices=False)
    angles = 2 * np.pi * np.arange(N_SWEEP) / N_SWEEP
    logits = np.outer(np.cos(angles), first) + np.outer(np.sin(angles), second)
    largest, phases = logits.argmax(axis=1), phase_in_digits(first_frequency(logits))
    boundaries = np.full(N_DIGIT_TOKENS, np.nan)
    for step in np.flatnonzero(largest != np.roll(largest, -1)):
        one, other = int(largest[step]), int(np.roll(largest, -1)[step])
        if (other - one) % N_DIGIT_TOKENS == 1:
            boundaries[one] = phases[step]
        elif (one - other) % N_DIGIT_TOKENS == 1:
            boundaries[other] = phases[step]
    return boundaries


def _logits(
    model: Model, part: Float[Tensor, "sum part d_model"], scale: Float[Tensor, "sum 1"]
) -> Float[Tensor, "sum part digit"]:
    return part / scale[:, None] @ model.W_U[:, :N_DIGIT_TOKENS]
