"""Layer 1 at the position that predicts one answer digit, followed through changes of the residual stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from einops import rearrange
from jaxtyping import Bool, Float, Int

from sumint.model.layer_1_state import SMALLEST_SHARE
from sumint.model.load import Model, Tensor, as_array
from sumint.model.softmax import softmax
from sumint.task.sums import N_DIGIT_TOKENS


@dataclass(frozen=True)
class DigitState:
    """Layer 1 at the position that predicts one answer digit, which is the last of the positions here.

    A change of the residual stream at an earlier position changes one key and one value of each head. The heads'
    outputs are then computed from those before, by exchanging one term of each weighted mean, which takes a
    fraction of the time.
    """

    model: Model
    residual: tuple[Float[Tensor, "sum d_model"], ...]
    """The residual stream that layer 1 reads, by position."""
    queries: Float[Tensor, "sum head d_head"]
    keys: Float[Tensor, "sum head position d_head"]
    values: Float[Tensor, "sum head position d_head"]
    target: Int[Tensor, " sum"]
    """The digit that counts as right."""
    z: Float[Tensor, "sum head d_head"]
    """The outputs of layer 1's heads, before W_O."""

    @classmethod
    def of(
        cls, model: Model, residual: Float[Tensor, "sum position d_model"], target: Int[Tensor, " sum"]
    ) -> DigitState:
        """The state that follows from the residual stream."""
        normalized = model.blocks[1].ln1(residual)
        attention, n_heads = model.blocks[1].attn, model.cfg.n_heads
        keys, values = (
            rearrange(projected, "sum position (head d_head) -> sum head position d_head", head=n_heads)
            for projected in (attention.k(normalized), attention.v(normalized))
        )
        queries = rearrange(attention.q(normalized[:, -1]), "sum (head d_head) -> sum head d_head", head=n_heads)
        z = _attended(queries, keys, values)
        return cls(model, residual.unbind(dim=1), queries, keys, values, target, z)

    def with_inputs(self, **inputs: Tensor) -> DigitState:
        """The state with other queries, keys or values."""
        changed = replace(self, **inputs)
        return replace(changed, z=_attended(changed.queries, changed.keys, changed.values))

    def after(self, position: int, change: Float[Tensor, "sum d_model"]) -> DigitState:
        """The state after a change of the residual stream at one position."""
        import torch

        changed = (*self.residual[:position], self.residual[position] + change, *self.residual[position + 1 :])
        is_query = position == len(self.residual) - 1
        z = None if is_query else self._z_after(position, changed[position])
        if z is None:
            return DigitState.of(self.model, torch.stack(changed, dim=1), self.target)
        return _Unsettled(self.model, changed, self.queries, self.keys, self.values, self.target, z)

    @property
    def settled(self) -> DigitState:
        """The same state, from which others can be computed."""
        return self

    def _z_after(self, position: int, residual: Float[Tensor, "sum d_model"]) -> Tensor | None:
        """The outputs of layer 1's heads after a change at an earlier position; None if they would be inexact."""
        attention, n_heads = self.model.blocks[1].attn, self.model.cfg.n_heads
        normalized = self.model.blocks[1].ln1(residual[:, None])[:, 0]
        key, value = (
            rearrange(projected, "sum (head d_head) -> sum head d_head", head=n_heads)
            for projected in (attention.k(normalized), attention.v(normalized))
        )
        largest, weights, total, weighted = self._terms
        score = (self.queries * key).sum(dim=-1).double() / self.model.cfg.d_head**0.5
        weight, before = (score - largest).exp(), weights[:, :, position]
        new_total = total - before + weight
        # What is left of a difference of nearly equal numbers is rounding, and large weights overflow.
        if not bool(((new_total > SMALLEST_SHARE * total) & new_total.isfinite()).all()):
            return None
        exchanged = weighted - before[..., None] * self.values[:, :, position] + weight[..., None] * value
        return (exchanged / new_total[..., None]).to(self.z.dtype)

    @cached_property
    def _terms(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The weighted means of the values in parts: the largest score, the weights, and their two totals."""
        scores = (self.queries[:, :, None] * self.keys).sum(dim=-1).double() / self.model.cfg.d_head**0.5
        largest = scores.amax(dim=-1)
        weights = (scores - largest[..., None]).exp()
        return largest, weights, weights.sum(dim=-1), (weights[..., None] * self.values).sum(dim=2)

    @cached_property
    def logits(self) -> Float[Tensor, "sum token"]:
        """The logits of the digit."""
        return self.logits_of(self.z)

    def logits_of(self, z: Float[Tensor, "sum head d_head"]) -> Float[Tensor, "sum token"]:
        """The logits of the digit with these outputs of layer 1's heads."""
        output = self.model.blocks[1].attn.o(rearrange(z, "sum head d_head -> sum (head d_head)"))
        return self.model.unembed(self.model.ln_final(self.residual[-1] + output))

    @cached_property
    def predictions(self) -> Int[np.ndarray, " sum"]:
        """The predicted token of each sum."""
        return as_array(self.logits.argmax(dim=-1))

    @property
    def is_right(self) -> Bool[np.ndarray, " sum"]:
        """Whether the digit is predicted as it should be."""
        return self.predictions == as_array(self.target)

    @cached_property
    def loss(self) -> float:
        """The mean cross-entropy of the digit, in nats."""
        import torch

        return float(torch.nn.functional.cross_entropy(self.logits, self.target))

    @property
    def logit_difference(self) -> float:
        """The mean over sums of the right digit's logit minus the mean of the other nine."""
        return logit_difference(as_array(self.logits), as_array(self.target))


@dataclass(frozen=True)
class _Unsettled(DigitState):
    """A state whose keys and values are still those before the last change."""

    @property
    def settled(self) -> DigitState:
        import torch

        return DigitState.of(self.model, torch.stack(self.residual, dim=1), self.target)

    def after(self, position: int, change: Float[Tensor, "sum d_model"]) -> DigitState:
        return self.settled.after(position, change)

    def with_inputs(self, **inputs: Tensor) -> DigitState:
        return self.settled.with_inputs(**inputs)


def logit_difference(logits: Float[np.ndarray, "sum token"], target: Int[np.ndarray, " sum"]) -> float:
    """The mean over sums of the right digit's logit minus the mean of the other nine digits'."""
    digits = logits[:, :N_DIGIT_TOKENS].astype(np.float64)
    right = np.take_along_axis(digits, target[:, None], axis=1)[:, 0]
    return float((right - (digits.sum(axis=1) - right) / (N_DIGIT_TOKENS - 1)).mean())


def _attended(
    queries: Float[Tensor, "sum head d_head"],
    keys: Float[Tensor, "sum head position d_head"],
    values: Float[Tensor, "sum head position d_head"],
) -> Float[Tensor, "sum head d_head"]:
    """The mean of the values, weighted by attention."""
    scores = (queries[:, :, None] * keys).sum(dim=-1) / queries.shape[-1] ** 0.5
    return (softmax(scores)[..., None] * values).sum(dim=2)
