"""Sums with leading digits above those of training, and pairs of sums that differ in their leading digits only."""

import numpy as np
import pytest

from sumint.task.large_operands import (
    CONDITIONS,
    LARGE_FROM,
    LargeSums,
    large_sums,
    leading_digit_pairs,
    swapped,
)
from sumint.task.sums import Layout

SIZES = pytest.mark.parametrize("n_digits", [2, 4, 6])


@SIZES
def test_each_kind_has_large_leading_digits_where_it_says(n_digits: int) -> None:
    for condition in CONDITIONS:
        sums = large_sums(Layout(n_digits), condition, 200, seed=0)
        is_large = np.stack([sums.a_digits[:, 0], sums.b_digits[:, 0]]) >= LARGE_FROM
        n_large = is_large.sum(axis=0)
        assert len(sums) == 200
        assert (sums.is_too_long == condition.endswith("too long")).all()
        match condition:
            case "none":
                assert not is_large.any()
            case "first" | "second":
                assert (is_large == [[condition == "first"], [condition == "second"]]).all()
            case "one, sum too long":
                assert (n_large == 1).all()
                assert is_large.any(axis=1).all()
            case "both, sum too long":
                assert (n_large == 2).all()


def test_the_answer_of_a_sum_that_is_too_long_lacks_its_first_digit() -> None:
    sums = LargeSums(Layout(3), np.array([700, 999]), np.array([312, 1]))
    assert sums.answer_digits.tolist() == [[0, 1, 2], [0, 0, 0]]
    assert sums.strings == ["700+312=012", "999+001=000"]
    assert swapped(sums).strings == ["312+700=012", "001+999=000"]
    assert sums[:1].strings == sums.strings[:1]


def test_operands_with_too_many_digits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.999"):
        LargeSums(Layout(3), np.array([1000]), np.array([1]))


@SIZES
def test_the_sums_of_a_pair_differ_in_their_leading_digits_only(n_digits: int) -> None:
    layout = Layout(n_digits)
    pairs = leading_digit_pairs(layout, 400, seed=1)
    differs = pairs.base.tokens != pairs.source.tokens
    assert differs[:, [layout.first_operand.start, layout.second_operand.start]].all()
    assert differs.sum() == 2 * len(pairs)
    np.testing.assert_array_equal(pairs.base.carry_out, pairs.source.carry_out)
    leading = np.stack([pairs.base.a_digits[:, 0], pairs.base.b_digits[:, 0]], axis=1)
    assert ((leading >= LARGE_FROM).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(leading[:, 1] >= LARGE_FROM, pairs.is_second)
    assert 0.4 < pairs.is_second.mean() < 0.6
    assert max(pairs.source.a_digits[:, 0].max(), pairs.source.b_digits[:, 0].max()) < LARGE_FROM
