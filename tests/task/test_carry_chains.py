"""The carry chains behind a digit: together they hold every sum once, and each is a product of pairs of digits."""

from __future__ import annotations

import numpy as np
import pytest

from sumint.task.carry_chains import CarryChain, chain_numbers, chains_of, pairs_of, sum_numbers, sums_of
from sumint.task.column_states import GENERATE, KILL, PROPAGATE
from sumint.task.sums import Layout, all_sums, numbered_sums, uniform_sums


@pytest.mark.parametrize("n_digits", [2, 3])
def test_every_sum_has_one_chain_behind_each_digit_and_chains_know_how_many(n_digits: int) -> None:
    sums = all_sums(Layout(n_digits))
    numbers = chain_numbers(sums)
    assert (numbers[:, -1] == -1).all()
    for digit in range(n_digits - 1):
        counts = np.bincount(numbers[:, digit], minlength=len(chains_of(sums.layout)))
        expected = [chain.n_sums if chain.digit == digit else 0 for chain in chains_of(sums.layout)]
        assert counts.tolist() == expected


@pytest.mark.parametrize("n_digits", [2, 4, 6])
def test_sums_that_are_drawn_from_a_chain_have_it(n_digits: int) -> None:
    random = np.random.default_rng(0)
    for number, chain in enumerate(chains_of(Layout(n_digits))):
        sums = sums_of(chain.layout, chain.draw(200, random))
        assert (chain_numbers(sums)[:, chain.digit] == number).all()
        assert (sums.carry_in[:, chain.digit] == chain.has_carry).all()


@pytest.mark.parametrize(
    ("a", "b", "n_nines", "decided_by"),
    [
        (1340, 2654, 2, KILL),
        (1346, 2654, 2, GENERATE),
        (1345, 2654, 3, PROPAGATE),
        (1399, 2199, 0, KILL),
        (1700, 2300, 0, GENERATE),
    ],
)
def test_the_first_column_that_does_not_sum_to_nine_decides(a: int, b: int, n_nines: int, decided_by: int) -> None:
    layout = Layout(4)
    sums = numbered_sums(layout, np.array([a * layout.operand_limit + b]))
    chain = chains_of(layout)[int(chain_numbers(sums)[0, 0])]
    assert chain == CarryChain(layout, 0, n_nines, decided_by)


def test_numbers_of_columns_add_up_to_the_number_of_a_sum() -> None:
    sums = uniform_sums(Layout(5), 1000, seed=2)
    pairs = pairs_of(sums)
    total = np.sum([sum_numbers(sums.layout, column, pairs[:, column]) for column in range(5)], axis=0)
    np.testing.assert_array_equal(total, sums.numbers)
    back = numbered_sums(sums.layout, total)
    np.testing.assert_array_equal([back.a, back.b], [sums.a, sums.b])
    again = sums_of(sums.layout, pairs)
    np.testing.assert_array_equal([again.a, again.b], [sums.a, sums.b])
