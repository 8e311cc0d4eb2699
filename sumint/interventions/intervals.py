"""Confidence intervals for rates: Wilson's score interval of a binomial proportion."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

CONFIDENCE = 0.95
QUANTILE = 1.959963984540054
"""The standard normal distribution has a probability of `CONFIDENCE` between −`QUANTILE` and `QUANTILE`."""


def wilson(
    n_successes: Int[np.ndarray, "*cell"], n_trials: Int[np.ndarray, "*cell"]
) -> Float[np.ndarray, "*cell bound"]:
    """Wilson's score interval for a rate, lower and upper bound; from 0 to 1 if there were no trials."""
    trials = np.maximum(n_trials, 1).astype(np.float64)
    rate = n_successes / trials
    centre = (rate + QUANTILE**2 / (2 * trials)) / (1 + QUANTILE**2 / trials)
    half = QUANTILE * np.sqrt(rate * (1 - rate) / trials + QUANTILE**2 / (4 * trials**2))
    half /= 1 + QUANTILE**2 / trials
    # At a rate of 0 or 1 one of the bounds equals the rate, except for rounding.
    lower = np.where(n_successes == 0, 0.0, centre - half)
    upper = np.where(n_successes == n_trials, 1.0, centre + half)
    return np.where((n_trials == 0)[..., None], np.array([0.0, 1.0]), np.stack([lower, upper], axis=-1))
