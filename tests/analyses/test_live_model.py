"""What the live model is given: means and carry directions of the checkpoint's own head outputs, and fitting
pairs."""

from __future__ import annotations

import numpy as np

from report.content.live.trials import live_data
from sumint.analyses.adding.live_model import live_model, value_biases
from sumint.checkpoints.files import Weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.reference import answer_logits
from sumint.interventions.patching import PatchedPairs
from sumint.lab import Lab
from sumint.model.load import Model, as_array, load_model
from sumint.task.carry_routes import own_routes, routes_of
from sumint.task.sums import SampleSpec, Sums
from tests.hand_set import LAYOUT, SERVED, hand_set
from tests.plain_pass import head_outputs


def test_means_with_value_biases_are_those_of_a_plain_forward_pass(
    model: Model, sample: Sums, tiny_weights: Weights
) -> None:
    found = live_model(model, sample, served_routes=(), routes=())
    plain = head_outputs(tiny_weights, sample.tokens).mean(axis=1)
    np.testing.assert_allclose(found.means + value_biases(tiny_weights)[:, None], plain, atol=1e-5)


def test_the_plain_forward_pass_has_the_logits_of_the_reference(tiny_weights: Weights, sample: Sums) -> None:
    logits = head_outputs(tiny_weights, sample.tokens, returns_logits=True)
    expected = answer_logits(circuits_of(tiny_weights), sample.tokens)
    plain = logits[:, sample.layout.predicting]
    np.testing.assert_allclose(
        plain - plain.mean(-1, keepdims=True), expected - expected.mean(-1, keepdims=True), atol=1e-9
    )


def test_a_carry_direction_leads_from_the_mean_without_to_that_with_the_carry() -> None:
    model = load_model(hand_set())
    found = live_model(model, SampleSpec(LAYOUT.n_digits).draw(), served_routes=SERVED, routes=())
    for number, (route, site) in enumerate((served.route, served.site) for served in SERVED):
        pairs = PatchedPairs.on(model, route, seed=1)
        outputs = (as_array(z[:, site.position, site.head]) for z in (pairs.base_z, pairs.source_z))
        without, with_carry = pairs.by_carry(*outputs)
        np.testing.assert_allclose(found.without[number], without.mean(axis=0), atol=1e-4)
        np.testing.assert_allclose(
            found.without[number] + found.vectors[number], with_carry.mean(axis=0), atol=1e-4
        )


def test_pairs_are_added_correctly_and_differ_in_one_carry_or_one_column(arena_lab: Lab) -> None:
    layout, pairs = arena_lab.layout, live_data(arena_lab).pairs
    assert {(column, digit) for column, digit, *_ in pairs.tolist()} == {
        (route.column, route.digit) for route in (*routes_of(layout), *own_routes(layout))
    }
    for column, digit, *operands in pairs.tolist():
        a, b = np.array(operands).reshape(2, 2).T
        sums = Sums(layout, a, b)
        differs = (sums.a_digits[0] != sums.a_digits[1]) | (sums.b_digits[0] != sums.b_digits[1])
        assert np.flatnonzero(differs).tolist() == [column]
        if column != digit:
            assert sums.carry_in[:, digit].tolist() == [False, True]
        else:
            totals = (sums.a_digits + sums.b_digits)[:, column] % 10
            assert totals[0] != totals[1]


def test_without_a_pair_that_is_added_correctly_a_route_has_none(model: Model, sample: Sums) -> None:
    assert live_model(model, sample, served_routes=(), routes=routes_of(sample.layout)).pairs.shape == (0, 6)
