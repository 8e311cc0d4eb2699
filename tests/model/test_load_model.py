"""The processed model computes what the raw weights compute."""

import numpy as np
import pytest
import torch

from sumint.checkpoints.files import Architecture, Weights
from sumint.model.load import layout_of, load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec
from sumint.training.train import answer_logits, initial_parameters


def weights_of(architecture: Architecture, seed: int = 0) -> Weights:
    """Untrained weights whose biases and layer norms are not trivial, so that folding them shows."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        name: (tensor + 0.3 * torch.randn(tensor.shape, generator=generator)).numpy()
        for name, tensor in initial_parameters(architecture, seed).items()
    }
    return Weights(architecture, tensors)


@pytest.mark.parametrize(
    "architecture",
    [
        Architecture(),
        Architecture(n_digits=2, n_heads=1),
        Architecture(n_digits=5, n_heads=4, d_model=20, d_head=6),
    ],
    ids=str,
)
def test_processing_changes_no_probability(architecture: Architecture) -> None:
    weights = weights_of(architecture)
    model = load_model(weights)
    sample = SampleSpec(architecture.n_digits, size=50).draw()
    parameters = {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}
    raw = answer_logits(parameters, torch.from_numpy(sample.tokens), architecture.layout)
    processed = model(tokens_for(model, sample))[:, architecture.layout.predicting]
    torch.testing.assert_close(processed.log_softmax(-1), raw.log_softmax(-1), rtol=1e-4, atol=1e-4)


def test_the_model_is_frozen_and_evaluates() -> None:
    model = load_model(weights_of(Architecture(n_digits=2)))
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_the_model_knows_its_layout() -> None:
    assert layout_of(load_model(weights_of(Architecture(n_digits=3)))) == Layout(3)


def test_sums_of_another_length_are_refused() -> None:
    model = load_model(weights_of(Architecture(n_digits=2)))
    with pytest.raises(ValueError, match="sums of 4 digits for a model of 2"):
        tokens_for(model, SampleSpec(n_digits=4, size=1).draw())


def test_loading_leaves_the_weights_as_they_were() -> None:
    weights = weights_of(Architecture(n_digits=2))
    before = {name: tensor.copy() for name, tensor in weights.tensors.items()}
    load_model(weights)
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(tensor, before[name])
