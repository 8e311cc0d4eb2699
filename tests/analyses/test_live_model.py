"""What the live model is given: means and carry directions of the checkpoint's own head outputs, and fitting
pairs."""

from __future__ import annotations

import numpy as np

from sumint.analyses.adding.live_model import live_model, value_biases
from sumint.checkpoints.files import Weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.reference import answer_logits
from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model, as_array, load_model
from sumint.task.carry_routes import Route, own_routes, routes_of
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


def test_a_carry_direction_leads_from_the_mean_without_to_that_with_the_carry(model: Model, sample: Sums) -> None:
    served = ServedRoute(Route(1, 0), Site(1, 3))
    found = live_model(model, sample, served_routes=(served,), routes=())
    pairs = PatchedPairs.on(model, served.route, seed=1)
    without, with_carry = pairs.by_carry(*(as_array(z[:, 3, 1]) for z in (pairs.base_z, pairs.source_z)))
    np.testing.assert_allclose(found.without[0] + found.vectors[0], with_carry.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.without[0], without.mean(axis=0), atol=1e-5)


def test_pairs_are_added_correctly_and_differ_in_one_carry_or_one_column() -> None:
    model = load_model(hand_set())
    routes = (*routes_of(LAYOUT), *own_routes(LAYOUT))
    found = live_model(model, SampleSpec(LAYOUT.n_digits).draw(), served_routes=SERVED, routes=routes)
    assert len(found.pairs) > 2
    for column, digit, a, b, other_a, other_b in found.pairs.tolist():
        sums = Sums(LAYOUT, np.array([a, other_a]), np.array([b, other_b]))
        totals = sums.a_digits + sums.b_digits
        differs = (sums.a_digits[0] != sums.a_digits[1]) | (sums.b_digits[0] != sums.b_digits[1])
        assert np.flatnonzero(differs).tolist() == [column]
        if column != digit:
            assert sums.carry_in[:, digit].tolist() == [False, True]
        else:
            assert totals[0, column] % 10 != totals[1, column] % 10


def test_without_a_pair_that_is_added_correctly_a_route_has_none(model: Model, sample: Sums) -> None:
    assert live_model(model, sample, served_routes=(), routes=routes_of(sample.layout)).pairs.shape == (0, 6)
