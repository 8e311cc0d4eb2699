"""The wrong digits that no carry explains, on a tally with known errors."""

from __future__ import annotations

import numpy as np

from sumint.exhaustive.other_errors import other_errors
from sumint.exhaustive.predictions import Predictions
from sumint.exhaustive.tally import Tally, tally_of
from sumint.task.sums import Layout, all_sums

LAYOUT = Layout(3)


def tally_with(wrong: dict[tuple[int, int], int]) -> Tally:
    """The tally of a model that is right on all sums of three digits except these, with the totals it predicts."""
    sums = all_sums(LAYOUT)
    predicted = sums.answer_digits.copy()
    margin = np.full(predicted.shape, 3.0)
    for (a, b), total in wrong.items():
        row = a * LAYOUT.operand_limit + b
        predicted[row] = [int(digit) for digit in f"{total:03}"]
        margin[row, predicted[row] != sums.answer_digits[row]] = -1.0
    return tally_of(
        sums, Predictions(margin, np.ones_like(margin), np.ones_like(margin), predicted, np.abs(margin))
    )


def test_errors_are_grouped_by_digit_and_difference_and_carries_are_left_out() -> None:
    found = other_errors(
        tally_with({(111, 112): 220, (111, 115): 223, (211, 115): 329, (455, 45): 400, (4, 5): 19})
    )
    assert list(zip(found.digits.tolist(), found.differences.tolist(), found.n_errors.tolist(), strict=True)) == [
        (2, -3, 2),
        (2, 3, 1),
    ]
    assert found.pairs[0].tolist() == [11, 11, 12]
    assert found.n_with_pair[0].tolist() == [2, 2, 1]


def test_a_difference_is_the_shortest_way_round_the_circle() -> None:
    found = other_errors(tally_with({(100, 109): 201, (100, 108): 203}))
    assert sorted(found.differences.tolist()) == [2, 5]


def test_without_such_errors_there_are_no_kinds() -> None:
    found = other_errors(tally_with({(455, 45): 400}))
    assert len(found.digits) == len(found.pairs) == 0
