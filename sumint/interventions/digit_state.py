"""Layer 1 at the position that predicts one answer digit, followed through changes of the residual stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from einops import rearrange
from jaxtyping import Bool, Float, Int

from sumint.model.attention_means import AttentionMeans
from sumint.model.load import Model, Tensor, as_array
from sumint.model.partial_pass import NONE, normalize, projections
from sumint.task.sums import N_DIGIT_TOKENS


@dataclass(frozen=True)
class DigitState:
    """Layer 1 at the position that predicts one answer digit, which is the last of the positions here."""

    model: Model
    residual: tuple[Float[Tensor, "sum d_model"], ...]
    """The residual stream that layer 1 reads, by position."""
    means: AttentionMeans
    """The attention of layer 1's heads, for this one query."""
    target: Int[Tensor, " sum"]
    """The digit that counts as right."""
    z: Float[Tensor, "sum head d_head"]
    """The outputs of layer 1's heads, before W_O."""

    @classmethod
    def of(
        cls, model: Model, residual: Float[Tensor, "sum position d_model"], target: Int[Tensor, " sum"]
    ) -> DigitState:
        """The state that follows from the residual stream."""
        queries, keys, values = projections(model, residual, slice(-1, None))
        means = AttentionMeans(queries.contiguous(), keys, values)
        return cls(model, residual.unbind(dim=1), means, target, means.z[:, :, 0])

    def with_inputs(self, **inputs: Tensor) -> DigitState:
        """The state with other queries, keys or values."""
        means = replace(self.means, **inputs)
        return replace(self, means=means, z=means.z[:, :, 0])

    def after(self, position: int, change: Float[Tensor, "sum d_model"]) -> DigitState:
        """The state after a change of the residual stream at one position."""
        import torch

        changed = (*self.residual[:position], self.residual[position] + change, *self.residual[position + 1 :])
        z = None
        if position < len(self.residual) - 1:  # at the last position the query changes, too
            _, key, value = projections(self.model, changed[position][:, None], NONE)
            z = self.means.after(position, key, value)
        if z is None:
            return DigitState.of(self.model, torch.stack(changed, dim=1), self.target)
        return _Unsettled(self.model, changed, self.means, self.target, z[:, :, 0])

    @property
    def settled(self) -> DigitState:
        """The same state, from which others can be computed."""
        return self

    @cached_property
    def logits(self) -> Float[Tensor, "sum token"]:
        """The logits of the digit."""
        return self.logits_of(self.z)

    def logits_of(self, z: Float[Tensor, "sum head d_head"]) -> Float[Tensor, "sum token"]:
        """The logits of the digit with these outputs of layer 1's heads."""
        output = self.model.blocks[1].attn.o(rearrange(z, "sum head d_head -> sum (head d_head)"))
        return self.model.unembed(normalize(self.model, self.residual[-1] + output))

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


def share_all_right(states: Sequence[DigitState]) -> float:
    """The share of sums of which every digit is right."""
    return float(np.all([state.is_right for state in states], axis=0).mean())


def logit_difference(logits: Float[np.ndarray, "sum token"], target: Int[np.ndarray, " sum"]) -> float:
    """The mean over sums of the right digit's logit minus the mean of the other nine digits'."""
    digits = logits[:, :N_DIGIT_TOKENS].astype(np.float64)
    right = np.take_along_axis(digits, target[:, None], axis=1)[:, 0]
    return float((right - (digits.sum(axis=1) - right) / (N_DIGIT_TOKENS - 1)).mean())
