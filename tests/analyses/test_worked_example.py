"""The worked example: identities of its parts, and its carry levels on a model where the carry is known."""

import numpy as np
import pytest

from sumint.analyses.adding.worked_example import NONE, WorkedExample, worked_example
from sumint.checkpoints.files import Architecture, Weights
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.limits import SUPPORTED_DIGITS
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.task.carry_routes import Route
from sumint.task.sums import SampleSpec, Sums
from sumint.training.train import initial_parameters
from tests.hand_set import FIRST, LAYOUT, SERVED, hand_set

ROUTES = [(one.route.column, one.route.digit) for one in SERVED]


@pytest.fixture(scope="module")
def followed() -> WorkedExample:
    """Sums of the model whose carries are known."""
    return worked_example(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw(), served_routes=SERVED)


def test_its_numbers_are_those_of_the_model_s_logits_and_patterns(model: Model, sample: Sums) -> None:
    found = worked_example(model, sample, served_routes=(ServedRoute(Route(1, 0), Site(1, 3)),), wrong=((44, 44),))
    logits = as_array(model(tokens_for(model, found.sums))[:, layout_of(model).predicting])
    np.testing.assert_allclose(found.phasor, first_frequency(logits[..., :10]), atol=1e-4)
    np.testing.assert_array_equal(found.predicted, logits.argmax(axis=-1))
    np.testing.assert_allclose(found.attention.sum(axis=-1), 1, rtol=1e-5)


def test_without_a_site_there_is_no_carry_level(model: Model, sample: Sums) -> None:
    assert (found := worked_example(model, sample, served_routes=())).carry_level.shape == (len(found.a), 0)


@pytest.mark.parametrize("n_digits", SUPPORTED_DIGITS)
def test_the_longest_cascade_comes_first_and_what_is_given_last_and_once(n_digits: int) -> None:
    shape = Architecture(n_digits=n_digits, n_heads=1, d_model=8, d_head=4)
    untrained = {name: tensor.numpy() for name, tensor in initial_parameters(shape, seed=0).items()}
    wrong = ((11, 12), (0, 3), (11, 12))
    found = worked_example(
        load_model(Weights(shape, untrained)), SampleSpec(n_digits).draw(), served_routes=(), wrong=wrong
    )
    operands = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    n_routes = n_digits * (n_digits - 1) // 2
    assert operands[n_routes + 1 :] == [(11, 12), (0, 3)]
    assert len(set(operands)) == len(operands)
    assert found.route(0) == Route(n_digits - 1, 0)
    assert found.route(n_routes) is None
    assert found.sums.carry_in[:n_routes].any(axis=1).all()


def test_on_its_route_a_site_has_mean_carry_levels_of_one_and_zero(
    followed: WorkedExample,
) -> None:
    np.testing.assert_allclose(followed.mean_carry_level[[0, 2]], [[0, 1], [0, 1]], atol=1e-6)
    without, with_carry = followed.mean_carry_level[1]
    assert 0 < without < with_carry < 1  # a site that serves a route through a nine as well lies between the two


def test_the_carry_level_of_the_deciding_column_s_site_predicts_the_carry_in(followed: WorkedExample) -> None:
    has_carry = followed.sums.carry_in
    n_checked = 0
    for number, digit in np.argwhere(followed.deciding_column != NONE).tolist():
        one = ROUTES.index((followed.deciding_column[number, digit], digit))
        middle = followed.mean_carry_level[one].mean()
        assert (followed.carry_level[number, one] > middle) == has_carry[number, digit]
        n_checked += 1
    assert n_checked > 6


def test_layer_1_attends_to_the_site_with_the_carry(followed: WorkedExample) -> None:
    assert followed.attention[0, 0, 0, FIRST] == pytest.approx(1, abs=0.01)
