"""Wilson's interval, against values computed by hand and its known properties."""

import numpy as np
import pytest

from sumint.interventions.intervals import wilson


@pytest.mark.parametrize(
    ("n_successes", "n_trials", "lower", "upper"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 29, 0.0061, 0.1718)],
)
def test_it_has_the_known_bounds(n_successes: int, n_trials: int, lower: float, upper: float) -> None:
    np.testing.assert_allclose(wilson(np.array(n_successes), np.array(n_trials)), [lower, upper], atol=5e-5)


def test_it_contains_the_rate_and_is_narrower_for_more_trials() -> None:
    n_trials = np.array([10, 100, 1000])
    bounds = wilson(n_trials // 5, n_trials)
    assert ((bounds[:, 0] < 0.2) & (bounds[:, 1] > 0.2)).all()
    assert (np.diff(bounds[:, 1] - bounds[:, 0]) < 0).all()


def test_without_trials_it_is_from_zero_to_one() -> None:
    np.testing.assert_array_equal(wilson(np.array([0]), np.array([0])), [[0, 1]])


def test_a_rate_of_zero_or_one_is_one_of_its_bounds() -> None:
    n_trials = np.array([1, 7, 300, 1_000_003])
    assert (wilson(n_trials, n_trials)[:, 1] == 1).all()
    assert (wilson(0 * n_trials, n_trials)[:, 0] == 0).all()
