"""Means of values, weighted by attention, after another key and value at one position.

A change of the residual stream at one position changes one key and one value of each head. The means then follow
from those before, by exchanging one term, in a fraction of the time of computing them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from einops import einsum
from jaxtyping import Bool, Float

from sumint.model.load import Tensor

SMALLEST_SHARE = 1e-6
"""No term is exchanged if that removes more than all but this share of the weights."""


@dataclass(frozen=True)
class AttentionMeans:
    """The outputs of attention heads for some queries, before W_O."""

    queries: Float[Tensor, "sum head query d_head"]
    keys: Float[Tensor, "sum head key d_head"]
    values: Float[Tensor, "sum head key d_head"]
    is_hidden: Bool[Tensor, "query key"] | None = None
    """The positions that the causal mask hides from each query; None if it hides none."""

    @property
    def z(self) -> Float[Tensor, "sum head query d_head"]:
        """The means."""
        _, _, total, weighted = self._terms
        return (weighted / total[..., None]).to(self.values.dtype)

    def after(
        self,
        position: int,
        key: Float[Tensor, "sum head 1 d_head"],
        value: Float[Tensor, "sum head 1 d_head"],
        first: int = 0,
    ) -> Float[Tensor, "sum head rest d_head"] | None:
        """The means from one query on, with another key and value at a position that these queries see.

        None if they would be inexact: what is left of a difference of nearly equal numbers is rounding, and large
        weights overflow.
        """
        largest, weights, total, weighted = (term[:, :, first:] for term in self._terms)
        weight = (_scores(self.queries[:, :, first:], key)[..., 0] - largest).exp()
        before = weights[..., position]
        new_total = total - before + weight
        if not bool(((new_total > SMALLEST_SHARE * total) & new_total.isfinite()).all()):
            return None
        replaced = self.values[:, :, position, None]
        exchanged = weighted - before[..., None] * replaced + weight[..., None] * value
        return (exchanged / new_total[..., None]).to(self.values.dtype)

    @cached_property
    def _terms(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The means in parts: the largest score of each query, the weights, and their two totals."""
        import torch

        scores = _scores(self.queries, self.keys)
        if self.is_hidden is not None:
            scores = scores.masked_fill(self.is_hidden, -torch.inf)
        largest = scores.amax(dim=-1)
        weights = (scores - largest[..., None]).exp()
        weighted = einsum(
            weights, self.values.double(), "sum head query key, sum head key d_head -> sum head query d_head"
        )
        return largest, weights, weights.sum(dim=-1), weighted


def _scores(
    queries: Float[Tensor, "sum head query d_head"], keys: Float[Tensor, "sum head key d_head"]
) -> Float[Tensor, "sum head query key"]:
    scores = einsum(queries, keys, "sum head query d_head, sum head key d_head -> sum head query key")
    return scores.double() / queries.shape[-1] ** 0.5
