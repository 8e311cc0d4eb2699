"""Running the layers separately gives the same logits as a full pass."""

import pytest
import torch

from sumint.checkpoints.files import Weights
from sumint.interventions.alignment import untrained_copy
from sumint.interventions.hooks import ablate_head, answer_logits
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import RESIDUAL, Layer0Activations, Z, logits_from, predictions_from
from sumint.task.sums import SampleSpec


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture(scope="module")
def tokens(model: Model) -> torch.Tensor:
    return tokens_for(model, SampleSpec(layout_of(model).n_digits).draw()[:50])


@pytest.mark.parametrize("n_left_out", [0, 1, 3])
def test_they_give_the_logits_of_a_full_pass(model: Model, tokens: torch.Tensor, n_left_out: int) -> None:
    cut = tokens[:, : tokens.shape[1] - n_left_out]
    whole, first = model(cut), Layer0Activations.on(model, cut)
    for positions in (slice(None), slice(-1, None), slice(4, 6)):
        by_itself = logits_from(model, first.residual, positions)
        torch.testing.assert_close(by_itself, whole[:, positions], rtol=1e-5, atol=1e-5)
        assert (predictions_from(model, first.residual, positions) == whole[:, positions].argmax(-1).numpy()).all()


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("kind", ["q", "k", "v", "z"])
def test_ablations_have_the_same_effect_as_in_a_full_pass(
    model: Model, tokens: torch.Tensor, layer: int, kind: str
) -> None:
    predicting = layout_of(model).predicting
    unchanged = model(tokens)[:, predicting]
    hooks = [ablate_head(kind, layer, head=1, replacement="zero")]
    whole = model.run_with_hooks(tokens, fwd_hooks=list(hooks))[:, predicting]
    with model.hooks(fwd_hooks=list(hooks)):
        by_layers = answer_logits(model, tokens)
    torch.testing.assert_close(by_layers, whole, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(whole, unchanged, atol=1e-4)


def test_layer_0_alone_has_the_activations_of_a_full_pass_with_any_hook(
    model: Model, tokens: torch.Tensor
) -> None:
    """Also with hooks that the short computation does not call."""
    for name in ("attn.hook_pattern", "attn.hook_q", "attn.hook_z", "hook_resid_pre", "attn.hook_out"):
        hooks = [(f"blocks.0.{name}", lambda values, hook: values * 0.9)]
        with model.hooks(fwd_hooks=hooks):
            _, whole = model.run_with_cache(tokens, names_filter=[Z, RESIDUAL])
            alone = Layer0Activations.on(model, tokens)
        torch.testing.assert_close(alone.z, whole[Z], rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(alone.residual, whole[RESIDUAL], rtol=1e-5, atol=1e-6)
        assert not torch.allclose(alone.residual, Layer0Activations.on(model, tokens).residual, atol=1e-4), name


def test_a_copy_with_random_weights_has_the_logits_of_a_full_pass(model: Model, tokens: torch.Tensor) -> None:
    """Its layer norms have no weights either, although nothing was folded."""
    untrained = untrained_copy(model)
    logits = logits_from(untrained, Layer0Activations.on(untrained, tokens).residual, slice(None))
    torch.testing.assert_close(logits, untrained(tokens), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["hook_q", "q.hook_in"])
def test_a_hook_on_the_queries_of_layer_1_receives_all_positions(
    name: str, model: Model, tokens: torch.Tensor
) -> None:
    residual, n_positions = Layer0Activations.on(model, tokens).residual, []

    def record(values: torch.Tensor, hook: object) -> None:  # noqa: ARG001
        n_positions.append(values.shape[1])

    with model.hooks(fwd_hooks=[(f"blocks.1.attn.{name}", record)]):
        logits_from(model, residual, slice(4, 6))
    assert n_positions == [tokens.shape[1]]
