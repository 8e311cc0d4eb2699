"""Which heads matter, and for which digit: the rise in loss when one head's output is replaced.

From the write-up's section "Head ablations" (cells 16 to 18). Replacing by the mean over the sample takes away
what a head says of this sum and leaves what it says of all; replacing by zero takes away both. The write-up
shows the first and leaves the second out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import reduce
from jaxtyping import Float

from sumint.interventions.hooks import Replacement, loss_rises
from sumint.model.load import Model, as_array, tokens_for
from sumint.task.sums import Sums


@dataclass(frozen=True)
class HeadAblation:
    """The rise of the mean cross-entropy of each answer digit, in nats, when one head is replaced."""

    loss_rise_by_digit: Float[np.ndarray, "layer head digit"]

    @property
    def loss_rise(self) -> Float[np.ndarray, "layer head"]:
        """The rise over all digits."""
        return reduce(self.loss_rise_by_digit, "layer head digit -> layer head", "mean")

    @property
    def ranking(self) -> list[tuple[int, int]]:
        """The heads as (layer, head), from the one that matters most to the one that matters least."""
        order = np.argsort(-self.loss_rise, axis=None, kind="stable")
        return [(int(i) // self.loss_rise.shape[1], int(i) % self.loss_rise.shape[1]) for i in order]


def head_ablation(model: Model, sample: Sums, *, replacement: Replacement = "mean") -> HeadAblation:
    """The rise in loss for every head of both layers."""
    (rises,) = loss_rises(model, tokens_for(model, sample), ["z"], replacement)
    return HeadAblation(as_array(rises.mean(-2)))
