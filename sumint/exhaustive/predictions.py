"""The network's predictions of answer digits, compared with the correct digits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Predictions(NamedTuple):
    """Five quantities for each digit of each sum, as arrays of one shape; numba accepts a named tuple."""

    margin: np.ndarray
    """The logit of the correct digit minus the largest other logit; positive if the prediction is correct."""
    loss: np.ndarray
    """The cross-entropy, in nats."""
    probability: np.ndarray
    """The probability of the correct digit."""
    predicted: np.ndarray
    """The token with the largest logit."""
    lead: np.ndarray
    """The largest logit minus the second largest."""


def predictions_from(logits: Any, correct: Any, xp: Any = np) -> Predictions:
    """The predictions of logits [..., token], given the correct tokens [...].

    `xp` is the library of the arrays: numpy or torch.
    """
    token_ids = xp.arange(logits.shape[-1], device=logits.device)
    minus_infinity = xp.full_like(logits, -xp.inf)
    is_correct = token_ids == correct[..., None]
    correct_logit = xp.amax(xp.where(is_correct, logits, minus_infinity), -1)
    best_other = xp.amax(xp.where(is_correct, minus_infinity, logits), -1)
    largest, predicted = xp.amax(logits, -1), xp.argmax(logits, -1)
    second = xp.amax(xp.where(token_ids == predicted[..., None], minus_infinity, logits), -1)
    loss = xp.log(xp.exp(logits - largest[..., None]).sum(-1)) + (largest - correct_logit)
    return Predictions(correct_logit - best_other, loss, xp.exp(-loss), predicted, largest - second)
