"""Layer 1 at the positions that predict the answer, and what it predicts after a change at one position.

A change of the residual stream at one position changes one key and one value of each head. The heads' outputs then
follow from those before, by exchanging one term of each weighted mean, in a fraction of the time of a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, as_array
from sumint.model.softmax import softmax

SMALLEST_SHARE = 1e-6
"""Weighted means are computed anew if a change removes more than all but this share of their weights."""


@dataclass(frozen=True)
class Layer1State:
    """Layer 1's queries, keys and values on a residual stream."""

    model: Model
    predicting: slice
    """The positions that predict the answer."""
    residual: Float[Tensor, "sum position d_model"]
    """The residual stream that layer 1 reads."""
    queries: Float[Tensor, "sum head digit d_head"]
    keys: Float[Tensor, "sum head position d_head"]
    values: Float[Tensor, "sum head position d_head"]

    @classmethod
    def of(cls, model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice) -> Layer1State:
        """The state that follows from the residual stream."""
        residual = residual[:, : predicting.stop]
        queries, keys, values = _projections(model, residual)
        return cls(model, predicting, residual, queries[:, :, predicting], keys, values)

    def after(self, position: int, change: Float[Tensor, "sum d_model"]) -> Layer1State:
        """The state after a change of the residual stream at one position."""
        residual = self.residual.clone()
        residual[:, position] += change
        return Layer1State.of(self.model, residual, self.predicting)

    @cached_property
    def logits(self) -> Float[Tensor, "sum digit token"]:
        """The logits of each digit."""
        _, _, total, weighted = self._terms
        return self._logits_of(self.residual[:, self.predicting], weighted / total[..., None])

    @property
    def predictions(self) -> Int[np.ndarray, "sum digit"]:
        """The token that is predicted for each digit."""
        return as_array(self.logits.argmax(-1))

    def predictions_after(
        self, position: int, change: Float[Tensor, "sum d_model"]
    ) -> Int[np.ndarray, "sum digit"]:
        """The predictions after a change of the residual stream at one position."""
        return as_array(self.logits_after(position, change).argmax(-1))

    def logits_after(
        self, position: int, change: Float[Tensor, "sum d_model"]
    ) -> Float[Tensor, "sum digit token"]:
        """The logits after a change of the residual stream at one position."""
        changed = self.residual[:, position] + change
        query, key, value = _projections(self.model, changed[:, None])
        # Digits that are predicted before this position do not see it.
        first = max(0, position - self.predicting.start)
        z = self._z_after(position, first, key, value)
        if z is None:
            return self.after(position, change).logits
        residual = self.residual[:, self.predicting][:, first:]
        if position >= self.predicting.start:
            # The first of these digits is predicted here, so its query changes, too.
            z[:, :, :1] = self._z_of(query, position, key, value)
            residual = residual.clone()
            residual[:, 0] = changed
        logits = self.logits.clone()
        logits[:, first:] = self._logits_of(residual, z)
        return logits

    def _z_after(
        self,
        position: int,
        first: int,
        key: Float[Tensor, "sum head 1 d_head"],
        value: Float[Tensor, "sum head 1 d_head"],
    ) -> Float[Tensor, "sum head digit d_head"] | None:
        """The heads' outputs from one digit on with another key and value; None if they would be inexact."""
        largest, weights, total, weighted = (term[:, :, first:] for term in self._terms)
        weight = (_scores(self.queries[:, :, first:], key)[..., 0] - largest).exp()
        before = weights[..., position]
        new_total = total - before + weight
        # What is left of a difference of nearly equal numbers is rounding, and large weights overflow.
        if not bool(((new_total > SMALLEST_SHARE * total) & new_total.isfinite()).all()):
            return None
        replaced = self.values[:, :, position, None]
        return (weighted - before[..., None] * replaced + weight[..., None] * value) / new_total[..., None]

    def _z_of(
        self,
        query: Float[Tensor, "sum head 1 d_head"],
        position: int,
        key: Float[Tensor, "sum head 1 d_head"],
        value: Float[Tensor, "sum head 1 d_head"],
    ) -> Float[Tensor, "sum head 1 d_head"]:
        """The heads' outputs at a position with another query, key and value there."""
        import torch

        keys, values = (
            torch.cat([before[:, :, :position], last], dim=2)
            for before, last in ((self.keys, key), (self.values, value))
        )
        return softmax(_scores(query, keys)) @ values.double()

    @cached_property
    def _terms(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The weighted means of the values in parts: the largest score, the weights, and their two totals."""
        import torch

        positions = torch.arange(self.residual.shape[1], device=self.residual.device)
        is_later = positions > positions[self.predicting, None]
        scores = _scores(self.queries, self.keys).masked_fill(is_later, -torch.inf)
        largest = scores.amax(dim=-1)
        weights = (scores - largest[..., None]).exp()
        weighted = einsum(
            weights, self.values.double(), "sum head digit key, sum head key d_head -> sum head digit d_head"
        )
        return largest, weights, weights.sum(dim=-1), weighted

    def _logits_of(
        self, residual: Float[Tensor, "sum digit d_model"], z: Float[Tensor, "sum head digit d_head"]
    ) -> Float[Tensor, "sum digit token"]:
        z = rearrange(z.to(residual.dtype), "sum head digit d_head -> sum digit (head d_head)")
        return self.model.unembed(self.model.ln_final(residual + self.model.blocks[1].attn.o(z)))


def _scores(
    queries: Float[Tensor, "sum head digit d_head"], keys: Float[Tensor, "sum head key d_head"]
) -> Float[Tensor, "sum head digit key"]:
    scores = einsum(queries, keys, "sum head digit d_head, sum head key d_head -> sum head digit key")
    return scores.double() / queries.shape[-1] ** 0.5


def _projections(
    model: Model, residual: Float[Tensor, "sum position d_model"]
) -> list[Float[Tensor, "sum head position d_head"]]:
    """Layer 1's queries, keys and values at some positions."""
    attention, n_heads = model.blocks[1].attn, model.cfg.n_heads
    normalized = model.blocks[1].ln1(residual)
    return [
        rearrange(project(normalized), "sum position (head d_head) -> sum head position d_head", head=n_heads)
        for project in (attention.q, attention.k, attention.v)
    ]
