"""How far a rate that was counted can be off."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

CONFIDENCE = 0.95
QUANTILE = 1.959963984540054
"""Between minus this and this the standard normal distribution has a share of `CONFIDENCE`."""


def wilson(
    n_found: Int[np.ndarray, "*cell"], n_tried: Int[np.ndarray, "*cell"]
) -> Float[np.ndarray, "*cell bound"]:
    """Wilson's score interval for a rate, lower and upper bound; from 0 to 1 where nothing was tried."""
    tried = np.maximum(n_tried, 1).astype(np.float64)
    rate = n_found / tried
    centre = (rate + QUANTILE**2 / (2 * tried)) / (1 + QUANTILE**2 / tried)
    half = QUANTILE * np.sqrt(rate * (1 - rate) / tried + QUANTILE**2 / (4 * tried**2)) / (1 + QUANTILE**2 / tried)
    # Where none or all were found, one of the bounds is that very rate, but for rounding.
    lower = np.where(n_found == 0, 0.0, centre - half)
    upper = np.where(n_found == n_tried, 1.0, centre + half)
    return np.where((n_tried == 0)[..., None], np.array([0.0, 1.0]), np.stack([lower, upper], axis=-1))
