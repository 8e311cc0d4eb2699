"""Wilson's interval, against values that were worked out by hand and what must be true of it."""

import numpy as np
import pytest

from sumint.interventions.intervals import wilson


@pytest.mark.parametrize(
    ("found", "tried", "lower", "upper"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 29, 0.0061, 0.1718)],
)
def test_it_has_the_known_bounds(found: int, tried: int, lower: float, upper: float) -> None:
    np.testing.assert_allclose(wilson(np.array(found), np.array(tried)), [lower, upper], atol=5e-5)


def test_it_holds_the_rate_and_is_narrower_for_more() -> None:
    tried = np.array([10, 100, 1000])
    bounds = wilson(tried // 5, tried)
    assert ((bounds[:, 0] < 0.2) & (bounds[:, 1] > 0.2)).all()
    assert (np.diff(bounds[:, 1] - bounds[:, 0]) < 0).all()


def test_of_nothing_it_knows_nothing() -> None:
    np.testing.assert_array_equal(wilson(np.array([0]), np.array([0])), [[0, 1]])


def test_all_or_none_is_a_bound_of_its_own() -> None:
    tried = np.array([1, 7, 300, 1_000_003])
    assert (wilson(tried, tried)[:, 1] == 1).all()
    assert (wilson(0 * tried, tried)[:, 0] == 0).all()
