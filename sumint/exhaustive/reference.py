"""The reference implementation: the logits of any sums from the tables of `circuits.py`, step by step.

The compiled kernel is tested against it. The arrays may be numpy's or torch's: in numpy's double precision it
decides the sums for which single precision is not accurate enough; in torch's single precision it runs on a GPU.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from einops import einsum, rearrange

from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits


def answer_logits(circuits: Circuits, tokens: Any, xp: Any = np) -> Any:
    """The logits [sum, digit, token] that predict each digit of the answer, from the tokens [sum, position].

    `xp` is the library of the arrays, including those of the tables.
    """
    n_heads, d_head, d_model = circuits.n_heads, circuits.d_head, circuits.d_model
    rows = layer_1_rows(circuits, tokens[:, :-1], xp)
    keys_at, values_at = d_model, d_model + n_heads * d_head
    queries_at = values_at + n_heads * d_model
    x = rows[..., :d_model]
    read = rows / rho(x, xp)
    k = rearrange(read[..., keys_at:values_at], "sum key (head d) -> sum head key d", head=n_heads)
    v = rearrange(read[..., values_at:queries_at], "sum key (head d) -> sum head key d", head=n_heads)
    predicting = circuits.layout.predicting
    query_part = read[:, predicting, queries_at : circuits.n_parts]
    q = rearrange(query_part, "sum query (head d) -> sum head query d", head=n_heads)
    q = q + circuits.query_bias[:, None]
    scores = einsum(q, k, "sum head query d, sum head key d -> sum head query key")
    positions = xp.arange(rows.shape[1], device=rows.device)
    is_causal = positions <= positions[predicting][:, None]
    weights = xp.where(is_causal, xp.exp(scores - xp.amax(scores, -1)[..., None]), xp.zeros_like(scores))
    attention = weights / weights.sum(-1)[..., None]
    head_outputs = einsum(attention, v, "sum head query key, sum head key d -> sum query d")
    final = x[:, predicting] + circuits.output_bias + head_outputs
    final = final / rho(final, xp)
    return final[..., : len(circuits.readout)] @ circuits.readout + circuits.unembed_bias


def layer_1_rows(circuits: Circuits, tokens: Any, xp: Any = np) -> Any:
    """The rows [sum, position, row] that layer 1 reads at each position of each sum."""
    positions = xp.arange(tokens.shape[1], device=tokens.device)
    weights = circuits.exp_scores[positions[:, None], tokens[:, :, None], positions[None, :], tokens[:, None, :]]
    values = circuits.values[positions, tokens]
    z = einsum(weights, values, "sum query key head, sum key head row -> sum query head row")
    total = z[..., circuits.n_parts, None]
    return circuits.base[positions, tokens] + (z / total).sum(2)


def rho(x: Any, xp: Any = np) -> Any:
    """The root mean square that the layer norm divides by."""
    return xp.sqrt((x**2).mean(-1) + LAYER_NORM_EPSILON)[..., None]
