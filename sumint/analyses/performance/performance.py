"""The model's performance: the loss and the probability of the correct digit, over the sample.

From the write-up's section "Model" (cell 7), with the loss by digit and the wrong answers in addition. The model
receives the whole sum at once (teacher forcing): each digit is predicted from the correct digits before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.hooks import answer_logits
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import Sums


@dataclass(frozen=True)
class Performance(Result):
    """The cross-entropy in nats and the probabilities of the correct digit, over all digits of the sample."""

    loss: float
    loss_by_digit: Float[np.ndarray, " digit"]
    mean_probability: float
    median_probability: float
    """PyTorch's median, as in the write-up: for an even number of values the lower of the two middle ones."""
    least_probability: float
    wrong_digits: int
    """The number of answer digits at which another token has a larger logit."""
    wrong_sums: int
    """The number of sums with at least one wrong digit."""
    n_sums: int

    @property
    def n_digits(self) -> int:
        """The number of answer digits in all sums together."""
        return self.n_sums * len(self.loss_by_digit)

    @property
    def right_digits(self) -> int:
        return self.n_digits - self.wrong_digits

    @property
    def right_sums(self) -> int:
        return self.n_sums - self.wrong_sums

    @property
    def digit_accuracy(self) -> float:
        """The share of correct answer digits."""
        return self.right_digits / self.n_digits


def performance(model: Model, sample: Sums) -> Performance:
    """Measures the model's loss, probabilities and accuracy on the sample."""
    tokens = tokens_for(model, sample)
    targets = tokens[:, layout_of(model).answer]
    log_probabilities = answer_logits(model, tokens).log_softmax(-1)
    of_target = log_probabilities.gather(-1, targets[..., None]).squeeze(-1)
    is_wrong = log_probabilities.argmax(-1) != targets
    return Performance(
        loss=-of_target.mean().item(),
        loss_by_digit=as_array(-of_target.mean(0)),
        mean_probability=of_target.exp().mean().item(),
        median_probability=of_target.exp().median().item(),
        least_probability=of_target.exp().min().item(),
        wrong_digits=int(is_wrong.sum()),
        wrong_sums=int(is_wrong.any(-1).sum()),
        n_sums=len(sample),
    )
