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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from einops import einsum, rearrange

from sumint.checkpoints.files import N_LAYERS, Architecture, Weights
from sumint.task.sums import Layout

LAYER_NORM_EPSILON = 1e-5
"""The ε of ρ, which transformer_lens takes where nothing else is said."""

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


def row_size(sizes: Architecture) -> int:
    """How many numbers a row has: what layer 1 reads, and at least one more."""
    n_parts = sizes.d_model + sizes.n_heads * (sizes.d_model + 2 * sizes.d_head)
    return n_parts + ROW_MULTIPLE - n_parts % ROW_MULTIPLE


def circuits_of(weights: Weights) -> Circuits:
    """The tables of a network, from its unprocessed weights, in double precision throughout.

    transformer_lens folds layer norms and centres weights too, but in single precision, whatever the model's.
    """
    tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}
    first, second = (_folded(tensors, f"blocks.{layer}.") for layer in range(N_LAYERS))
    W_U, b_U = _read_through(tensors["ln_final.w"], tensors["ln_final.b"], tensors["unembed.W_U"])
    b_U = b_U + tensors["unembed.b_U"]
    layout, d_model = weights.architecture.layout, weights.architecture.d_model
    scale = np.sqrt(weights.architecture.d_head)

    basis, triangle = np.linalg.qr(W_U, mode="complete")
    read = np.concatenate(
        [
            basis,
            rearrange(second.W_K, "head d_model d_head -> d_model (head d_head)"),
            rearrange(second.W_V @ second.W_O @ basis, "head d_model out -> d_model (head out)"),
            rearrange(second.W_Q / scale, "head d_model d_head -> d_model (head d_head)"),
        ],
        axis=1,
    )
    n_read = read.shape[1]
    read = np.pad(read, ((0, 0), (0, row_size(weights.architecture) - n_read)))

    n_positions = layout.n_ctx - 1
    embedded = _centred(tensors["pos_embed.W_pos"][:n_positions, None] + tensors["embed.W_E"])
    normed = embedded / np.sqrt((embedded**2).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
    per_head = "position token d_model, head d_model d_head -> position token head d_head"
    q, k, v = (
        einsum(normed, weight, per_head) + bias
        for weight, bias in ((first.W_Q, first.b_Q), (first.W_K, first.b_K), (first.W_V, first.b_V))
    )
    scores = einsum(q / scale, k, "p t head d_head, key_p key_t head d_head -> p t key_p key_t head")
    positions = np.arange(n_positions)
    is_seen = (positions <= positions[:, None])[:, None, :, None, None]
    scores = np.where(is_seen, scores, -np.inf)
    moved = einsum(v, first.W_O, read, "p t head d_head, head d_head d_model, d_model row -> p t head row")
    moved[..., n_read] = 1
    constant = second.b_O + einsum(second.b_V, second.W_O, "head d_head, head d_head d_model -> d_model")
    return Circuits(
        base=(embedded + first.b_O) @ read,
        moved=moved,
        attraction=np.exp(scores - scores.max(axis=(2, 3), keepdims=True)),
        query_bias=second.b_Q / scale,
        output_bias=constant @ basis,
        readout=triangle[: min(d_model, W_U.shape[1])],
        unembed_bias=b_U,
    )


@dataclass(frozen=True)
class _Attention:
    """A layer's attention, reading a centred residual stream over ρ, and writing centred."""

    W_Q: np.ndarray
    b_Q: np.ndarray
    W_K: np.ndarray
    b_K: np.ndarray
    W_V: np.ndarray
    b_V: np.ndarray
    W_O: np.ndarray
    b_O: np.ndarray


def _folded(tensors: Mapping[str, np.ndarray], block: str) -> _Attention:
    norm = tensors[f"{block}ln1.w"], tensors[f"{block}ln1.b"]
    read: dict[str, np.ndarray] = {}
    for kind in "QKV":
        weight, bias = _read_through(*norm, tensors[f"{block}attn.W_{kind}"])
        read |= {f"W_{kind}": weight, f"b_{kind}": bias + tensors[f"{block}attn.b_{kind}"]}
    written = {name: _centred(tensors[f"{block}attn.{name}"]) for name in ("W_O", "b_O")}
    return _Attention(**read, **written)


def _read_through(weight: np.ndarray, bias: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What reads a stream over ρ as the matrix reads it behind a layer norm: a matrix and a bias."""
    return weight[:, None] * matrix, bias @ matrix


def _centred(vectors: np.ndarray) -> np.ndarray:
    return vectors - vectors.mean(axis=-1, keepdims=True)
