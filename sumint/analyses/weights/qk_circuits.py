"""What the first layer's heads look for: scores of positions and of tokens, from the mean query.

From the write-up's section "L0 QK circuit" (cells 22 and 23). Where queries hardly depend on the sum, their mean
over the sample stands for all of them, and a score splits into what the key's position and its token add.

Both cells are kept as published, beside what they were meant to show. Cell 22 cuts off the last column of its
matrix, not position by position, so that every token's scores stand under the name of the next token; and it
sets the scores of the keys that a query cannot see to zero, a score like any other. Cell 23 puts the mean of
embedding and position where the residual stream holds their sum, leaves out what digits add on average, and
divides all positions by one mean scale of the layer norm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import einsum
from jaxtyping import Bool, Float

from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS, Layout, Sums

HIDDEN = float("nan")
"""Stands for a score that causal masking hides."""

ON_ONE_COLUMN = 0.75
"""A query that gives the two digits of a column at least this much attention is said to look at the column."""


@dataclass(frozen=True)
class ColumnLook:
    """A head that looks at one column from one position, and what its scores owe to positions and to digits."""

    head: int
    query: int
    column: int
    between_positions: float
    """By how much the scores of the column's two positions differ."""
    margin: float
    """By how much the lower of them is above the score of every other position."""
    digit_range: float
    """From the least to the greatest score that a digit adds."""


@dataclass(frozen=True)
class QkCircuits:
    """Attention scores and patterns of the first layer, for all queries but the last, which asks in vain."""

    published_scores: Float[np.ndarray, "head query published_column"]
    """Cell 22: all positions but that the last is among them, and all tokens but =, which is cut off."""
    position_scores: Float[np.ndarray, "head query key"]
    """What a key's position adds; not a number where a query cannot see the key."""
    token_scores: Float[np.ndarray, "head query token"]
    """What a key's token adds."""
    published_positional: Float[np.ndarray, "head query key"]
    """Cell 23: attention as positions and signs alone would have it."""
    corrected_positional: Float[np.ndarray, "head query key"]
    """Attention of the mean query to the mean keys."""
    measured: Float[np.ndarray, "head query key"]
    """The mean attention over the sample."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def published_distance(self) -> Float[np.ndarray, "head query"]:
        """Total variation distance of cell 23's attention from the measured."""
        return _total_variation(self.published_positional, self.measured)

    @property
    def corrected_distance(self) -> Float[np.ndarray, "head query"]:
        """Total variation distance of the corrected attention from the measured."""
        return _total_variation(self.corrected_positional, self.measured)

    @property
    def asking(self) -> slice:
        """The queries that see all digits of the operands: from the second operand's last digit on."""
        return slice(self.layout.second_operand.stop - 1, None)

    @property
    def column_looks(self) -> tuple[ColumnLook, ...]:
        """Every head and query that look at one column, among the queries that see both operands."""
        layout = self.layout
        of_column = self.measured[..., layout.first_operand] + self.measured[..., layout.second_operand]
        found = []
        for head, query, column in np.argwhere(of_column >= ON_ONE_COLUMN).tolist():
            if query < self.asking.start:
                continue
            both = [
                range(layout.n_ctx)[operand][column] for operand in (layout.first_operand, layout.second_operand)
            ]
            scores = self.position_scores[head, query, : query + 1].astype(np.float64)
            found.append(
                ColumnLook(
                    *(head, query, column),
                    between_positions=float(abs(scores[both[0]] - scores[both[1]])),
                    margin=float(scores[both].min() - np.delete(scores, both).max()),
                    digit_range=float(self.digit_range[head, query - self.asking.start]),
                )
            )
        return tuple(found)

    @property
    def digit_range(self) -> Float[np.ndarray, "head asking"]:
        """From the least to the greatest score that a digit adds, for the queries that see both operands."""
        return np.ptp(self.token_scores[:, self.asking, :N_DIGIT_TOKENS], axis=-1)

    @property
    def lean_to_extremes(self) -> Float[np.ndarray, "head asking"]:
        """Correlation of a digit's score with its distance from the middle of 0 to 9."""
        scores = self.token_scores[:, self.asking, :N_DIGIT_TOKENS].astype(np.float64)
        distance = np.abs(np.arange(N_DIGIT_TOKENS) - (N_DIGIT_TOKENS - 1) / 2)
        return _correlation(scores, distance)


