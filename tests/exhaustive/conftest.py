"""Untrained weights of any architecture with non-zero biases, so that a test fails if a bias is ignored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sumint.checkpoints.files import Architecture, Weights


@pytest.fixture(scope="session")
def untrained() -> Callable[..., Weights]:
    """Makes weights of an architecture, `scale` times as large as those that a training begins with."""

    def make(architecture: Architecture, *, scale: float = 1.0) -> Weights:
        import torch

        from sumint.training.train import initial_parameters

        generator = torch.Generator().manual_seed(1)
        tensors = {
            name: (scale * tensor + 0.1 * torch.randn(tensor.shape, generator=generator)).numpy()
            for name, tensor in initial_parameters(architecture, seed=0).items()
        }
        return Weights(architecture, tensors)

    return make
