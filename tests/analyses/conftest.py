"""A small untrained model, and sums for it."""

import pytest

from sumint.data import Probe, Sums
from sumint.model import Model, load_model
from sumint.weights import Weights


@pytest.fixture
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture
def probe(tiny_weights: Weights) -> Sums:
    return Probe(tiny_weights.architecture.n_digits, size=60).draw()
