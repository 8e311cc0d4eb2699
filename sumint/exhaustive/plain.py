"""The logits of any sums from the tables of `circuits.py`, step by step in numpy: what the fast kernel must equal.

It is also what decides a sum that single precision leaves open, in double precision.
"""

from __future__ import annotations

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Float

from sumint.data import Sums
from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits


def answer_logits(circuits: Circuits, sums: Sums) -> Float[np.ndarray, "sum digit token"]:
    """The logits that predict each digit of the answer, the digits before it given."""
    tokens = sums.tokens[:, : circuits.layout.n_ctx - 1]
    rows = layer_1_rows(circuits, tokens)
    n_heads, d_head, d_model = circuits.n_heads, circuits.d_head, circuits.d_model
    ends = np.cumsum([d_model, n_heads * d_head, n_heads * d_model, n_heads * d_head])
    x, keys, values, queries = (part for part in np.split(rows, ends, axis=-1)[:4])
    rho = np.sqrt((x**2).mean(axis=-1) + LAYER_NORM_EPSILON)[..., None]
    k = rearrange(keys / rho, "sum key (head d) -> sum head key d", head=n_heads)
    u = rearrange(values / rho, "sum key (head d) -> sum head key d", head=n_heads)
    asking = circuits.layout.predicting
    q = rearrange((queries / rho)[:, asking], "sum query (head d) -> sum head query d", head=n_heads)
    q = q + circuits.query_bias[:, None]
    scores = einsum(q, k, "sum head query d, sum head key d -> sum head query key")
    positions = np.arange(tokens.shape[1])
    scores = np.where(positions <= positions[asking][:, None], scores, -np.inf)
    attention = np.exp(scores - scores.max(axis=-1, keepdims=True))
    attention /= attention.sum(axis=-1, keepdims=True)
    moved = einsum(attention, u, "sum head query key, sum head key d -> sum query d")
    final = x[:, asking] + circuits.output_bias + moved
    final /= np.sqrt((final**2).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
    return final[..., : len(circuits.readout)] @ circuits.readout + circuits.unembed_bias


def layer_1_rows(circuits: Circuits, tokens: np.ndarray) -> Float[np.ndarray, "sum position row"]:
    """What layer 1 reads at each position of each sum."""
    positions = np.arange(tokens.shape[1])
    weights = circuits.attraction[positions[:, None], tokens[:, :, None], positions[None, :], tokens[:, None, :]]
    moved = circuits.moved[positions, tokens]
    gathered = einsum(weights, moved, "sum query key head, sum key head row -> sum query head row")
    total = gathered[..., circuits.n_parts, None]
    return circuits.base[positions, tokens] + (gathered / total).sum(axis=2)
