"""Four kinds of ablation, compared: how much each head is missed depends on what its output is replaced by.

Head ablation replaces a head's output at all positions. Zero removes everything. The mean over the sample keeps
what does not depend on the sum. The conditional mean, over the sums with the same carry-in at every column, also
keeps what depends on the carries. The output for another random sum keeps nothing of the sum, but is one that
occurs. How much a head is missed, and so the order of the heads, can depend on this choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.hooks import (
    REPLACEMENTS,
    Replacement,
    answer_logits,
    cross_entropy,
    logits_without_heads,
)
from sumint.model.load import Model, Tensor, as_array, tokens_for
from sumint.results.result import Result
from sumint.task.carries import carry_groups
from sumint.task.sums import Sums


@dataclass(frozen=True)
class AblationKinds(Result, replacement=REPLACEMENTS):
    """The loss and the accuracy when one head is ablated, by what its output is replaced by."""

    loss_rise: Float[np.ndarray, "replacement layer head"]
    """The rise of the mean cross-entropy over the answer's digits, in nats."""
    accuracy: Float[np.ndarray, "replacement layer head"]
    """The share of the answer's digits that are right."""
    whole_accuracy: float
    """The share that the whole model gets right."""
    n_sums: int

    @property
    def heads(self) -> tuple[tuple[int, int], ...]:
        """The heads as (layer, head), in order."""
        return tuple(np.ndindex(*self.loss_rise.shape[1:]))

    def ranking(self, replacement: Replacement) -> tuple[tuple[int, int], ...]:
        """The heads as (layer, head), from the largest rise in loss to the smallest."""
        rises = self.loss_rise[REPLACEMENTS.index(replacement)]
        return tuple(sorted(self.heads, key=lambda head: -rises[head]))


def ablation_kinds(model: Model, sample: Sums) -> AblationKinds:
    """Ablates every head of both layers in each way, and measures the loss and the accuracy."""
    import torch

    tokens = tokens_for(model, sample)
    groups = torch.from_numpy(carry_groups(sample)).to(tokens.device)
    shape = (len(REPLACEMENTS), model.cfg.n_layers, model.cfg.n_heads)

    def measured(logits: Float[Tensor, "sum digit token"]) -> tuple[float, float]:
        is_right = as_array(logits.argmax(-1)) == sample.answer_digits
        return float(cross_entropy(model, tokens, logits).mean()), float(is_right.mean())

    loss, accuracy = measured(answer_logits(model, tokens))
    by_head = [
        measured(logits)
        for replacement in REPLACEMENTS
        for logits in logits_without_heads(model, tokens, "z", replacement, groups)
    ]
    losses, accuracies = np.array(by_head).T.reshape(2, *shape)
    return AblationKinds(losses - loss, accuracies, accuracy, len(sample))
