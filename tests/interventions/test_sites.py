"""What is changed at a site acts as it does in a whole pass."""

import pytest
import torch

from sumint.checkpoints.files import Weights
from sumint.interventions.hooks import mean_ablate
from sumint.interventions.patching import at_site
from sumint.interventions.sites import Site, changed, replacing
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import FirstLayer, Z, answers_from, logits_from
from sumint.task.sums import SampleSpec

N_SUMS = 50


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture(scope="module")
def tokens(model: Model) -> torch.Tensor:
    return tokens_for(model, SampleSpec(layout_of(model).n_digits).draw()[:N_SUMS])


@pytest.fixture(scope="module")
def first(model: Model, tokens: torch.Tensor) -> FirstLayer:
    return FirstLayer.on(model, tokens)


def every_site(model: Model) -> list[Site]:
    return [Site(head, place) for head in range(model.cfg.n_heads) for place in range(model.cfg.n_ctx)]


def test_what_is_changed_at_a_site_acts_as_a_hook_does(
    model: Model, tokens: torch.Tensor, first: FirstLayer
) -> None:
    predicting = layout_of(model).predicting
    more = torch.randn(N_SUMS, model.cfg.d_head, generator=torch.Generator().manual_seed(0))
    untouched = model(tokens)[:, predicting]
    n_acted = 0
    for site in every_site(model):
        by_hook = model.run_with_hooks(tokens, fwd_hooks=[at_site(site, lambda z: z + more)])
        by_itself = logits_from(model, changed(model, first.residual, {site: more}), predicting)
        torch.testing.assert_close(by_itself, by_hook[:, predicting], rtol=1e-4, atol=1e-5)
        n_acted += not torch.allclose(by_itself, untouched, rtol=1e-4, atol=1e-5)
    assert n_acted == model.cfg.n_heads * (model.cfg.n_ctx - 1)  # the last position predicts nothing


def test_several_sites_are_replaced_at_once(model: Model, tokens: torch.Tensor, first: FirstLayer) -> None:
    predicting = layout_of(model).predicting
    means, sites = first.z.mean(0), every_site(model)[::3]
    by_hook = model.run_with_hooks(
        tokens, fwd_hooks=[mean_ablate(Z, means, [s.position for s in sites], [s.head for s in sites])]
    )[:, predicting]
    left_over = changed(model, first.residual, replacing(first.z, means, *sites))
    torch.testing.assert_close(logits_from(model, left_over, predicting), by_hook, rtol=1e-4, atol=1e-5)
    assert (answers_from(model, left_over, predicting) == by_hook.argmax(-1).numpy()).all()


def test_the_residual_is_left_as_it_was(model: Model, first: FirstLayer) -> None:
    before = first.residual.clone()
    changed(model, first.residual, {Site(0, 0): torch.ones(N_SUMS, model.cfg.d_head)})
    torch.testing.assert_close(first.residual, before, rtol=0, atol=0)
