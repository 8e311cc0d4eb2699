"""Changes at one position have the same effect on layer 1's state as in a pass through all of layer 1."""

import pytest
import torch

from sumint.checkpoints.files import Weights
from sumint.model.layer_1_state import Layer1State
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Layer0Activations, logits_from
from sumint.model.softmax import softmax
from sumint.task.sums import SampleSpec


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture(scope="module")
def residual(model: Model) -> torch.Tensor:
    tokens = tokens_for(model, SampleSpec(layout_of(model).n_digits).draw()[:50])
    return Layer0Activations.on(model, tokens).residual


def test_without_a_change_the_logits_are_those_of_layer_1(model: Model, residual: torch.Tensor) -> None:
    predicting = layout_of(model).predicting
    state = Layer1State.of(model, residual, predicting)
    logits = logits_from(model, residual, predicting)
    torch.testing.assert_close(state.logits, logits, rtol=1e-5, atol=1e-5)
    assert (state.predictions == logits.argmax(-1).numpy()).all()


@pytest.mark.parametrize("size", [0.5, 5.0, 5000.0])
def test_a_change_at_any_position_has_its_effect(model: Model, residual: torch.Tensor, size: float) -> None:
    predicting = layout_of(model).predicting
    state = Layer1State.of(model, residual, predicting)
    changes = size * torch.randn(
        predicting.stop, *residual[:, 0].shape, generator=torch.Generator().manual_seed(0)
    )
    for position, change in enumerate(changes):
        changed = residual.clone()
        changed[:, position] += change
        logits = logits_from(model, changed, predicting)
        torch.testing.assert_close(state.logits_after(position, change), logits, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(state.after(position, change).logits, logits, rtol=1e-4, atol=1e-4)
        assert (state.predictions_after(position, change) == logits.argmax(-1).numpy()).mean() > 0.99
        assert not torch.allclose(logits, state.logits, atol=1e-3)


@pytest.mark.parametrize("scale", [100, 1e4])
def test_a_term_that_outweighs_all_others_is_removed_exactly(
    model: Model, residual: torch.Tensor, scale: float
) -> None:
    # Keys that are this long give nearly all of the attention to one position, or all of it.
    w_k = model.blocks[1].attn.k.weight
    before = w_k.data.clone()
    try:
        w_k.data = scale * before
        predicting = layout_of(model).predicting
        state = Layer1State.of(model, residual, predicting)
        for position in range(predicting.stop):
            change = -2 * residual[:, position]
            changed = residual.clone()
            changed[:, position] += change
            logits = logits_from(model, changed, predicting)
            torch.testing.assert_close(state.logits_after(position, change), logits, rtol=1e-3, atol=1e-3)
    finally:
        w_k.data = before


def test_the_softmax_is_pytorch_s() -> None:
    scores = torch.randn(40, 3, 13, generator=torch.Generator().manual_seed(0)) * 30
    scores[:, :, 7:] = -torch.inf
    torch.testing.assert_close(softmax(scores), scores.softmax(dim=-1))
    assert torch.equal(softmax(scores)[..., 7:], torch.zeros(40, 3, 6))
