"""A forward pass in numpy, as in a textbook: what the network in the page and its data are compared with."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from sumint.checkpoints.files import N_LAYERS, Weights
from sumint.exhaustive.circuits import LAYER_NORM_EPSILON


def head_outputs(
    weights: Weights, tokens: Int[np.ndarray, "sum position"], *, returns_logits: bool = False
) -> np.ndarray:
    """The head outputs z of both layers [layer, sum, position, head, d_head], or the logits in their place."""
    tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}

    def normalised(rows: Float[np.ndarray, "*any d_model"], name: str) -> Float[np.ndarray, "*any d_model"]:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
        return centred / scale * tensors[f"{name}.w"] + tensors[f"{name}.b"]

    residual = tensors["embed.W_E"][tokens] + tensors["pos_embed.W_pos"][: tokens.shape[1]]
    found = []
    for layer in range(N_LAYERS):
        block = f"blocks.{layer}.attn"
        read = normalised(residual, f"blocks.{layer}.ln1")
        q, k, v = (
            np.einsum("spm,hmd->sphd", read, tensors[f"{block}.W_{kind}"]) + tensors[f"{block}.b_{kind}"]
            for kind in "QKV"
        )
        scores = np.einsum("sqhd,skhd->shqk", q, k) / np.sqrt(q.shape[-1])
        scores = np.where(np.tril(np.ones(scores.shape[-2:], bool)), scores, -np.inf)
        weights_of = np.exp(scores - scores.max(axis=-1, keepdims=True))
        z = np.einsum("shqk,skhd->sqhd", weights_of / weights_of.sum(axis=-1, keepdims=True), v)
        found.append(z)
        residual = residual + np.einsum("sqhd,hdm->sqm", z, tensors[f"{block}.W_O"]) + tensors[f"{block}.b_O"]
    if returns_logits:
        return normalised(residual, "ln_final") @ tensors["unembed.W_U"] + tensors["unembed.b_U"]
    return np.stack(found)
