"""Sums with other digits in one column have the same answer digit below it, and the same digits elsewhere."""

import numpy as np
import pytest

from sumint.task.same_sums import same_sums
from sumint.task.sums import Layout, all_sums, uniform_sums

SUMS = uniform_sums(Layout(3), 500, seed=0)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_only_the_digits_of_the_column_differ_and_add_up_to_the_same_modulo_ten(column: int) -> None:
    kept, others = same_sums(SUMS, column, n_others=2, seed=3)
    for other in others:
        for digits, of_other in ((kept.a_digits, other.a_digits), (kept.b_digits, other.b_digits)):
            assert (of_other[:, column] != digits[:, column]).all()
            np.testing.assert_array_equal(np.delete(of_other, column, axis=1), np.delete(digits, column, axis=1))
        np.testing.assert_array_equal(other.answer_digits[:, column:], kept.answer_digits[:, column:])
    first, second = (other.a_digits[:, column] for other in others)
    assert (first != second).all()


def test_sums_without_enough_others_are_left_out() -> None:
    two_digits = all_sums(Layout(2))
    kept, _ = same_sums(two_digits, 0, n_others=2, seed=0)
    totals = (kept.a_digits + kept.b_digits)[:, 0]
    # Two numbers below five add up to 2, 3, 4, 5 or 6 in at least three ways.
    assert set(totals.tolist()) == {2, 3, 4, 5, 6}
    assert len(same_sums(two_digits, 1, n_others=2, seed=0)[0]) == len(two_digits)


def test_the_same_seed_gives_the_same_sums() -> None:
    one, two = (same_sums(SUMS, 1, n_others=2, seed=7)[1] for _ in range(2))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_array_equal(first.a, second.a)
    other = same_sums(SUMS, 1, n_others=2, seed=8)[1]
    assert (other[0].a != one[0].a).any()
