"""The search for a minimal circuit, on a model where it is known."""

import numpy as np
import pytest

from sumint.analyses.adding.minimal_circuit import MinimalCircuit, fewest, minimal_circuit
from sumint.interventions.sites import Site
from sumint.model.load import load_model
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set


@pytest.fixture(scope="module")
def found() -> MinimalCircuit:
    return minimal_circuit(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())


def test_the_circuit_consists_of_the_sites_that_were_set(found: MinimalCircuit) -> None:
    assert found.sites == (Site(0, FIRST), Site(0, SECOND), Site(1, FIRST), Site(1, SECOND))
    np.testing.assert_array_equal(found.accuracy_by_digit[found.n_kept], found.accuracy_by_digit[-1])


def test_every_site_is_ablated_once(found: MinimalCircuit) -> None:
    places = {tuple(place) for place in found.removal_order.tolist()}
    assert len(places) == len(found.removal_order) == 2 * (LAYOUT.n_ctx - 1)
    assert len(found.accuracy) == len(found.removal_order) + 1
    assert found.accuracy[0] < found.accuracy[-1]


@pytest.mark.parametrize(
    ("right", "n_kept"),
    [([0.1, 0.5, 0.995, 1.0], 2), ([1.0, 1.0, 1.0], 0), ([0.2, 1.0, 0.9, 1.0], 3), ([0.0, 0.79, 0.8], 2)],
)
def test_the_fewest_are_those_from_which_on_enough_is_right(right: list[float], n_kept: int) -> None:
    assert fewest(np.array(right)) == n_kept
