import numpy as np
import pytest

from sumint.task.carries import has_carry, published_carries
from sumint.task.sums import Layout, Sums, all_sums

TWO_DIGITS = all_sums(Layout(2))
THREE_DIGITS = Sums(Layout(3), *np.random.default_rng(0).integers(500, size=(2, 5000)))


def one_sum(a: int, b: int) -> Sums:
    return Sums(Layout(4), np.array([a]), np.array([b]))


def test_the_published_mask_takes_a_carry_out_of_a_column_for_one_into_it() -> None:
    out_of_the_tens = one_sum(1060, 1070)
    assert out_of_the_tens.carry_in[0].tolist() == [False, True, False, False]
    assert published_carries(out_of_the_tens)[0].tolist() == [False, True, True, False]


@pytest.mark.parametrize("sums", [TWO_DIGITS, THREE_DIGITS], ids=["two digits", "three digits"])
def test_the_published_mask_of_a_column_holds_the_carries_in_and_out(sums: Sums) -> None:
    np.testing.assert_array_equal(published_carries(sums), sums.carry_in | sums.carry_out)


def test_with_the_intended_brackets_it_contains_the_carries_in() -> None:
    intended = (THREE_DIGITS.a_digits + THREE_DIGITS.b_digits) % 10 != THREE_DIGITS.answer_digits
    np.testing.assert_array_equal(intended, THREE_DIGITS.carry_in)
    assert (published_carries(THREE_DIGITS) != intended).any()


@pytest.mark.parametrize("sums", [TWO_DIGITS, THREE_DIGITS], ids=["two digits", "three digits"])
def test_of_a_whole_sum_the_published_mask_is_right(sums: Sums) -> None:
    np.testing.assert_array_equal(published_carries(sums).any(axis=1), has_carry(sums))
    assert 0 < has_carry(sums).sum() < len(sums)


def test_in_the_leading_column_the_published_mask_is_right() -> None:
    np.testing.assert_array_equal(published_carries(THREE_DIGITS)[:, 0], THREE_DIGITS.carry_in[:, 0])
