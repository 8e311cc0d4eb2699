"""What is said of the digits of sums, beside what is right."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Verdicts(NamedTuple):
    """A number of each kind for each digit of each sum; a tuple of arrays, since that is what numba takes."""

    margin: np.ndarray
    """By how much the logit of the right digit leads all others; the digit is wrong if it does not."""
    loss: np.ndarray
    """The cross-entropy, in nats."""
    probability: np.ndarray
    """Of the right digit."""
    predicted: np.ndarray
    """The token with the largest logit."""
    lead: np.ndarray
    """By how much that leads all others."""


def verdicts_from(logits: Any, right: Any, xp: Any = np) -> Verdicts:
    """What logits [..., token] say, beside the tokens [...] that are right.

    `xp` is the library whose arrays these are: numpy, or torch.
    """
    names = xp.arange(logits.shape[-1], device=logits.device)
    nothing = xp.full_like(logits, -xp.inf)
    is_right = names == right[..., None]
    mine = xp.amax(xp.where(is_right, logits, nothing), -1)
    rival = xp.amax(xp.where(is_right, nothing, logits), -1)
    largest, predicted = xp.amax(logits, -1), xp.argmax(logits, -1)
    second = xp.amax(xp.where(names == predicted[..., None], nothing, logits), -1)
    loss = xp.log(xp.exp(logits - largest[..., None]).sum(-1)) + (largest - mine)
    return Verdicts(mine - rival, loss, xp.exp(-loss), predicted, largest - second)
