"""Parts of the forward pass: layer 0's activations, and the logits that layer 1 computes from them.

Most of a full pass is unnecessary: an intervention on layer 1 does not change layer 0, and layer 1 is needed only
at the positions that predict the answer. Running layer 1 alone there, with transformer_lens's own components,
gives the same logits in a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, as_array
from sumint.model.softmax import softmax

Z = "blocks.0.attn.hook_z"
"""The output z of each head of layer 0 [sum, position, head, d_head], before W_O."""

RESIDUAL = "blocks.0.hook_resid_post"
"""The residual stream between the layers, which layer 1 reads [sum, position, d_model]."""

BATCH = 1000
"""With more sums at once the activations exceed the processor's caches, and each sum takes longer."""


@dataclass(frozen=True)
class Layer0Activations:
    """The head outputs of layer 0 and the residual stream after it, for some sums."""

    z: Float[Tensor, "sum position head d_head"]
    """The output of each head, before W_O."""
    residual: Float[Tensor, "sum position d_model"]
    """The residual stream that layer 1 reads."""

    @classmethod
    def on(cls, model: Model, tokens: Int[Tensor, "sum position"]) -> Layer0Activations:
        """The activations of layer 0 on these tokens; layer 1 is not run."""
        _, cache = model.run_with_cache(tokens, names_filter=[Z, RESIDUAL], stop_at_layer=1)
        return cls(cache[Z], cache[RESIDUAL])


def predictions_from(
    model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice
) -> Int[np.ndarray, "sum digit"]:
    """The tokens that the model predicts at some positions, from the residual that layer 1 reads."""
    return as_array(logits_from(model, residual, predicting).argmax(-1))


def logits_from(
    model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice
) -> Float[Tensor, "sum digit token"]:
    """The logits at some positions, from the residual that layer 1 reads.

    Hooks on layer 1's queries, keys and values receive the same activations as in a full pass. Later activations
    are computed at the `predicting` positions only, so hooks on them receive other shapes or are not called.
    """
    import torch

    queries, keys, values = projections(model, residual)
    queries = queries[:, :, predicting]
    scores = einsum(queries, keys, "sum head query d_head, sum head key d_head -> sum head query key")
    positions = torch.arange(residual.shape[1], device=residual.device)
    is_later = positions > positions[predicting, None]
    pattern = softmax((scores / model.cfg.d_head**0.5).masked_fill(is_later, -torch.inf))
    z = einsum(pattern, values, "sum head query key, sum head key d_head -> sum query head d_head")
    output = model.blocks[1].attn.o(rearrange(z, "sum query head d_head -> sum query (head d_head)"))
    return model.unembed(model.ln_final(residual[:, predicting] + output))


def projections(
    model: Model, residual: Float[Tensor, "sum position d_model"]
) -> list[Float[Tensor, "sum head position d_head"]]:
    """Layer 1's queries, keys and values at some positions."""
    attention, n_heads = model.blocks[1].attn, model.cfg.n_heads
    normalized = model.blocks[1].ln1(residual)
    return [
        rearrange(project(normalized), "sum position (head d_head) -> sum head position d_head", head=n_heads)
        for project in (attention.q, attention.k, attention.v)
    ]
