"""The agreement of symbolic algorithms with a network on every sum equals that of a comparison sum by sum."""

from __future__ import annotations

import numpy as np
import pytest

from sumint.exhaustive.predictions import Predictions
from sumint.exhaustive.symbolic import symbolic_agreement
from sumint.exhaustive.tally import Tally, empty_tally, tally_of
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import Layout, Sums, all_sums

LAYOUT = Layout(3)


def tally_predicting(sums: Sums, predicted: np.ndarray) -> Tally:
    margin = np.where(predicted == sums.answer_digits, 1.0, -1.0)
    probability = np.full(margin.shape, 0.5)
    return tally_of(sums, Predictions(margin, probability, probability, predicted, np.abs(margin)))


def with_look_ahead(sums: Sums, look_ahead: int) -> np.ndarray:
    """The digits of the algorithm with this look-ahead, computed column by column."""
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
    """All sums of two-digit numbers, few enough to compute one by one."""
    return all_sums(Layout(2))


def test_full_look_ahead_is_exact_addition(some_sums: Sums) -> None:
    np.testing.assert_array_equal(with_look_ahead(some_sums, 1), some_sums.answer_digits)
    agreement = symbolic_agreement(tally_predicting(some_sums, some_sums.answer_digits))
    assert agreement.overall[-1] == 1
    assert agreement.n_digits.sum() == 2 * len(some_sums)


@pytest.mark.parametrize("network", ["exact", "no look-ahead", "noise"])
def test_the_agreement_is_that_of_a_comparison_sum_by_sum(network: str, some_sums: Sums) -> None:
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
    agreement = symbolic_agreement(tally_predicting(some_sums, predicted))
    runs = runs_of_nines(some_sums)
    for look_ahead in range(2):
        agrees = with_look_ahead(some_sums, look_ahead) == predicted
        expected = np.zeros((2, 2), np.int64)
        np.add.at(expected, (np.nonzero(agrees)[1], runs[agrees]), 1)
        np.testing.assert_array_equal(agreement.n_agreeing[look_ahead], expected)


def test_by_decided_run_excludes_digits_without_a_column_that_decides_their_carry() -> None:
    sums = all_sums(LAYOUT)
    agreement = symbolic_agreement(tally_predicting(sums, with_look_ahead(sums, 1)))
    runs, digits = runs_of_nines(sums), np.arange(LAYOUT.n_digits)
    agrees = with_look_ahead(sums, LAYOUT.n_digits - 1) == with_look_ahead(sums, 1)
    for run in range(LAYOUT.n_digits - 1):
        is_decided = (runs == run) & (digits + run < LAYOUT.n_digits - 1)
        assert agreement.by_decided_run[-1, run] == agrees[is_decided].mean()
    np.testing.assert_array_equal(agreement.by_decided_run[1], 1)


def test_a_tally_that_does_not_list_all_wrong_sums_is_refused() -> None:
    tally = empty_tally(LAYOUT)
    tally = Tally(**{**vars(tally), "n_wrong": 3})
    with pytest.raises(ValueError, match="only 0 are listed"):
        symbolic_agreement(tally)
