r"""What the network computes, multiplied out as far as it can be before any sum is known.

Before layer 0 the residual stream is one of few things, e: a token at a position. So all that layer 0 reads is a
table. With the layer norm's ρ(x) = √(|x|²/d + ε), head h of a query e gives a key e' the attention

    E_h(e, e') / Σ E_h(e, ·),    E_h(e, e') = exp(q_h(e) · k_h(e') / √d_head),

and moves v_h(e') W_O from there. What layer 1 reads of the stream is linear but for one factor, 1/ρ. So instead of
the stream itself a few projections of it are carried along, side by side in one row:

    P = ( B | W_K | W_V W_O B | W_Q / √d_head )        (of layer 1, each head's matrix beside the next)

The basis B is orthonormal, so the first part still has the length that ρ asks for; and it begins with the
directions that the unembedding reads. The row of layer 1 is then

    x P,    x = e + b_O + Σ_h Σ_e' E_h(e, e') v_h(e') W_O / Σ_e' E_h(e, e'),

a sum of rows of tables. No product with a matrix is left that depends on the sum, but for attention itself: the
scores of layer 1 are q · k / ρ, where a bias of the keys adds the same to all, and so nothing; its values are
added up in the basis B; and the logits read the first few of its directions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from einops import einsum, rearrange

from sumint.data import VOCABULARY, Layout
from sumint.model import Model, as_array, layout_of

ROW_MULTIPLE = 16
"""Rows are padded with zeros to a multiple of this, so that they consist of whole vectors."""


class Circuits(NamedTuple):
    """The tables; positions and tokens as in `Layout` and `VOCABULARY`."""

    base: np.ndarray
    """[position, token, row] What a token brings into layer 1 itself, with the bias of layer 0's output. The last
    position, which predicts nothing, is left out here and below."""
    moved: np.ndarray
    """[position, token, head, row] What a head moves from a key; a one behind all that layer 1 reads."""
    attraction: np.ndarray
    """[query position, query token, key position, key token, head] E, over the largest for the query."""
    query_bias: np.ndarray
    """[head, d_head] Of layer 1, over √d_head."""
    output_bias: np.ndarray
    """[d_model] Of layer 1, in the basis B."""
    readout: np.ndarray
    """[direction, token] From the first directions of B to the logits."""
    unembed_bias: np.ndarray
    """[token]"""
    epsilon: float
    """Of the layer norm."""

    @property
    def layout(self) -> Layout:
        return Layout.of_context(self.base.shape[0] + 1)

    @property
    def n_heads(self) -> int:
        return len(self.query_bias)

    @property
    def d_head(self) -> int:
        return self.query_bias.shape[1]

    @property
    def n_parts(self) -> int:
        """How many numbers of a row layer 1 reads; what is behind them is a one in `moved`, and zeros."""
        return self.d_model + self.n_heads * (self.d_model + 2 * self.d_head)

    @property
    def d_model(self) -> int:
        return len(self.output_bias)


def circuits_of(model: Model) -> Circuits:
    """The tables of a model; double precision asks for a model that is loaded with it."""

    def weight(name: str) -> Any:
        return as_array(getattr(model, name)).astype(np.float64)

    layout, epsilon = layout_of(model), float(model.cfg.eps)
    W_Q, W_K, W_V, W_O = (weight(f"W_{kind}") for kind in "QKVO")
    b_Q, b_K, b_V, b_O = (weight(f"b_{kind}") for kind in "QKVO")
    W_U, b_U = weight("W_U"), weight("b_U")
    d_model, d_head = W_Q.shape[2:]
    scale = np.sqrt(d_head)

    basis, triangle = np.linalg.qr(W_U, mode="complete")
    read = np.concatenate(
        [
            basis,
            rearrange(W_K[1], "head d_model d_head -> d_model (head d_head)"),
            rearrange(W_V[1] @ W_O[1] @ basis, "head d_model out -> d_model (head out)"),
            rearrange(W_Q[1] / scale, "head d_model d_head -> d_model (head d_head)"),
        ],
        axis=1,
    )
    n_read = read.shape[1]
    read = np.pad(read, ((0, 0), (0, ROW_MULTIPLE - n_read % ROW_MULTIPLE)))

    stream = weight("W_pos")[: layout.n_ctx - 1, None] + weight("W_E")[None, : len(VOCABULARY)]
    normed = stream / np.sqrt((stream**2).mean(axis=-1, keepdims=True) + epsilon)

    def heads(weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
        there = "position token d_model, head d_model d_head -> head position token d_head"
        return einsum(normed, weights[0], there) + biases[0][:, None, None]

    q, k, v = heads(W_Q, b_Q), heads(W_K, b_K), heads(W_V, b_V)
    scores = einsum(q / scale, k, "head p t d_head, head key_p key_t d_head -> p t key_p key_t head")
    positions = np.arange(layout.n_ctx - 1)
    visible = (positions[None, :] <= positions[:, None])[:, None, :, None, None]
    scores = np.where(visible, scores, -np.inf)
    bias = b_O[1] + einsum(b_V[1], W_O[1], "head d_head, head d_head d_model -> d_model")
    moved = einsum(v, W_O[0], read, "head p t d_head, head d_head d_model, d_model row -> p t head row")
    moved[..., n_read] = 1
    return Circuits(
        base=(stream + b_O[0]) @ read,
        moved=moved,
        attraction=np.exp(scores - scores.max(axis=(2, 3), keepdims=True)),
        query_bias=b_Q[1] / scale,
        output_bias=bias @ basis,
        readout=triangle[: min(d_model, W_U.shape[1])],
        unembed_bias=b_U,
        epsilon=epsilon,
    )
