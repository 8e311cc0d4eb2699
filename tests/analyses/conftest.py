"""A small untrained model, and sums for it."""

import pytest

from sumint.checkpoints.files import Weights
from sumint.model.load import Model, load_model
from sumint.task.sums import SampleSpec, Sums


@pytest.fixture
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture
def sample(tiny_weights: Weights) -> Sums:
    return SampleSpec(tiny_weights.architecture.n_digits, size=60).draw()
