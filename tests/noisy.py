"""A noisy copy of a checkpoint: other weights, in which every head and dimension still does the same."""

from __future__ import annotations

import numpy as np

from sumint.checkpoints.files import Weights

RELATIVE_NOISE = 0.01
"""The standard deviation of the noise, in units of each tensor's root mean square."""


def noisy(weights: Weights) -> Weights:
    """The copy, the same at each call."""
    generator = np.random.default_rng(0)

    def with_noise(tensor: np.ndarray) -> np.ndarray:
        scale = RELATIVE_NOISE * np.sqrt((tensor**2).mean())
        return (tensor + scale * generator.standard_normal(tensor.shape)).astype(np.float32)

    return Weights(weights.architecture, {name: with_noise(tensor) for name, tensor in weights.tensors.items()})
