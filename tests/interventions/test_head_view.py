"""A view of one head hands its part of an activation to hooks, and changes no other head."""

from collections.abc import Iterator

import pytest
import torch
from transformer_lens.tools.analysis.interchange import (
    SubspaceInterchange,
    collect_activations,
    intervened_logits,
)

from sumint.interventions.head_view import HeadView
from sumint.interventions.patching import PatchedPairs, patch
from sumint.interventions.sites import Site
from sumint.model.load import Model, load_model
from sumint.model.partial_pass import Z
from sumint.task.carry_routes import Route, pairs_on
from tests.hand_set import LAYOUT, SITES, hand_set

PATCHED = (SITES[0], Site(0, SITES[0].position), Site(1, LAYOUT.plus))


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(hand_set())


@pytest.fixture(scope="module")
def pairs(model: Model) -> PatchedPairs:
    return PatchedPairs.of(model, pairs_on(LAYOUT, Route(1, 0), 100))


@pytest.fixture
def in_training(model: Model) -> Iterator[Model]:
    model.train()
    yield model
    model.eval()


@pytest.mark.parametrize("activation", [Z, "blocks.1.attn.hook_q", "blocks.1.attn.hook_z"])
def test_a_hook_receives_the_part_of_one_head(model: Model, pairs: PatchedPairs, activation: str) -> None:
    _, cache = model.run_with_cache(pairs.base_tokens, names_filter=activation)
    for head in range(model.cfg.n_heads):
        received: list[torch.Tensor] = []
        with HeadView(model, head).hooks(fwd_hooks=[(activation, lambda z, hook, to=received: to.append(z))]):
            model(pairs.base_tokens)
        (of_head,) = received
        torch.testing.assert_close(of_head, cache[activation][:, :, head], rtol=0, atol=0)


def test_what_a_hook_returns_replaces_the_part_of_its_head_only(model: Model, pairs: PatchedPairs) -> None:
    changed: list[torch.Tensor] = []
    view = HeadView(model, 1)
    with (
        view.hooks(fwd_hooks=[(Z, lambda z, hook: z + 1)]),
        model.hooks(fwd_hooks=[(Z, lambda z, hook: changed.append(z.clone()))]),
    ):
        model(pairs.base_tokens)
    (z,) = changed
    _, before = model.run_with_cache(pairs.base_tokens, names_filter=Z)
    torch.testing.assert_close(z[:, :, 1], before[Z][:, :, 1] + 1)
    torch.testing.assert_close(z[:, :, 0], before[Z][:, :, 0], rtol=0, atol=0)


def test_hooks_are_removed_at_the_end(model: Model, pairs: PatchedPairs) -> None:
    before = model(pairs.base_tokens)
    with HeadView(model, 1).hooks(fwd_hooks=[(Z, lambda z, hook: z * 0)]):
        assert not torch.equal(model(pairs.base_tokens), before)
    torch.testing.assert_close(model(pairs.base_tokens), before, rtol=0, atol=0)


def interchanged(model: Model, pairs: PatchedPairs, site: Site, strength: float) -> torch.Tensor:
    """The logits in whole passes of the model, after an interchange in all dimensions of the site's output."""
    view, positions = HeadView(model, site.head), torch.full((len(pairs),), site.position)

    def last_logits(tokens: torch.Tensor) -> torch.Tensor:
        return model(tokens)[:, -1]

    source = collect_activations(view, Z, pairs.source_tokens, last_logits, positions=positions)
    swap = SubspaceInterchange(torch.eye(model.cfg.d_head), strength)
    return intervened_logits(view, Z, swap, pairs.base_tokens, source, last_logits, positions=positions)


@pytest.mark.parametrize("site", PATCHED)
def test_an_interchange_in_all_dimensions_is_a_patch(model: Model, pairs: PatchedPairs, site: Site) -> None:
    patched = model.run_with_hooks(pairs.base_tokens, fwd_hooks=[patch(site, pairs.source_z)])[:, -1]
    torch.testing.assert_close(interchanged(model, pairs, site, strength=1), patched, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("site", PATCHED)
def test_an_interchange_without_strength_changes_nothing(model: Model, pairs: PatchedPairs, site: Site) -> None:
    unchanged = model(pairs.base_tokens)[:, -1]
    torch.testing.assert_close(interchanged(model, pairs, site, strength=0), unchanged, rtol=0, atol=0)


def test_a_model_in_training_mode_is_refused(in_training: Model, pairs: PatchedPairs) -> None:
    with pytest.raises(ValueError, match="evaluation mode"):
        interchanged(in_training, pairs, SITES[0], strength=1)


def test_gradients_of_the_parameters_are_switched_for_the_model(model: Model) -> None:
    view = HeadView(model, 0)
    assert [parameter.shape for parameter in view.parameters()] == [one.shape for one in model.parameters()]
    assert not any(parameter.requires_grad for parameter in view.parameters())
    assert view.requires_grad_(True) is view
    assert all(parameter.requires_grad for parameter in model.parameters())
    view.requires_grad_(False)
