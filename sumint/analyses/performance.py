"""How well the model adds: the loss and the probability of the right digit, over the probe.

From the write-up's section "Model" (cell 7), with the loss by digit and the share of right answers besides. The
model sees the whole sum at once (teacher forcing): each digit is predicted from the true digits before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.data import Sums
from sumint.model import Model, as_array, layout_of, tokens_for


@dataclass(frozen=True)
class Performance:
    """Cross-entropy in nats and probabilities of the right digit, over all answer digits of the probe."""

    loss: float
    loss_by_digit: Float[np.ndarray, " digit"]
    mean_probability: float
    median_probability: float
    """PyTorch's median, as the write-up has it: of an even number of values the lower middle one."""
    least_probability: float
    digit_accuracy: float
    """Share of answer digits whose largest logit is the right one."""
    sum_accuracy: float
    """Share of sums with every digit right."""
    n_sums: int


def performance(model: Model, probe: Sums) -> Performance:
    """The model's loss, probabilities and accuracy on the probe."""
    tokens = tokens_for(model, probe)
    layout = layout_of(model)
    targets = tokens[:, layout.answer]
    log_probabilities = model(tokens)[:, layout.predicting].log_softmax(-1)
    of_target = log_probabilities.gather(-1, targets[..., None]).squeeze(-1)
    right = log_probabilities.argmax(-1) == targets
    return Performance(
        loss=-of_target.mean().item(),
        loss_by_digit=as_array(-of_target.mean(0)),
        mean_probability=of_target.exp().mean().item(),
        median_probability=of_target.exp().median().item(),
        least_probability=of_target.exp().min().item(),
        digit_accuracy=right.float().mean().item(),
        sum_accuracy=right.all(-1).float().mean().item(),
        n_sums=len(probe),
    )
