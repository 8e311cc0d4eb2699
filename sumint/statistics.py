"""How far a rate that was counted can be off."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

CONFIDENCE = 0.95
Z = 1.959963984540054
"""The standard normal distribution has this share of `CONFIDENCE` between −Z and Z."""


def wilson(
    n_found: Int[np.ndarray, "*cell"], n_tried: Int[np.ndarray, "*cell"]
) -> Float[np.ndarray, "*cell bound"]:
    """Wilson's score interval for a rate, lower and upper bound; from 0 to 1 where nothing was tried."""
    tried = np.maximum(n_tried, 1).astype(np.float64)
    rate = n_found / tried
    centre = (rate + Z**2 / (2 * tried)) / (1 + Z**2 / tried)
    half = Z * np.sqrt(rate * (1 - rate) / tried + Z**2 / (4 * tried**2)) / (1 + Z**2 / tried)
    # Where none or all were found, one of the bounds is that very rate, but for rounding.
    lower = np.where(n_found == 0, 0.0, centre - half)
    upper = np.where(n_found == n_tried, 1.0, centre + half)
    return np.where((n_tried == 0)[..., None], np.array([0.0, 1.0]), np.stack([lower, upper], axis=-1))
