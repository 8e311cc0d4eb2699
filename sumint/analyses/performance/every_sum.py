"""The model's predictions on all sums.

The write-up, like the challenge that it answers, evaluates a thousand sums and finds no error among them. There
are 25,000,000 sums of two four-digit numbers, few enough to evaluate all: as in the write-up the correct preceding
digits are given (teacher forcing), and the token with the largest logit is the prediction.
"""

from __future__ import annotations

from sumint.checkpoints.files import Weights
from sumint.exhaustive.options import current_options
from sumint.exhaustive.tally import Tally


def every_sum(weights: Weights) -> Tally:
    """Counts the errors on all sums by digit, run of nines and step, with margins, losses and probabilities."""
    from sumint.exhaustive.run import tally_all  # importing numba is slow

    return tally_all(weights, current_options())
