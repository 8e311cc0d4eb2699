"""Parts of the forward pass: layer 0's activations, and the logits that layer 1 computes from them.

Most of a full pass is unnecessary: an intervention on layer 1 does not change layer 0, and layer 1 is needed only
at the positions that predict the answer. The linear layers are transformer_lens's own, so their hooks are called;
layer norms and softmax, which take most of the time of a full pass, are computed without them. The logits are the
same, but for rounding.
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

CACHED = 250
"""The number of sums whose attention patterns, which are many times as large, fit into these caches."""

ALL, NONE = slice(None), slice(0)
"""All positions, and none of them."""


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
        import torch.nn.functional as F

        if _has_other_hooks(model):
            _, cache = model.run_with_cache(tokens, names_filter=[Z, RESIDUAL], stop_at_layer=1)
            return cls(cache[Z], cache[RESIDUAL])
        attention = model.blocks[0].attn
        embedded = model.W_E[tokens] + model.W_pos[: tokens.shape[1]]
        z = attend(*projections(model, embedded, ALL, layer=0), ALL)
        z = rearrange(z, "sum position head d_head -> sum position (head d_head)")
        # The hook of z is that of the input of the layer that reads it.
        z = attention.o.hook_in(z)
        written = F.linear(z, attention.o.weight, attention.o.bias)
        by_head = rearrange(z, "sum position (head d_head) -> sum position head d_head", head=model.cfg.n_heads)
        return cls(by_head, embedded + written)


def _has_other_hooks(model: Model) -> bool:
    """Whether layer 0 or the embedding has hooks on other activations than queries, keys, values and z."""
    attention = model.blocks[0].attn
    called = {attention.q.hook_out, attention.k.hook_out, attention.v.hook_out, attention.o.hook_in}
    parts = (model.embed, model.pos_embed, model.blocks[0])
    points = {module for part in parts for module in part.modules() if getattr(module, "fwd_hooks", None)}
    return bool(points - called)


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
    are computed at the `predicting` positions only, so hooks on them receive other shapes or are not called. Hooks
    on layer norms are not called.
    """
    z = attend(*projections(model, residual, predicting), predicting)
    output = model.blocks[1].attn.o(rearrange(z, "sum query head d_head -> sum query (head d_head)"))
    return model.unembed(normalize(model, residual[:, predicting] + output))


def attend(
    queries: Float[Tensor, "sum head query d_head"],
    keys: Float[Tensor, "sum head position d_head"],
    values: Float[Tensor, "sum head position d_head"],
    at: slice,
) -> Float[Tensor, "sum query head d_head"]:
    """The output z of each head at the queries' positions, which see those up to their own."""
    import torch

    positions = torch.arange(keys.shape[2], device=keys.device)
    is_later = positions > positions[at, None]

    def z(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        scores = einsum(queries, keys, "sum head query d_head, sum head key d_head -> sum head query key")
        pattern = softmax((scores / keys.shape[3] ** 0.5).masked_fill(is_later, -torch.inf))
        return einsum(pattern, values, "sum head query key, sum head key d_head -> sum query head d_head")

    parts = (projected.split(CACHED) for projected in (queries, keys, values))
    return torch.cat([z(*part) for part in zip(*parts, strict=True)])


def normalize(model: Model, residual: Float[Tensor, "*any d_model"]) -> Float[Tensor, "*any d_model"]:
    """A layer norm, whose own weights are folded into what follows it."""
    import torch.nn.functional as F

    return F.layer_norm(residual, residual.shape[-1:], eps=model.cfg.eps)


def projections(
    model: Model, residual: Float[Tensor, "sum position d_model"], queries_at: slice, layer: int = 1
) -> tuple[
    Float[Tensor, "sum head query d_head"],
    Float[Tensor, "sum head position d_head"],
    Float[Tensor, "sum head position d_head"],
]:
    """A layer's queries at some positions, and its keys and values at all; hooks receive all of each."""
    attention = model.blocks[layer].attn
    normalized = normalize(model, residual)
    if attention.q.hook_in.fwd_hooks or attention.q.hook_out.fwd_hooks:
        queries = attention.q(normalized)[:, queries_at]
    else:
        queries = attention.q(normalized[:, queries_at])
    keys, values = attention.k(normalized), attention.v(normalized)
    return by_head(model, queries), by_head(model, keys), by_head(model, values)


def by_head(
    model: Model, projected: Float[Tensor, "sum position head_d_head"]
) -> Float[Tensor, "sum head position d_head"]:
    """What a layer projects to, divided among its heads."""
    return rearrange(projected, "sum position (head d_head) -> sum head position d_head", head=model.cfg.n_heads)
