r"""Tables of everything that the network computes from single tokens and pairs of tokens.

Before layer 0 the residual stream at a position is an embedding e of one token at one position, so everything that
layer 0 reads can be tabulated. With the layer norm's scale ρ(x) = √(|x|²/d + ε), the attention of head h from the
query e to the key e' is

    E_h(e, e') / Σ E_h(e, ·),    E_h(e, e') = exp(q_h(e) · k_h(e') / √d_head),

and the head adds v_h(e') W_O to the residual stream with this weight. Layer 1 reads the residual stream linearly,
except for the factor 1/ρ. So instead of the residual stream itself we compute its projections, side by side in one
row:

    P = ( B | W_K | W_V W_O B | W_Q / √d_head )        (layer 1's matrices, concatenated over heads)

The basis B is orthonormal, so the first part keeps the norm that ρ needs; its first directions span what the
unembedding reads. The row that layer 1 reads is then

    x P,    x = e + b_O + Σ_h Σ_e' E_h(e, e') v_h(e') W_O / Σ_e' E_h(e, e'),

a weighted sum of table rows. The only products that depend on the sum are those of layer 1's attention: its scores
are q · k / ρ (a key bias shifts all scores of a query alike and cancels in the softmax), its head outputs are
summed in the basis B, and the logits read the first directions of B.
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
"""The ε of ρ: transformer_lens's default."""

ROW_MULTIPLE = 16
"""Rows are padded with zeros to a multiple of this, so that they consist of whole SIMD vectors."""


class Circuits(NamedTuple):
    """The tables of a network, with positions and tokens as in `Layout` and `VOCABULARY`."""

    base: np.ndarray
    """[position, token, row] The direct path into layer 1: the embedding plus layer 0's output bias. The last
    position, which predicts nothing, is omitted here and below."""
    values: np.ndarray
    """[position, token, head, row] Layer 0's values through W_O. The entry after those that layer 1 reads is 1, so
    that a weighted sum of rows also sums the weights."""
    exp_scores: np.ndarray
    """[query position, query token, key position, key token, head] Layer 0's E over its maximum among the keys."""
    query_bias: np.ndarray
    """[head, d_head] Layer 1's query bias, divided by √d_head."""
    output_bias: np.ndarray
    """[d_model] Layer 1's output bias, in the basis B."""
    readout: np.ndarray
    """[direction, token] The unembedding, as a map from the first directions of B to the logits."""
    unembed_bias: np.ndarray
    """[token] The bias of the logits."""

    @property
    def layout(self) -> Layout:
        """The token layout of the sums that the network reads."""
        return Layout.of_context(self.base.shape[0] + 1)

    @property
    def architecture(self) -> Architecture:
        """The network's sizes."""
        return Architecture(self.layout.n_digits, self.n_heads, self.d_model, self.d_head)

    @property
    def n_heads(self) -> int:
        """The number of heads in each layer."""
        return len(self.query_bias)

    @property
    def d_head(self) -> int:
        """The number of dimensions of a head."""
        return self.query_bias.shape[1]

    @property
    def n_parts(self) -> int:
        """How many entries of a row layer 1 reads; a one (in `values`) and zeros follow them."""
        return self.d_model + self.n_heads * (self.d_model + 2 * self.d_head)

    @property
    def d_model(self) -> int:
        """The number of dimensions of the residual stream."""
        return len(self.output_bias)


def row_size(sizes: Architecture) -> int:
    """The length of a row: the entries that layer 1 reads and at least one more, padded to `ROW_MULTIPLE`."""
    n_parts = sizes.d_model + sizes.n_heads * (sizes.d_model + 2 * sizes.d_head)
    return n_parts + ROW_MULTIPLE - n_parts % ROW_MULTIPLE


def circuits_of(weights: Weights) -> Circuits:
    """The tables of a network, computed from its unprocessed weights in double precision.

    transformer_lens also folds layer norms and centres weights, but always in single precision.
    """
    tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}
    first, second = (_folded(tensors, f"blocks.{layer}.") for layer in range(N_LAYERS))
    W_U, b_U = _fold_layer_norm(tensors["ln_final.w"], tensors["ln_final.b"], tensors["unembed.W_U"])
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
    is_causal = (positions <= positions[:, None])[:, None, :, None, None]
    scores = np.where(is_causal, scores, -np.inf)
    values = einsum(v, first.W_O, read, "p t head d_head, head d_head d_model, d_model row -> p t head row")
    values[..., n_read] = 1
    constant = second.b_O + einsum(second.b_V, second.W_O, "head d_head, head d_head d_model -> d_model")
    return Circuits(
        base=(embedded + first.b_O) @ read,
        values=values,
        exp_scores=np.exp(scores - scores.max(axis=(2, 3), keepdims=True)),
        query_bias=second.b_Q / scale,
        output_bias=constant @ basis,
        readout=triangle[: min(d_model, W_U.shape[1])],
        unembed_bias=b_U,
    )


@dataclass(frozen=True)
class _Attention:
    """A layer's attention weights for a residual stream that is centred and divided by ρ, with centred outputs."""

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
    inputs: dict[str, np.ndarray] = {}
    for kind in "QKV":
        weight, bias = _fold_layer_norm(*norm, tensors[f"{block}attn.W_{kind}"])
        inputs |= {f"W_{kind}": weight, f"b_{kind}": bias + tensors[f"{block}attn.b_{kind}"]}
    outputs = {name: _centred(tensors[f"{block}attn.{name}"]) for name in ("W_O", "b_O")}
    return _Attention(**inputs, **outputs)


def _fold_layer_norm(weight: np.ndarray, bias: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matrix and the bias that include a layer norm's gain and bias."""
    return weight[:, None] * matrix, bias @ matrix


def _centred(vectors: np.ndarray) -> np.ndarray:
    return vectors - vectors.mean(axis=-1, keepdims=True)
