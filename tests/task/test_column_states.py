"""The high-level model of addition: sums modulo ten and three states per column."""

from __future__ import annotations

import numpy as np

from sumint.task.column_states import GENERATE, KILL, PROPAGATE, answer_from, column_digits, column_states
from sumint.task.sums import Layout, Sums, uniform_sums


def test_a_column_kills_propagates_or_generates() -> None:
    sums = Sums(Layout(3), np.array([459]), np.array([445]))
    assert column_states(sums).tolist() == [[KILL, PROPAGATE, GENERATE]]
    assert column_digits(sums).tolist() == [[8, 9, 4]]


def test_the_answer_follows_from_digits_and_states() -> None:
    for n_digits in (2, 4, 6):
        sums = uniform_sums(Layout(n_digits), 5000, seed=1)
        states = np.repeat(column_states(sums)[:, None], n_digits, axis=1)
        np.testing.assert_array_equal(answer_from(column_digits(sums), states), sums.answer_digits)


def test_each_digit_is_computed_from_the_states_that_it_is_given() -> None:
    digits = np.array([[1, 9, 0]])
    states = np.array([[[KILL, PROPAGATE, GENERATE], [KILL, PROPAGATE, KILL], [KILL, KILL, KILL]]])
    assert answer_from(digits, states).tolist() == [[2, 9, 0]]
