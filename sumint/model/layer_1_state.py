"""Layer 1 at the positions that predict the answer, and what it predicts after a change at one position."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from einops import rearrange
from jaxtyping import Float, Int

from sumint.model.attention_means import AttentionMeans
from sumint.model.load import Model, Tensor, as_array
from sumint.model.partial_pass import ALL, NONE, normalize, projections


@dataclass(frozen=True)
class Layer1State:
    """Layer 1's attention on a residual stream."""

    model: Model
    predicting: slice
    """The positions that predict the answer."""
    residual: Float[Tensor, "sum position d_model"]
    """The residual stream that layer 1 reads."""
    means: AttentionMeans

    @classmethod
    def of(cls, model: Model, residual: Float[Tensor, "sum position d_model"], predicting: slice) -> Layer1State:
        """The state that follows from the residual stream."""
        import torch

        residual = residual[:, : predicting.stop]
        queries, keys, values = projections(model, residual, predicting)
        positions = torch.arange(residual.shape[1], device=residual.device)
        is_later = positions > positions[predicting, None]
        # Contiguous, since each change of a key would copy the queries again.
        means = AttentionMeans(queries.contiguous(), keys.contiguous(), values.contiguous(), is_later)
        return cls(model, predicting, residual, means)

    def after(self, position: int, change: Float[Tensor, "sum d_model"]) -> Layer1State:
        """The state after a change of the residual stream at one position."""
        residual = self.residual.clone()
        residual[:, position] += change
        return Layer1State.of(self.model, residual, self.predicting)

    @cached_property
    def logits(self) -> Float[Tensor, "sum digit token"]:
        """The logits of each digit."""
        return self._logits_of(self.residual[:, self.predicting], self.means.z)

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
        import torch

        changed = self.residual[:, position] + change
        is_predicting = position >= self.predicting.start
        queries_at = ALL if is_predicting else NONE
        query, key, value = projections(self.model, changed[:, None], queries_at)
        # Digits that are predicted before this position do not see it.
        first = max(0, position - self.predicting.start)
        z = self.means.after(position, key, value, first)
        if z is None:
            return self.after(position, change).logits
        residual = self.residual[:, self.predicting][:, first:]
        if is_predicting:
            # The first of these digits is predicted here, so its query changes, too.
            keys, values = (
                torch.cat([before[:, :, :position], last], dim=2)
                for before, last in ((self.means.keys, key), (self.means.values, value))
            )
            z[:, :, :1] = AttentionMeans(query, keys, values).z
            residual = residual.clone()
            residual[:, 0] = changed
        logits = self.logits.clone()
        logits[:, first:] = self._logits_of(residual, z)
        return logits

    def _logits_of(
        self, residual: Float[Tensor, "sum digit d_model"], z: Float[Tensor, "sum head digit d_head"]
    ) -> Float[Tensor, "sum digit token"]:
        output = self.model.blocks[1].attn.o(rearrange(z, "sum head digit d_head -> sum digit (head d_head)"))
        return self.model.unembed(normalize(self.model, residual + output))
