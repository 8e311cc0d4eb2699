"""Pairs that are chosen for what an intervention does on them: the intervention does it."""

from __future__ import annotations

import numpy as np

from report.content.live.trials import Trials
from sumint.analyses.adding.ablated_sums import Ablation, ablated_sums
from sumint.analyses.adding.trial_pairs import PARTS, trial_pairs
from sumint.interventions.hooks import activations, answer_predictions, freeze
from sumint.interventions.patching import patch
from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.lab import Lab
from sumint.model.load import Model, load_model, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.task.column_states import column_states
from sumint.task.sums import Layout, Sums, uniform_sums
from tests.hand_set import LAYOUT, SERVED, hand_set


def operands(layout: Layout, row: list[int]) -> tuple[Sums, Sums]:
    a, b, other_a, other_b = row
    return Sums(layout, np.array([a]), np.array([b])), Sums(layout, np.array([other_a]), np.array([other_b]))


def test_the_patch_acts_through_the_part_for_which_a_pair_was_chosen(arena_lab: Lab) -> None:
    trials, model = Trials.of(arena_lab), arena_lab.model
    n_found = 0
    for served, by_part in zip(trials.served, trials.chosen.through.tolist(), strict=True):
        for part, row in zip(PARTS, by_part, strict=True):
            if row[0] < 0:
                continue
            base, source = operands(arena_lab.layout, row)
            tokens = [tokens_for(model, sums) for sums in (base, source)]
            z = activations(model, tokens[1], ["blocks.0.attn.hook_z"])["blocks.0.attn.hook_z"]
            name = f"blocks.1.attn.hook_{part}"
            after = activations(model, tokens[0], [name], [patch(served.site, z)])[name]
            logits = model.run_with_hooks(tokens[0], fwd_hooks=[freeze(name, after)])
            position = arena_lab.layout.predicting.start + served.route.digit
            assert int(logits[0, position].argmax()) == source.answer_digits[0, served.route.digit]
            n_found += 1
    assert n_found > len(trials.served)


def test_a_pair_with_the_same_states_stays_right_under_the_patch(arena_lab: Lab) -> None:
    trials, model = Trials.of(arena_lab), arena_lab.model
    rows = [(one, row) for one, row in zip(trials.served, trials.chosen.same_states.tolist(), strict=True)]
    assert any(row[0] >= 0 for _, row in rows)
    for served, row in rows:
        if row[0] < 0:
            continue
        base, other = operands(arena_lab.layout, row)
        np.testing.assert_array_equal(column_states(base), column_states(other))
        layer_0, source = (Layer0Activations.on(model, tokens_for(model, sums)) for sums in (base, other))
        patched = apply_changes(model, layer_0.residual, changes_to(layer_0.z, source.z, served.site))
        predicted = predictions_from(model, patched, arena_lab.layout.predicting)
        np.testing.assert_array_equal(predicted, base.answer_digits)


def test_an_ablation_makes_its_sum_wrong_and_the_harmless_one_does_not() -> None:
    model = load_model(hand_set())
    sums = uniform_sums(LAYOUT, 300, seed=4)
    site = SERVED[0].site
    found = ablated_sums(model, sums, ablations=(Ablation((site,)), Ablation((), (site,))))
    assert found.operands[1].tolist() == [-1, -1]
    a, b = found.operands[0]
    one = Sums(LAYOUT, np.array([a]), np.array([b]))
    assert (answer_predictions(model, tokens_for(model, one)) == one.answer_digits).all()
    layer_0, every = (Layer0Activations.on(model, tokens_for(model, each)) for each in (one, sums))
    ablated = apply_changes(model, layer_0.residual, changes_to(layer_0.z, every.z.mean(0), site))
    assert (predictions_from(model, ablated, LAYOUT.predicting) != one.answer_digits).any()


def test_a_network_that_adds_nothing_has_no_pairs(model: Model, sample: Sums) -> None:
    found = trial_pairs(model, sample, served_routes=SERVED[:1])
    assert (found.through == -1).all()
    assert (ablated_sums(model, sample, ablations=(Ablation((Site(0, 0),)),)).operands == -1).all()
