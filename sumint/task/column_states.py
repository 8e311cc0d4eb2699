"""The state of each column, as carry look-ahead has it, and the answer that follows from sums and states.

A column generates a carry if its digits sum to ten or more, kills one if they sum to eight or less, and propagates
its carry-in if they sum to nine. The answer's digits follow from the columns' sums modulo ten and their states:
this is the high-level model of addition (TriCase in Quirke, Neo and Barez, arXiv:2402.02619).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from sumint.task.sums import N_DIGIT_TOKENS, Sums

KILL, PROPAGATE, GENERATE = range(3)

NINE = N_DIGIT_TOKENS - 1


def column_states(sums: Sums) -> Int[np.ndarray, "sum column"]:
    """The state of each column: `KILL`, `PROPAGATE` or `GENERATE`."""
    return states_of(sums.a_digits + sums.b_digits)


def states_of(totals: Int[np.ndarray, "*column"]) -> Int[np.ndarray, "*column"]:
    """The states of columns whose two digits have these sums."""
    return np.select([totals > NINE, totals == NINE], [GENERATE, PROPAGATE], KILL)


def column_digits(sums: Sums) -> Int[np.ndarray, "sum column"]:
    """The sum of each column's two digits modulo ten."""
    return (sums.a_digits + sums.b_digits) % N_DIGIT_TOKENS


def same_states(sums: Sums, seed: int) -> Sums:
    """Other sums whose columns have the same states, with random digits of the training range."""
    random = np.random.default_rng(seed)
    operands = np.zeros((2, len(sums)), np.int64)
    for column, of_column in enumerate(column_states(sums).T):
        n_values = N_DIGIT_TOKENS if column else N_DIGIT_TOKENS // 2  # leading digits are below five
        pairs = np.indices((n_values, n_values)).reshape(2, -1)
        of_pairs = states_of(pairs.sum(axis=0))
        chosen = [random.choice(np.flatnonzero(of_pairs == state)) for state in of_column]
        operands += pairs[:, chosen] * 10 ** (sums.layout.n_digits - 1 - column)
    return Sums(sums.layout, *operands)


def answer_from(
    digits: Int[np.ndarray, "sum column"], states: Int[np.ndarray, "sum digit column"]
) -> Int[np.ndarray, "sum digit"]:
    """The answer's digits from the columns' sums modulo ten and the states that each digit is given.

    A digit has a carry-in if the nearest column on its right that does not propagate generates a carry. The states
    can differ from digit to digit, as when only one of them is given another sum's.
    """
    n_digits = digits.shape[1]
    answer = digits.copy()
    for digit in range(n_digits):
        carry = np.zeros(len(digits), bool)
        for column in range(n_digits - 1, digit, -1):
            of_column = states[:, digit, column]
            carry = np.where(of_column == PROPAGATE, carry, of_column == GENERATE)
        answer[:, digit] = (answer[:, digit] + carry) % N_DIGIT_TOKENS
    return answer
