"""What of a head matters where a sum carries, and where it does not: queries, keys and values, by carry.

From the write-up's section "Separating carries: Ablation" (cell 38). It takes the sums with a carry and those
without as two batches and replaces by the mean of the batch. Sums without a carry then get the mean of sums
without a carry: what a part says of the carry stays as it was, and cannot be missed. By the mean over the whole
sample, carries and all, it is taken away. Both are measured here, on the same two subsets of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import KINDS, loss_by_sum, loss_rises
from sumint.model.load import Model, as_array, tokens_for
from sumint.task.carries import carrying
from sumint.task.sums import Sums

SUBSETS = ("with a carry", "without a carry")
MEANS = ("own", "whole")
"""Whose mean takes a part's place: that of the subset itself, as in the write-up, or that of the whole sample."""


@dataclass(frozen=True)
class QkvAblationByCarry:
    """Rises of the mean cross-entropy in nats, over each subset; zeros for a subset without sums."""

    n_sums: Int[np.ndarray, " subset"]
    loss: Float[np.ndarray, " subset"]
    """Of the whole model."""
    loss_rise: Float[np.ndarray, "mean subset kind layer head"]

    @property
    def loss_without(self) -> float:
        """The whole model's loss on the sums without a carry."""
        return float(self.loss[SUBSETS.index("without a carry")])

    @property
    def carrying_share(self) -> float:
        """The share of the sample's sums that carry."""
        return float(self.n_sums[0] / self.n_sums.sum())


def qkv_ablation_by_carry(model: Model, sample: Sums) -> QkvAblationByCarry:
    """The rise in loss for every head's queries, keys and values, by subset, and by whose mean replaces them."""
    whole = as_array(loss_rises(model, tokens_for(model, sample), KINDS))
    unchanged = as_array(loss_by_sum(model, tokens_for(model, sample))).mean(axis=-1)
    masks = (carrying(sample), ~carrying(sample))
    loss = np.array([unchanged[mask].mean() if mask.any() else 0 for mask in masks], dtype=np.float32)
    rises = np.zeros((len(MEANS), len(SUBSETS), len(KINDS), model.cfg.n_layers, model.cfg.n_heads), np.float32)
    for subset, mask in enumerate(masks):
        if mask.any():
            own = as_array(loss_rises(model, tokens_for(model, sample[mask]), KINDS))
            rises[MEANS.index("own"), subset] = own.mean(axis=(-2, -1))
            rises[MEANS.index("whole"), subset] = whole[..., mask, :].mean(axis=(-2, -1))
    return QkvAblationByCarry(np.array([mask.sum() for mask in masks]), loss, rises)
