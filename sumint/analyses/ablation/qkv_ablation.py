"""QKV ablation: the rise in loss when a head's queries, keys or values are replaced by their mean.

From the write-up's section "QKV ablations" (cells 19 and 20). If mean ablation of the queries costs nothing, the
model does not use how they depend on the sum. That dependence is also measured directly, as the share of variance
in their second moment, at the positions from the last digit of the second operand on, where both operands are
visible. The rise is given over all sums, and apart over those with and without a carry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from sumint.interventions.hooks import KINDS, loss_rises
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.carries import SUBSETS, subset_masks
from sumint.task.sums import Sums


@dataclass(frozen=True)
class QkvAblation(Result, subset=SUBSETS, kind=KINDS):
    """The rise of the mean cross-entropy, in nats, and the share of variance in the queries."""

    loss_rise: Float[np.ndarray, "kind layer head"]
    """The rise when the queries, the keys or the values are ablated."""
    loss_rise_by_carry: Float[np.ndarray, "subset kind layer head"]
    """The rise over the sums with and without a carry, with the same means; zero for an empty subset."""
    query_variance_share: Float[np.ndarray, "layer head"]
    """The share of the queries' second moment that is variance over the sample."""


def qkv_ablation(model: Model, sample: Sums) -> QkvAblation:
    """Ablates every head's queries, keys and values, and measures the rise in loss and the queries' variance."""
    tokens = tokens_for(model, sample)
    rises = loss_rises(model, tokens, KINDS)
    layout = layout_of(model)
    late_positions = slice(layout.second_operand.stop - 1, layout.predicting.stop)
    _, cache = model.run_with_cache(tokens)
    shares = []
    for layer in range(model.cfg.n_layers):
        queries = cache[f"blocks.{layer}.attn.hook_q"][:, late_positions]
        variance = (queries - queries.mean(0)).pow(2).mean(0).sum((0, 2))
        shares.append(as_array(variance / queries.pow(2).mean(0).sum((0, 2))))
    return QkvAblation(
        as_array(rises.mean((-2, -1))),
        np.stack([_mean_rise(as_array(rises), mask) for mask in subset_masks(sample)]),
        np.array(shares),
    )


def _mean_rise(
    rises: Float[np.ndarray, "kind layer head sum digit"], mask: Bool[np.ndarray, " sum"]
) -> Float[np.ndarray, "kind layer head"]:
    """The mean rise over some of the sums; zero if there are none."""
    some = rises[..., mask, :]
    return some.mean(axis=(-2, -1)) if mask.any() else np.zeros(rises.shape[:3], rises.dtype)
