"""QK circuits of layer 0: the attention scores of positions and of tokens, from the mean query.

From the write-up's section "L0 QK circuit" (cells 22 and 23). If queries hardly depend on the sum, their mean over
the sample represents all of them, and a score is the sum of the contributions of the key's position and its token.

Both cells are reproduced as published, beside corrected versions. Cell 22 drops the last column of its whole
matrix, not of its positions, so every token's scores appear under the name of the next token; and it sets the
scores of masked keys to zero, which is a valid score. Cell 23 uses the mean of embedding and position where the
residual stream contains their sum, omits the mean contribution of digits, and divides all positions by a single
mean scale of the layer norm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import einsum
from jaxtyping import Bool, Float

from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS, Layout, Sums

MASKED = float("nan")
"""The score of a key that causal masking excludes."""

ON_ONE_COLUMN = 0.75
"""A query attends to a column if the column's two digits receive at least this much of its attention."""


@dataclass(frozen=True)
class AttendedColumn:
    """A column to which a head attends from one position, and what positions and digits add to its scores."""

    head: int
    query: int
    column: int
    between_positions: float
    """The difference between the scores of the column's two positions."""
    margin: float
    """The lower of these two scores minus the highest score of any other position."""
    digit_range: float
    """The range of the scores that the ten digits add."""


@dataclass(frozen=True)
class QkCircuits(Result, head="H0.{}"):
    """Attention scores and patterns of layer 0, for all queries except the last, which predicts nothing."""

    published_scores: Float[np.ndarray, "head query published_column"]
    """Cell 22: the columns include the last position, and lack the token =."""
    position_scores: Float[np.ndarray, "head query key"]
    """The contribution of a key's position; NaN if the key is masked."""
    token_scores: Float[np.ndarray, "head query token"]
    """The contribution of a key's token."""
    published_positional: Float[np.ndarray, "head query key"]
    """Cell 23: the attention from positions and signs alone."""
    corrected_positional: Float[np.ndarray, "head query key"]
    """The attention of the mean query to the mean keys."""
    measured: Float[np.ndarray, "head query key"]
    """The mean attention over the sample."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def published_distance(self) -> Float[np.ndarray, "head query"]:
        """The total variation distance between cell 23's attention and the measured attention."""
        return _total_variation(self.published_positional, self.measured)

    @property
    def corrected_distance(self) -> Float[np.ndarray, "head query"]:
        """The total variation distance between the corrected and the measured attention."""
        return _total_variation(self.corrected_positional, self.measured)

    @property
    def uniform_distance(self) -> Float[np.ndarray, "head query"]:
        """The total variation distance between uniform attention to all visible keys and the measured."""
        is_visible = np.tri(self.measured.shape[-1])
        uniform = is_visible / is_visible.sum(axis=-1, keepdims=True)
        return _total_variation(np.broadcast_to(uniform, self.measured.shape), self.measured)

    @property
    def late_queries(self) -> slice:
        """The queries that can attend to all operand digits: those from the second operand's last digit on."""
        return slice(self.layout.second_operand.stop - 1, None)

    @property
    def attended_columns(self) -> tuple[AttendedColumn, ...]:
        """The column, head and query of every late query that attends to one column."""
        layout = self.layout
        column_attention = self.measured[..., layout.first_operand] + self.measured[..., layout.second_operand]
        attended = []
        for head, query, column in np.argwhere(column_attention >= ON_ONE_COLUMN).tolist():
            if query < self.late_queries.start:
                continue
            both = [
                range(layout.n_ctx)[operand][column] for operand in (layout.first_operand, layout.second_operand)
            ]
            scores = self.position_scores[head, query, : query + 1].astype(np.float64)
            attended.append(
                AttendedColumn(
                    *(head, query, column),
                    between_positions=float(abs(scores[both[0]] - scores[both[1]])),
                    margin=float(scores[both].min() - np.delete(scores, both).max()),
                    digit_range=float(self.digit_range[head, query - self.late_queries.start]),
                )
            )
        return tuple(attended)

    @property
    def digit_range(self) -> Float[np.ndarray, "head late_query"]:
        """The range of the scores that the ten digits add, for the late queries."""
        return np.ptp(self.token_scores[:, self.late_queries, :N_DIGIT_TOKENS], axis=-1)

    @property
    def extremeness_correlation(self) -> Float[np.ndarray, "head late_query"]:
        """The correlation of a digit's score with its distance from 4.5, for the late queries."""
        scores = self.token_scores[:, self.late_queries, :N_DIGIT_TOKENS].astype(np.float64)
        distance = np.abs(np.arange(N_DIGIT_TOKENS) - (N_DIGIT_TOKENS - 1) / 2)
        return _correlation(scores, distance)


