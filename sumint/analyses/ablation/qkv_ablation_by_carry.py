"""QKV ablation by carry: the rise in loss when queries, keys or values are ablated, with and without a carry.

From the write-up's section "Separating carries: Ablation" (cell 38). It treats the sums with a carry and those
without as two batches, and ablates with the mean of the batch. Sums without a carry then receive the mean of sums
without a carry, which keeps the information about the carry. The mean over the whole sample removes it. Both are
compared here, on the same two subsets of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import KINDS, loss_by_sum, loss_rises
from sumint.model.load import Model, as_array, tokens_for
from sumint.results.result import Result
from sumint.task.carries import SUBSETS, subset_masks
from sumint.task.sums import Sums

MEANS = ("own", "whole")
"""The mean used for ablation: over the subset itself, as in the write-up, or over the whole sample."""


@dataclass(frozen=True)
class QkvAblationByCarry(Result, mean=MEANS, subset=SUBSETS, kind=KINDS):
    """The rise of the mean cross-entropy over each subset, in nats; zero for an empty subset."""

    n_sums: Int[np.ndarray, " subset"]
    loss: Float[np.ndarray, " subset"]
    """The loss of the whole model."""
    loss_rise: Float[np.ndarray, "mean subset kind layer head"]

    def rises_without_a_carry(self, kind: str) -> Float[np.ndarray, " head"]:
        """The rise of the loss of sums without a carry when an input of each head of the last layer has its mean
        over the whole sample."""
        return self.loss_rise[MEANS.index("whole"), SUBSETS.index("without a carry"), KINDS.index(kind), -1]

    @property
    def loss_without(self) -> float:
        """The loss of the whole model on the sums without a carry."""
        return float(self.loss[SUBSETS.index("without a carry")])

    @property
    def carrying_share(self) -> float:
        """The share of the sample's sums that have a carry."""
        return float(self.n_sums[0] / self.n_sums.sum())


def qkv_ablation_by_carry(
    model: Model, sample: Sums, *, loss_rise_by_carry: Float[np.ndarray, "subset kind layer head"]
) -> QkvAblationByCarry:
    """Ablates every head's queries, keys and values with the mean of each subset, and measures the rise in loss.

    Args:
        loss_rise_by_carry: the rise with the means over the whole sample, which `qkv_ablation` measures.
    """
    unchanged = as_array(loss_by_sum(model, tokens_for(model, sample))).mean(axis=-1)
    masks = subset_masks(sample)
    loss = np.array([unchanged[mask].mean() if mask.any() else 0 for mask in masks], dtype=np.float32)
    own = np.zeros_like(loss_rise_by_carry)
    for subset, mask in enumerate(masks):
        if mask.any():
            rises = as_array(loss_rises(model, tokens_for(model, sample[mask]), KINDS))
            own[subset] = rises.mean(axis=(-2, -1))
    return QkvAblationByCarry(masks.sum(axis=1), loss, np.stack([own, loss_rise_by_carry]))
