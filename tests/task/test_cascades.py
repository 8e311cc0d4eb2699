"""Carry chains through columns that sum to nine, counted by arithmetic and sum by sum."""

import numpy as np

from sumint.task.cascades import all_runs_of_nines, carries_by_run, runs_of_nines
from sumint.task.sums import Layout, Sums, all_sums

LAYOUT = Layout(3)


def test_runs_of_nines_lie_between_a_digit_and_the_column_that_decides_its_carry() -> None:
    layout = Layout(4)
    sums = Sums(layout, np.array([1234, 1234, 4999]), np.array([3765, 2668, 4999]))
    assert runs_of_nines(sums).tolist() == [[3, 2, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    all_runs = runs_of_nines(all_sums(LAYOUT))
    counted = [[(all_runs[:, digit] == run).sum() for run in range(3)] for digit in range(3)]
    assert all_runs_of_nines(LAYOUT).tolist() == counted


def test_carries_are_counted_by_the_length_of_their_run_of_nines() -> None:
    sums = all_sums(LAYOUT)
    expected = np.zeros((3, 3), np.int64)
    rows, digits = np.nonzero(sums.carry_in)
    np.add.at(expected, (digits, runs_of_nines(sums)[rows, digits]), 1)
    np.testing.assert_array_equal(carries_by_run(LAYOUT), expected)
