"""Patching changes an activation at one site and no other."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import pytest
import torch
from transformer_lens.tools.analysis.interchange import (
    NormMatchedPlacebo,
    SubspaceInterchange,
    collect_activations,
    intervened_logits,
    random_basis,
)

from sumint.analyses.carrying.carry_direction import _match_norms
from sumint.interventions.patching import PatchedPairs, edit_site, patch, predictions
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
def pairs(model: Model) -> PatchedPairs:
    return PatchedPairs.of(model, pairs_on(LAYOUT, Route(1, 0), 100))


def logits(model: Model, pairs: PatchedPairs, *hooks) -> torch.Tensor:
    return model.run_with_hooks(pairs.base_tokens, fwd_hooks=list(hooks))


def base_z(model: Model, pairs: PatchedPairs) -> torch.Tensor:
    """The head outputs of the bases in a full pass, to the last bit."""
    _, cache = model.run_with_cache(pairs.base_tokens, names_filter=Z)
    return cache[Z]


def test_a_site_is_named_as_the_field_does() -> None:
    assert Site(1, Layout(4).second_operand.stop - 1).name(Layout(4)) == "H0.1 at B3"


def test_patching_with_the_base_s_own_activations_changes_nothing(model: Model, pairs: PatchedPairs) -> None:
    for site in (SITES[0], Site(0, LAYOUT.plus)):
        torch.testing.assert_close(
            logits(model, pairs, patch(site, base_z(model, pairs))), logits(model, pairs), rtol=0, atol=0
        )


def test_steering_by_zero_changes_nothing(model: Model, pairs: PatchedPairs) -> None:
    steered = logits(model, pairs, edit_site(SITES[0], lambda z: z + 0.0))
    torch.testing.assert_close(steered, logits(model, pairs), rtol=0, atol=0)


def test_patching_changes_its_site_and_no_other(model: Model, pairs: PatchedPairs) -> None:
    recorded: list[torch.Tensor] = []
    site = SITES[0]
    logits(model, pairs, patch(site, pairs.source_z), (Z, lambda values, hook: recorded.append(values.clone())))
    (changed,) = recorded
    torch.testing.assert_close(changed[:, site.position, site.head], pairs.source_z[:, site.position, site.head])
    unchanged = base_z(model, pairs)
    changed[:, site.position, site.head] = unchanged[:, site.position, site.head]
    torch.testing.assert_close(changed, unchanged, rtol=0, atol=0)


def test_changes_at_a_site_have_the_same_effect_as_patching_it(model: Model, pairs: PatchedPairs) -> None:
    for site in (SITES[0], Site(0, SITES[0].position), Site(1, LAYOUT.plus)):
        by_hook = pairs.is_flipped_by(model, [patch(site, pairs.source_z)])
        np.testing.assert_array_equal(pairs.is_flipped(model, pairs.changes_at(site)), by_hook)
        assert by_hook.any() == (site == SITES[0])


def test_another_activation_of_a_later_layer_can_be_patched(model: Model, pairs: PatchedPairs) -> None:
    # Only the output of head 0 of layer 1 carries the carry to the answer.
    name = "blocks.1.attn.hook_z"
    _, cache = model.run_with_cache(pairs.source_tokens, names_filter=name)
    site = Site(0, SITES[0].position)
    assert pairs.is_flipped_by(model, [patch(site, cache[name], name)]).all()
    assert not pairs.is_flipped_by(model, [patch(Site(1, site.position), cache[name], name)]).any()


def test_only_pairs_with_two_right_predictions_are_patched(model: Model) -> None:
    candidates = pairs_on(LAYOUT, Route(2, 1), 200)
    pairs = PatchedPairs.of(model, candidates)
    right = np.logical_and(
        *(
            predictions(model, tokens_for(model, sums), 1) == sums.answer_digits[:, 1]
            for sums in (candidates.base, candidates.source)
        )
    )
    assert 0 < len(pairs) == right.sum() < pairs.n_drawn == 200
    assert len(pairs.base_tokens) == len(pairs.source_z) == len(pairs)


class HeadView:
    """A model of which a hook sees one head only, as transformer_lens's interchange module expects activations."""

    def __init__(self, model: Model, head: int) -> None:
        self.model = model
        self.head = head

    def __getattr__(self, name: str) -> object:
        return getattr(self.model, name)

    def hooks(self, fwd_hooks: list[tuple[str, Callable]]) -> AbstractContextManager:
        ((name, change),) = fwd_hooks

        def edit(values: torch.Tensor, hook: object) -> torch.Tensor:
            values = values.clone()
            changed = change(values[:, :, self.head], hook)
            if changed is not None:  # None from a hook that only records
                values[:, :, self.head] = changed
            return values

        return self.model.hooks(fwd_hooks=[(name, edit)])


def test_patching_a_direction_and_its_complement_agrees_with_transformer_lens(
    model: Model, pairs: PatchedPairs
) -> None:
    site = SITES[0]
    difference = pairs.difference(site)
    d_head = difference.shape[1]
    # A direction that contains a part of what is carried, so that its complement contains another part.
    mixed = pairs.carry_vector(site) / pairs.carry_vector(site).norm() + random_basis(d_head, 1, seed=0)[:, 0]
    basis = torch.linalg.qr(torch.cat([mixed[:, None], random_basis(d_head, d_head - 1, seed=1)], dim=1)).Q
    unit, complement = basis[:, :1], basis[:, 1:]
    along = difference @ unit @ unit.T
    rest = difference - along
    interchange = SubspaceInterchange(unit)
    ways = (
        (along, interchange),
        (difference, SubspaceInterchange(basis)),
        (rest, SubspaceInterchange(complement)),
        (_match_norms(along, rest), NormMatchedPlacebo(interchange, complement)),
    )
    view, positions = HeadView(model, site.head), torch.full((len(pairs),), site.position)

    def last(tokens: torch.Tensor) -> torch.Tensor:
        return model(tokens)[:, -1]

    source = collect_activations(view, Z, pairs.source_tokens, last, positions=positions)
    for change, intervention in ways:
        theirs = intervened_logits(view, Z, intervention, pairs.base_tokens, source, last, positions=positions)
        ours = pairs.logits(model, {site: change})
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-3 * float(theirs.std()))
        assert not torch.allclose(ours, last(pairs.base_tokens), atol=1e-2 * float(theirs.std()))