def qk_circuits(model: Model, sample: Sums) -> QkCircuits:
    """The QK circuits of every head of the first layer, from its mean query over the sample."""
    attention = "blocks.0.attn"
    layout = layout_of(model)
    tokens = tokens_for(model, sample)
    hooks = [*(f"{attention}.hook_{kind}" for kind in ("q", "k", "pattern")), "blocks.0.ln1.hook_scale"]
    _, cache = model.run_with_cache(tokens, names_filter=hooks)
    queries, keys = (cache[f"{attention}.hook_{kind}"].mean(0) for kind in ("q", "k"))
    scale = cache["blocks.0.ln1.hook_scale"].mean(0)  # [position, 1]
    is_hidden = np.triu(np.ones((layout.n_ctx, layout.n_ctx), dtype=bool), k=1)

    def scores(written: Tensor) -> Float[np.ndarray, "head query written"]:
        """Of the mean queries, for vectors of the residual stream after the layer norm."""
        circuit = einsum(
            queries,
            model.W_K[0],
            written,
            "query head d_head, head d_model d_head, written d_model -> head query written",
        )
        return as_array(circuit) / model.cfg.d_head**0.5

    everything = np.concatenate([scores(model.W_pos / scale.mean()), scores(model.W_E / scale.mean())], axis=-1)
    published = np.where(np.pad(is_hidden, ((0, 0), (0, len(model.W_E)))), 0, everything)
    between_means = as_array(einsum(queries, keys, "query head d_head, key head d_head -> head query key"))
    return QkCircuits(
        published_scores=published[:, :-1, :-1],
        position_scores=np.where(is_hidden, HIDDEN, scores(model.W_pos / scale))[:, :-1, :-1],
        token_scores=scores(model.W_E / _scale_of_tokens(scale, layout))[:, :-1],
        published_positional=_softmax(scores(_published_positions(model, layout) / scale.mean()), is_hidden),
        corrected_positional=_softmax(between_means / model.cfg.d_head**0.5, is_hidden),
        measured=as_array(cache[f"{attention}.hook_pattern"].mean(0))[:, :-1, :-1],
        n_digits=layout.n_digits,
    )


def _published_positions(model: Model, layout: Layout) -> Float[Tensor, "position d_model"]:
    """Cell 23's keys: at the two signs the mean of position and embedding, elsewhere the position alone."""
    written = model.W_pos.clone()
    for position, token in ((layout.plus, PLUS), (layout.equals, EQUALS)):
        written[position] = 0.5 * (model.W_pos[position] + model.W_E[token])
    return written


def _scale_of_tokens(scale: Float[Tensor, "position one"], layout: Layout) -> Float[Tensor, "token one"]:
    """The layer norm's mean scale at the positions where a token stands."""
    import torch

    signs = (layout.plus, layout.equals)
    digits = [position for position in range(layout.n_ctx) if position not in signs]
    return torch.cat([scale[digits].mean(0).expand(N_DIGIT_TOKENS, 1), scale[list(signs)]])


def _softmax(
    scores: Float[np.ndarray, "head query key"], is_hidden: Bool[np.ndarray, "query key"]
) -> Float[np.ndarray, "head asking seen"]:
    """Attention from scores, without the last query and its key."""
    seen = np.where(is_hidden, -np.inf, scores)
    weights = np.exp(seen - seen.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True))[:, :-1, :-1]


def _total_variation(
    one: Float[np.ndarray, "head query key"], other: Float[np.ndarray, "head query key"]
) -> Float[np.ndarray, "head query"]:
    return np.abs(one - other).sum(axis=-1) / 2


def _correlation(rows: Float[np.ndarray, "*row value"], values: Float[np.ndarray, " value"]) -> np.ndarray:
    """Pearson's, of every row with the same values; 0 for a row that is constant."""
    rows, values = rows - rows.mean(axis=-1, keepdims=True), values - values.mean()
    norms = np.linalg.norm(rows, axis=-1) * np.linalg.norm(values)
    return np.divide(rows @ values, norms, out=np.zeros(norms.shape), where=norms > 0)
