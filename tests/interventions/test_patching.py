"""What is changed at a site, and that nothing else is."""

import numpy as np
import pytest
import torch

from sumint.interventions.patching import PatchedPairs, answers, at_site, patch
from sumint.interventions.sites import Site
from sumint.model.load import Model, load_model, tokens_for
from sumint.model.partial_pass import Z
from sumint.task.carry_routes import Route, pairs_on
from sumint.task.sums import Layout
from tests.hand_set import LAYOUT, SITES, hand_set


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(hand_set())


@pytest.fixture(scope="module")
def asked(model: Model) -> PatchedPairs:
    return PatchedPairs.of(model, pairs_on(LAYOUT, Route(1, 0), 100))


def logits(model: Model, asked: PatchedPairs, *hooks) -> torch.Tensor:
    return model.run_with_hooks(asked.base_tokens, fwd_hooks=list(hooks))


def test_a_site_is_named_as_the_field_does() -> None:
    assert Site(1, Layout(4).second_operand.stop - 1).name(Layout(4)) == "H0.1 at B3"


def test_an_interchange_with_itself_changes_nothing(model: Model, asked: PatchedPairs) -> None:
    for site in (SITES[0], Site(0, LAYOUT.plus)):
        torch.testing.assert_close(
            logits(model, asked, patch(site, asked.base_z)), logits(model, asked), rtol=0, atol=0
        )


def test_steering_by_zero_changes_nothing(model: Model, asked: PatchedPairs) -> None:
    steered = logits(model, asked, at_site(SITES[0], lambda z: z + 0.0))
    torch.testing.assert_close(steered, logits(model, asked), rtol=0, atol=0)


def test_an_interchange_changes_its_site_and_no_other(model: Model, asked: PatchedPairs) -> None:
    seen: list[torch.Tensor] = []
    site = SITES[0]
    logits(model, asked, patch(site, asked.source_z), (Z, lambda values, hook: seen.append(values.clone())))
    (changed,) = seen
    torch.testing.assert_close(changed[:, site.position, site.head], asked.source_z[:, site.position, site.head])
    changed[:, site.position, site.head] = asked.base_z[:, site.position, site.head]
    torch.testing.assert_close(changed, asked.base_z, rtol=0, atol=0)


def test_a_site_that_gathers_so_much_more_acts_as_an_interchange_does(model: Model, asked: PatchedPairs) -> None:
    for site in (SITES[0], Site(0, SITES[0].position), Site(1, LAYOUT.plus)):
        by_hook = asked.flipped_with(model, [patch(site, asked.source_z)])
        np.testing.assert_array_equal(asked.flipped(model, asked.patched(site)), by_hook)
        assert by_hook.any() == (site == SITES[0])


def test_another_activation_of_a_later_layer_can_be_interchanged(model: Model, asked: PatchedPairs) -> None:
    # What head 0 of layer 1 has gathered is all that tells the answer of the carry.
    name = "blocks.1.attn.hook_z"
    _, cache = model.run_with_cache(asked.source_tokens, names_filter=name)
    where = Site(0, SITES[0].position)
    assert asked.flipped_with(model, [patch(where, cache[name], name)]).all()
    assert not asked.flipped_with(model, [patch(Site(1, where.position), cache[name], name)]).any()


def test_only_pairs_that_are_right_on_both_sides_are_asked(model: Model) -> None:
    pairs = pairs_on(LAYOUT, Route(2, 1), 200)
    asked = PatchedPairs.of(model, pairs)
    right = np.logical_and(
        *(
            answers(model, tokens_for(model, sums), 1) == sums.answer_digits[:, 1]
            for sums in (pairs.base, pairs.source)
        )
    )
    assert 0 < len(asked) == right.sum() < asked.n_drawn == 200
    assert len(asked.base_tokens) == len(asked.source_z) == len(asked)