def qk_circuits(model: Model, sample: Sums) -> QkCircuits:
    """Computes the QK circuit of every layer-0 head from its mean query over the sample."""
    attention = "blocks.0.attn"
    layout = layout_of(model)
    tokens = tokens_for(model, sample)
    names = [*(f"{attention}.hook_{kind}" for kind in ("q", "k", "pattern")), "blocks.0.ln1.hook_scale"]
    _, cache = model.run_with_cache(tokens, names_filter=names)
    queries, keys = (cache[f"{attention}.hook_{kind}"].mean(0) for kind in ("q", "k"))
    scale = cache["blocks.0.ln1.hook_scale"].mean(0)  # [position, 1]
    is_masked = np.triu(np.ones((layout.n_ctx, layout.n_ctx), dtype=bool), k=1)

    def scores(vectors: Tensor) -> Float[np.ndarray, "head query vector"]:
        """The attention scores of vectors of the residual stream after the layer norm, from the mean queries."""
        products = einsum(
            queries,
            model.W_K[0],
            vectors,
            "query head d_head, head d_model d_head, vector d_model -> head query vector",
        )
        return as_array(products) / model.cfg.d_head**0.5

    all_scores = np.concatenate([scores(model.W_pos / scale.mean()), scores(model.W_E / scale.mean())], axis=-1)
    published = np.where(np.pad(is_masked, ((0, 0), (0, len(model.W_E)))), 0, all_scores)
    between_means = as_array(einsum(queries, keys, "query head d_head, key head d_head -> head query key"))
    return QkCircuits(
        published_scores=published[:, :-1, :-1],
        position_scores=np.where(is_masked, MASKED, scores(model.W_pos / scale))[:, :-1, :-1],
        token_scores=scores(model.W_E / _scale_of_tokens(scale, layout))[:, :-1],
        published_positional=_softmax(scores(_published_positions(model, layout) / scale.mean()), is_masked),
        corrected_positional=_softmax(between_means / model.cfg.d_head**0.5, is_masked),
        measured=as_array(cache[f"{attention}.hook_pattern"].mean(0))[:, :-1, :-1],
        n_digits=layout.n_digits,
    )


def _published_positions(model: Model, layout: Layout) -> Float[Tensor, "position d_model"]:
    """The keys of cell 23: the mean of position and embedding at the two signs, the position alone elsewhere."""
    vectors = model.W_pos.clone()
    for position, token in ((layout.plus, PLUS), (layout.equals, EQUALS)):
        vectors[position] = 0.5 * (model.W_pos[position] + model.W_E[token])
    return vectors


def _scale_of_tokens(scale: Float[Tensor, "position one"], layout: Layout) -> Float[Tensor, "token one"]:
    """The mean scale of the layer norm over the positions at which each token occurs."""
    import torch

    signs = (layout.plus, layout.equals)
    digits = [position for position in range(layout.n_ctx) if position not in signs]
    return torch.cat([scale[digits].mean(0).expand(N_DIGIT_TOKENS, 1), scale[list(signs)]])


def _softmax(
    scores: Float[np.ndarray, "head query key"], is_masked: Bool[np.ndarray, "query key"]
) -> Float[np.ndarray, "head used_query used_key"]:
    """The attention that results from scores, without the last query and its key."""
    scores = np.where(is_masked, -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True))[:, :-1, :-1]


def _total_variation(
    one: Float[np.ndarray, "head query key"], other: Float[np.ndarray, "head query key"]
) -> Float[np.ndarray, "head query"]:
    return np.abs(one - other).sum(axis=-1) / 2


def _correlation(rows: Float[np.ndarray, "*row value"], values: Float[np.ndarray, " value"]) -> np.ndarray:
    """Pearson's correlation of every row with the same values; 0 for a constant row."""
    rows, values = rows - rows.mean(axis=-1, keepdims=True), values - values.mean()
    norms = np.linalg.norm(rows, axis=-1) * np.linalg.norm(values)
    return np.divide(rows @ values, norms, out=np.zeros(norms.shape), where=norms > 0)
