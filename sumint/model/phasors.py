"""The hand of the clock: the ten logits of a digit as one complex number, and what each part of the model adds.

The logits of the ten digits are nearly a cosine whose phase is the answer. Their first frequency is a complex
number, the hand, and it is linear in what is unembedded: so with the scale of the final layer norm held at what it
was, each head of layer 1 adds a hand of its own, and all that was there before adds another.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Complex, Float

from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array, layout_of
from sumint.model.residual_stream import head_names, written
from sumint.task.sums import N_DIGIT_TOKENS

GATHERED, SCALE, AFTER = "blocks.1.attn.hook_z", "ln_final.hook_scale", "blocks.1.hook_resid_post"
HAND = (GATHERED, SCALE, AFTER)
"""The activations that the parts of a hand are computed from."""


def part_names(model: Model) -> tuple[str, ...]:
    """What adds a hand of its own: layer 1's heads, and all else together."""
    return (*head_names(model, 1), "directly")


def hand_parts(model: Model, seen: Mapping[str, Tensor], digit: int) -> Complex[np.ndarray, "sum part"]:
    """What each of `part_names` adds to the first frequency of a digit's logits, from the activations `HAND`.

    The last part is what the embeddings, layer 0 and all biases add. The parts of a sum add up to the first
    frequency of its ten logits.
    """
    position = layout_of(model).predicting.start + digit
    z, scale, after = (seen[name][:, position] for name in HAND)
    heads = written(model, 1, z)
    rest = after - heads.sum(dim=1)
    by_heads, by_rest = (as_array(_logits(model, part, scale)) for part in (heads, rest[:, None]))
    parts = np.concatenate([by_heads, by_rest + as_array(model.b_U[:N_DIGIT_TOKENS])], axis=1)
    return first_frequency(parts)


def points_to(hand: Complex[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """The place on the circle that a hand points to, in digits from −5 to 5."""
    # A cosine that is largest at a digit has minus its angle as its phase.
    return -np.angle(hand) * N_DIGIT_TOKENS / (2 * np.pi)


def turn(before: Complex[np.ndarray, "*any"], after: Complex[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """How far one hand is turned to become the other, in digits from −5 to 5; 0 where there is none."""
    return points_to(after * np.conj(before))


def carried(hand: Complex[np.ndarray, "*any"], totals: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """How much is carried, from −5 to 5: where the hand points less the sum of the two digits, all in digits."""
    half = N_DIGIT_TOKENS / 2
    return (points_to(hand) - totals + half) % N_DIGIT_TOKENS - half


def _logits(
    model: Model, part: Float[Tensor, "sum part d_model"], scale: Float[Tensor, "sum 1"]
) -> Float[Tensor, "sum part digit"]:
    return part / scale[:, None] @ model.W_U[:, :N_DIGIT_TOKENS]
