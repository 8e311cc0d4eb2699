"""Symbolic models, compared with what a network says on every sum, counted and done sum by sum."""

from __future__ import annotations

import numpy as np
import pytest

from sumint.exhaustive.predictions import Verdicts
from sumint.exhaustive.symbolic import symbolic_agreement
from sumint.exhaustive.tally import Tally, nothing, tally_of
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import Layout, Sums, all_sums

LAYOUT = Layout(3)


def tally_saying(sums: Sums, predicted: np.ndarray) -> Tally:
    margin = np.where(predicted == sums.answer_digits, 1.0, -1.0)
    probability = np.full(margin.shape, 0.5)
    return tally_of(sums, Verdicts(margin, probability, probability, predicted, np.abs(margin)))


def with_look_ahead(sums: Sums, look_ahead: int) -> np.ndarray:
    """The digits that a model says which looks at so many columns on the right, column by column."""
    totals = sums.a_digits + sums.b_digits
    n = sums.layout.n_digits
    predicted = np.zeros_like(totals)
    for digit in range(n):
        for row, total in enumerate(totals):
            carry = 0
            for other in total[digit + 1 : digit + 1 + look_ahead]:
                if other != 9:
                    carry = int(other > 9)
                    break
            predicted[row, digit] = (total[digit] + carry) % 10
    return predicted


@pytest.fixture(scope="module")
def some_sums() -> Sums:
    """All sums of two digits: few enough to do one by one."""
    return all_sums(Layout(2))


def test_full_look_ahead_is_exact_addition(some_sums: Sums) -> None:
    np.testing.assert_array_equal(with_look_ahead(some_sums, 1), some_sums.answer_digits)
    agreement = symbolic_agreement(tally_saying(some_sums, some_sums.answer_digits))
    assert agreement.overall[-1] == 1
    assert agreement.n_digits.sum() == 2 * len(some_sums)


@pytest.mark.parametrize("network", ["exact", "no look-ahead", "noise"])
def test_the_count_is_that_of_a_comparison_sum_by_sum(network: str, some_sums: Sums) -> None:
    random = np.random.default_rng(0)
    predicted = {
        "exact": some_sums.answer_digits,
        "no look-ahead": with_look_ahead(some_sums, 0),
        "noise": np.where(
            random.random((len(some_sums), 2)) < 0.3,
            (some_sums.answer_digits - random.integers(0, 3, (len(some_sums), 2))) % 10,
            some_sums.answer_digits,
        ),
    }[network]
    found = symbolic_agreement(tally_saying(some_sums, predicted))
    runs = runs_of_nines(some_sums)
    for look_ahead in range(2):
        agrees = with_look_ahead(some_sums, look_ahead) == predicted
        expected = np.zeros((2, 2), np.int64)
        np.add.at(expected, (np.nonzero(agrees)[1], runs[agrees]), 1)
        np.testing.assert_array_equal(found.n_agreeing[look_ahead], expected)


def test_digits_with_nothing_but_nines_behind_them_do_not_count_where_it_is_asked_who_sees_far() -> None:
    sums = all_sums(LAYOUT)
    found = symbolic_agreement(tally_saying(sums, with_look_ahead(sums, 1)))
    runs, digits = runs_of_nines(sums), np.arange(LAYOUT.n_digits)
    agrees = with_look_ahead(sums, LAYOUT.n_digits - 1) == with_look_ahead(sums, 1)
    for run in range(LAYOUT.n_digits - 1):
        decided = (runs == run) & (digits + run < LAYOUT.n_digits - 1)
        assert found.by_decided_run[-1, run] == agrees[decided].mean()
    np.testing.assert_array_equal(found.by_decided_run[1], 1)


def test_a_list_that_is_cut_short_is_no_basis() -> None:
    tally = nothing(LAYOUT)
    tally = Tally(**{**vars(tally), "n_wrong": 3})
    with pytest.raises(ValueError, match="only 0 are listed"):
        symbolic_agreement(tally)
