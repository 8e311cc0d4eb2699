"""Changes at a site have the same effect as in a full pass."""

import pytest
import torch

from sumint.checkpoints.files import Weights
from sumint.interventions.hooks import mean_ablate
from sumint.interventions.patching import edit_site
from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Layer0Activations, Z, logits_from, predictions_from
from sumint.task.sums import SampleSpec

N_SUMS = 50


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture(scope="module")
def tokens(model: Model) -> torch.Tensor:
    return tokens_for(model, SampleSpec(layout_of(model).n_digits).draw()[:N_SUMS])


@pytest.fixture(scope="module")
def first(model: Model, tokens: torch.Tensor) -> Layer0Activations:
    return Layer0Activations.on(model, tokens)


def every_site(model: Model) -> list[Site]:
    return [Site(head, place) for head in range(model.cfg.n_heads) for place in range(model.cfg.n_ctx)]


def test_a_change_at_a_site_has_the_same_effect_as_a_hook(
    model: Model, tokens: torch.Tensor, first: Layer0Activations
) -> None:
    predicting = layout_of(model).predicting
    more = torch.randn(N_SUMS, model.cfg.d_head, generator=torch.Generator().manual_seed(0))
    unchanged = model(tokens)[:, predicting]
    n_acted = 0
    for site in every_site(model):
        by_hook = model.run_with_hooks(tokens, fwd_hooks=[edit_site(site, lambda z: z + more)])
        by_changes = logits_from(model, apply_changes(model, first.residual, {site: more}), predicting)
        torch.testing.assert_close(by_changes, by_hook[:, predicting], rtol=1e-4, atol=1e-5)
        n_acted += not torch.allclose(by_changes, unchanged, rtol=1e-4, atol=1e-5)
    assert n_acted == model.cfg.n_heads * (model.cfg.n_ctx - 1)  # the last position predicts nothing


def test_several_sites_are_replaced_at_once(model: Model, tokens: torch.Tensor, first: Layer0Activations) -> None:
    predicting = layout_of(model).predicting
    means, sites = first.z.mean(0), every_site(model)[::3]
    by_hook = model.run_with_hooks(
        tokens, fwd_hooks=[mean_ablate(Z, means, [s.position for s in sites], [s.head for s in sites])]
    )[:, predicting]
    residual = apply_changes(model, first.residual, changes_to(first.z, means, *sites))
    torch.testing.assert_close(logits_from(model, residual, predicting), by_hook, rtol=1e-4, atol=1e-5)
    assert (predictions_from(model, residual, predicting) == by_hook.argmax(-1).numpy()).all()


def test_the_residual_is_left_as_it_was(model: Model, first: Layer0Activations) -> None:
    before = first.residual.clone()
    apply_changes(model, first.residual, {Site(0, 0): torch.ones(N_SUMS, model.cfg.d_head)})
    torch.testing.assert_close(first.residual, before, rtol=0, atol=0)
