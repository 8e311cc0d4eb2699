"""Head ablation: the rise in the loss of each digit when one head's output is replaced.

From the write-up's section "Head ablations" (cells 16 to 18). Mean ablation over the sample removes what a head's
output depends on in the individual sum and keeps its mean; zero ablation removes both. The write-up shows mean
ablation only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import reduce
from jaxtyping import Float

from sumint.interventions.hooks import Replacement, loss_rises
from sumint.model.load import Model, as_array, tokens_for
from sumint.results.result import Result
from sumint.task.sums import Sums


@dataclass(frozen=True)
class HeadAblation(Result):
    """The rise of the mean cross-entropy of each answer digit, in nats, when one head is ablated."""

    loss_rise_by_digit: Float[np.ndarray, "layer head digit"]

    @property
    def loss_rise(self) -> Float[np.ndarray, "layer head"]:
        """The mean rise over all digits."""
        return reduce(self.loss_rise_by_digit, "layer head digit -> layer head", "mean")

    @property
    def ranking(self) -> list[tuple[int, int]]:
        """The heads as (layer, head), from the largest rise in loss to the smallest."""
        order = np.argsort(-self.loss_rise, axis=None, kind="stable")
        return [(int(i) // self.loss_rise.shape[1], int(i) % self.loss_rise.shape[1]) for i in order]


def head_ablation(model: Model, sample: Sums, *, replacement: Replacement = "mean") -> HeadAblation:
    """Ablates every head of both layers, and measures the rise in loss."""
    (rises,) = loss_rises(model, tokens_for(model, sample), ["z"], replacement)
    return HeadAblation(as_array(rises.mean(-2)))
