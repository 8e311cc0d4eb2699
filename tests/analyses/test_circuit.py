"""The circuit: on a model whose edges were set by hand, it is found, and runs alone as the whole model does."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from sumint.analyses.circuits.circuit import ENOUGH, MOST, Circuit, circuit
from sumint.analyses.circuits.circuit_paths import circuit_paths
from sumint.analyses.circuits.circuit_scores import CIRCUIT, NONE, OTHERS, WHOLE, CircuitScores, circuit_scores
from sumint.checkpoints.files import Weights
from sumint.interventions.circuits import (
    Ablation,
    finding_sums,
    list_edges,
    possible_edges,
    scoring_sums,
)
from sumint.interventions.digit_state import logit_difference
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Layer0Activations, logits_from
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set

SAMPLE = SampleSpec(LAYOUT.n_digits).draw()
SET = {(0, 0, FIRST), (0, 1, FIRST), (1, 0, SECOND), (1, 1, SECOND)}
"""The edges that were set: both heads of layer 0, at the position that predicts each of the first two digits."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(hand_set())


@pytest.fixture(scope="module")
def found(model: Model) -> Circuit:
    return circuit(model, SAMPLE)


@pytest.fixture(scope="module")
def scores(model: Model, found: Circuit) -> CircuitScores:
    return circuit_scores(model, SAMPLE, edges=list_edges(found.edges))


def test_the_circuit_is_the_one_that_was_set(found: Circuit) -> None:
    assert set(list_edges(found.edges)) == SET
    assert found.is_reached
    assert found.agreement[0] == found.found_agreement == 1, "patching alone finds it"


def test_alone_it_has_the_model_s_own_output_with_means_and_with_resampling(scores: CircuitScores) -> None:
    np.testing.assert_array_equal(scores.agreement[[WHOLE, CIRCUIT]], 1)
    np.testing.assert_allclose(scores.recovered[:, :2], 1, atol=1e-6)


def test_without_it_the_model_is_at_chance(scores: CircuitScores) -> None:
    np.testing.assert_array_equal(scores.accuracy[OTHERS], scores.accuracy[NONE])
    assert scores.accuracy[OTHERS][:, :2].max() < 0.25
    np.testing.assert_array_equal(scores.agreement[OTHERS], scores.agreement[NONE])
    assert scores.agreement[OTHERS].max() < 0.1


def test_without_an_edge_from_a_digit_s_own_head_fewer_sums_are_right(scores: CircuitScores) -> None:
    is_digits = scores.listed[:, 1] == 0
    assert (scores.without_edge[is_digits] < scores.parts_baseline).all()
    by_site = scores.without_edge[np.lexsort((scores.listed[:, 2], scores.listed[:, 1]))]
    np.testing.assert_array_equal(scores.without_site, by_site, "each site has one edge")


def test_random_circuits_of_equal_size_do_worse(scores: CircuitScores) -> None:
    assert len(scores.random_whole_sums) >= 200
    assert scores.random_whole_sums.mean() < scores.whole_sums[CIRCUIT, 0] / 2


def test_patching_along_an_absent_edge_changes_nothing(found: Circuit) -> None:
    absent = found.possible & ~found.edges
    np.testing.assert_array_equal(found.patch_effects[absent], 0)
    assert (found.patch_effects[found.edges] > 0).all()


def test_the_carry_acts_through_keys_and_the_digits_directly(model: Model) -> None:
    paths = circuit_paths(model, SAMPLE, edges=tuple(sorted(SET)))
    assert paths.is_local.all()
    for (_, head, _), through_heads, direct, whole in zip(
        paths.listed.tolist(), paths.through_heads, paths.direct, paths.whole, strict=True
    ):
        if head == 0:
            assert direct == whole > 0
            np.testing.assert_array_equal(through_heads, 0)
        else:
            assert direct == 0
            assert through_heads[0, 1] == whole > 0, "the keys of H1.0 encode the carry"
            assert through_heads[0, 0] == through_heads[0, 2] == 0


def test_the_same_bytes_twice(model: Model, found: Circuit, scores: CircuitScores) -> None:
    again = circuit(model, SAMPLE)
    scored_again = circuit_scores(model, SAMPLE, edges=list_edges(again.edges))
    for one, other in ((found, again), (scores, scored_again)):
        for field in fields(one):
            first, second = (np.asarray(getattr(result, field.name)) for result in (one, other))
            assert first.tobytes() == second.tobytes(), field.name


def test_a_digit_that_sees_every_site_is_computed_as_in_the_whole_model(tiny_weights: Weights) -> None:
    model = load_model(tiny_weights)
    layout, sums = layout_of(model), SampleSpec(2, size=50).draw()
    residual = Layer0Activations.on(model, tokens_for(model, sums)).residual
    expected = logits_from(model, residual, layout.predicting)
    ablation = Ablation.by_resampling(model, sums)
    for digit, edges in enumerate(possible_edges(layout, model.cfg.n_heads)):
        logits = ablation.digit(digit, edges).logits
        np.testing.assert_allclose(logits.detach(), expected[:, digit].detach(), atol=1e-5)


def test_sites_that_are_replaced_one_after_another_give_the_circuit_without_them(tiny_weights: Weights) -> None:
    model = load_model(tiny_weights)
    ablation = Ablation.by_resampling(model, SampleSpec(2, size=50).draw())
    edges = possible_edges(layout_of(model), model.cfg.n_heads)[1]
    state = ablation.digit(1, edges)
    position = layout_of(model).predicting.start + 1
    for site in (Site(0, 0), Site(1, 3), Site(0, position), Site(1, position)):
        state = ablation.replace_sites(state, site)
        edges[site.head, site.position] = False
        np.testing.assert_allclose(state.logits.detach(), ablation.digit(1, edges).logits.detach(), atol=1e-5)
    restored = ablation.restore_sites(state, Site(0, position), Site(1, position))
    edges[:, position] = True
    np.testing.assert_allclose(restored.logits.detach(), ablation.digit(1, edges).logits.detach(), atol=1e-5)


def test_the_sums_of_the_search_are_not_those_of_the_scores() -> None:
    finding, scoring = finding_sums(LAYOUT), scoring_sums(LAYOUT)
    pairs = [set(zip(sums.a.tolist(), sums.b.tolist(), strict=True)) for sums in (finding, scoring)]
    assert len(pairs[0] & pairs[1]) <= 0.01 * len(finding)


def test_the_logit_difference_is_that_of_the_right_digit_to_the_mean_of_the_others() -> None:
    logits = np.zeros((2, 12))
    logits[0, 3], logits[1, :10] = 9.0, np.arange(10)
    assert logit_difference(logits, np.array([3, 0])) == pytest.approx((9 - 5) / 2)


def test_on_the_write_up_s_checkpoint_few_edges_suffice(arena_lab: Lab) -> None:
    found = arena_lab.run(circuit)
    assert found.is_reached
    assert found.edges.sum() < MOST / 2 * found.possible.sum()
    assert found.found_agreement >= ENOUGH
    scores = arena_lab.run(circuit_scores, edges=list_edges(found.edges))
    assert scores.whole_sums[CIRCUIT].min() > 0.9
    assert scores.whole_sums[OTHERS].max() < 0.02
    assert scores.random_whole_sums.max() < 0.1
