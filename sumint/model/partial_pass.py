"""The model layer by layer: what layer 0 makes of some sums, and what layer 1 says to that.

Much of a pass is not asked for. An experiment on layer 1 leaves layer 0 as it was, and of layer 1 no more is
needed than what it does where an answer is read. Run by itself there, through transformer_lens's own components,
it gives the same logits in a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, as_array

Z = "blocks.0.attn.hook_z"
"""What each head of layer 0 has gathered [sum, position, head, d_head], before W_O."""

RESIDUAL = "blocks.0.hook_resid_post"
"""What layer 0 leaves, and layer 1 reads [sum, position, d_model]."""

BATCH = 1000
"""Of more sums at once the activations do not fit the processor's caches, and each takes longer."""


@dataclass(frozen=True)
class FirstLayer:
    """What layer 0 makes of some sums."""

    z: Float[Tensor, "sum position head d_head"]
    """By each head, before W_O."""
    residual: Float[Tensor, "sum position d_model"]
    """What layer 1 reads."""

    @classmethod
    def on(cls, model: Model, tokens: Int[Tensor, "sum position"]) -> FirstLayer:
        _, cache = model.run_with_cache(tokens, names_filter=[Z, RESIDUAL], stop_at_layer=1)
        return cls(cache[Z], cache[RESIDUAL])


def answers_from(
    model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice
) -> Int[np.ndarray, "sum digit"]:
    """The tokens that the model says at some positions, from the residual that layer 1 reads."""
    return as_array(logits_from(model, residual, predicting).argmax(-1))


def logits_from(
    model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice
) -> Float[Tensor, "sum digit token"]:
    """The logits at some positions, from the residual that layer 1 reads.

    Hooks on layer 1's queries, keys and values see what they see in a whole pass; what comes after them is there
    only where it is asked for, so a hook on that might see other shapes, or nothing.
    """
    import torch

    attention = model.blocks[1].attn
    normalized = model.blocks[1].ln1(residual)
    queries, keys, values = (
        rearrange(part, "sum position (head d_head) -> sum head position d_head", head=model.cfg.n_heads)
        for part in (attention.q(normalized), attention.k(normalized), attention.v(normalized))
    )
    queries = queries[:, :, predicting]
    scores = einsum(queries, keys, "sum head query d_head, sum head key d_head -> sum head query key")
    place = torch.arange(residual.shape[1], device=residual.device)
    is_later = place > place[predicting, None]
    pattern = (scores / model.cfg.d_head**0.5).masked_fill(is_later, -torch.inf).softmax(-1)
    z = einsum(pattern, values, "sum head query key, sum head key d_head -> sum query head d_head")
    wrote = attention.o(rearrange(z, "sum query head d_head -> sum query (head d_head)"))
    return model.unembed(model.ln_final(residual[:, predicting] + wrote))
