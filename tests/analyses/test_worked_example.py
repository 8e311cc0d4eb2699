"""A sum that is followed through the model: what its parts add up to, and what is known where the carry is."""

import numpy as np
import pytest

from sumint.analyses.adding.worked_example import AS_IT_IS, NONE, SWITCHED, WorkedExample, worked_example
from sumint.checkpoints.files import Architecture, Weights
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.task.carry_routes import Route
from sumint.task.sums import SUPPORTED_DIGITS, SampleSpec, Sums
from sumint.training.train import initial_parameters
from tests.hand_set import FIRST, LAYOUT, SERVED, hand_set

ROUTES = [(one.route.column, one.route.digit) for one in SERVED]


@pytest.fixture(scope="module")
def followed() -> WorkedExample:
    """Sums of the model whose carries are known."""
    return worked_example(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw(), served=SERVED)


def test_what_the_parts_add_is_the_first_frequency_of_what_the_model_says(model: Model, sample: Sums) -> None:
    found = worked_example(model, sample, served=(ServedRoute(Route(1, 0), Site(1, 3)),), wrong=((44, 44),))
    logits = as_array(model(tokens_for(model, found.sums))[:, layout_of(model).predicting])
    np.testing.assert_allclose(found.hand[..., AS_IT_IS], first_frequency(logits[..., :10]), atol=1e-4)
    np.testing.assert_array_equal(found.predicted[..., AS_IT_IS], logits.argmax(axis=-1))
    np.testing.assert_allclose(found.attention[:, :, AS_IT_IS].sum(axis=-1), 1, rtol=1e-5)


def test_without_a_site_nothing_is_held_and_nothing_switched(model: Model, sample: Sums) -> None:
    found = worked_example(model, sample, served=())
    assert found.held.shape == (len(found.a), 0)
    assert (found.predicted[..., SWITCHED] == NONE).all()
    for of_ways in (found.attention[:, :, SWITCHED], found.hand[..., SWITCHED], found.carried[..., SWITCHED]):
        assert np.isnan(of_ways).all()


@pytest.mark.parametrize("n_digits", SUPPORTED_DIGITS)
def test_the_longest_cascade_comes_first_and_what_is_given_last_and_once(n_digits: int) -> None:
    shape = Architecture(n_digits=n_digits, n_heads=1, d_model=8, d_head=4)
    untrained = {name: tensor.numpy() for name, tensor in initial_parameters(shape, seed=0).items()}
    wrong = ((11, 12), (0, 3), (11, 12))
    found = worked_example(
        load_model(Weights(shape, untrained)), SampleSpec(n_digits).draw(), served=(), wrong=wrong
    )
    operands = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    n_routes = n_digits * (n_digits - 1) // 2
    assert operands[n_routes + 1 :] == [(11, 12), (0, 3)]
    assert len(set(operands)) == len(operands)
    assert found.route(0) == Route(n_digits - 1, 0)
    assert found.route(n_routes) is None
    assert found.sums.carry_in[:n_routes].any(axis=1).all()


def test_on_its_route_a_site_holds_one_with_the_carry_and_nothing_without_on_average(
    followed: WorkedExample,
) -> None:
    np.testing.assert_allclose(followed.usual[[0, 2]], [[0, 1], [0, 1]], atol=1e-6)
    without, with_carry = followed.usual[1]
    assert 0 < without < with_carry < 1  # a site that knows of a nine before it is between the two


def test_the_site_of_the_column_that_decides_tells_whether_a_carry_comes(followed: WorkedExample) -> None:
    comes = followed.sums.carry_in
    n_told = 0
    for number, digit in np.argwhere(followed.decides != NONE).tolist():
        one = ROUTES.index((followed.decides[number, digit], digit))
        middle = followed.usual[one].mean()
        assert (followed.held[number, one] > middle) == comes[number, digit]
        n_told += 1
    assert n_told > 6


def test_a_switch_moves_what_is_said_by_one_where_it_passes_the_middle(followed: WorkedExample) -> None:
    comes, right = followed.sums.carry_in, followed.sums.answer_digits
    moves = []
    for number, digit in np.argwhere(followed.decides != NONE).tolist():
        predicted, otherwise = followed.predicted[number, digit].tolist()
        if predicted != right[number, digit]:
            continue  # the model knows of no remainders
        one = ROUTES.index((followed.decides[number, digit], digit))
        without, with_carry = followed.usual[one]
        towards = -1 if comes[number, digit] else 1
        held = followed.held[number, one] + towards * (with_carry - without)
        passes = (held > (without + with_carry) / 2) != comes[number, digit]
        assert otherwise - predicted == (towards if passes else 0)
        moves.append(passes)
    assert sum(moves) > 3


def test_layer_1_looks_at_the_site_with_the_carry_and_at_the_plus_with_it_switched(
    followed: WorkedExample,
) -> None:
    looks = followed.attention[0, 0, :, 0]
    np.testing.assert_allclose([looks[AS_IT_IS, FIRST], looks[SWITCHED, LAYOUT.plus]], 1, atol=0.01)
