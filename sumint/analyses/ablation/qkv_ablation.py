"""What of a head matters: the rise in loss when its queries, its keys or its values are replaced by their mean.

From the write-up's section "QKV ablations" (cells 19 and 20). Queries that can be replaced by their mean at no
cost do not depend on the sum. That is measured directly as well: how much of their second moment is variance,
at the positions from the last digit of the second operand on, where the model has something to ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.hooks import KINDS, loss_rises
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.task.sums import Sums


@dataclass(frozen=True)
class QkvAblation:
    """Rises of the mean cross-entropy in nats, and how far queries vary from sum to sum."""

    loss_rise: Float[np.ndarray, "kind layer head"]
    """By what is replaced: queries, keys, values."""
    query_variance_share: Float[np.ndarray, "layer head"]
    """The share of the queries' second moment that is variance over the sample, not their mean."""


def qkv_ablation(model: Model, sample: Sums) -> QkvAblation:
    """The rise in loss for every head's queries, keys and values, each replaced by its mean over the sample."""
    tokens = tokens_for(model, sample)
    rises = as_array(loss_rises(model, tokens, KINDS).mean((-2, -1)))
    layout = layout_of(model)
    asking = slice(layout.second_operand.stop - 1, layout.predicting.stop)
    _, cache = model.run_with_cache(tokens)
    shares = []
    for layer in range(model.cfg.n_layers):
        queries = cache[f"blocks.{layer}.attn.hook_q"][:, asking]
        variance = (queries - queries.mean(0)).pow(2).mean(0).sum((0, 2))
        shares.append(as_array(variance / queries.pow(2).mean(0).sum((0, 2))))
    return QkvAblation(rises, np.array(shares))
