"""Which sums carry, and in which columns: true carries, the write-up's masks, and the carry errors of predictions.

The write-up (cell 36) compares an answer's digit c with the digits a and b of its column by `a + b % 10 != c`. In
Python % binds more tightly than +, and b is below 10, so the comparison is of a + b with c. These differ if the
column has a carry-in, and also if it has a carry-out; (a + b) % 10 would differ from c only with a carry-in. For a
whole sum the comparison is correct nonetheless: the carry-out of one column is the carry-in of another, so a + b
differs from c in some column if and only if the sum carries.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

from sumint.task.sums import N_DIGIT_TOKENS, Sums

NEITHER, MISSING, TOO_MANY = range(3)
"""The carry error of a digit: none; the carry-in is missing; a carry is added although there is no carry-in."""


def has_carry(sums: Sums) -> Bool[np.ndarray, " sum"]:
    """Whether each sum has a carry in any column."""
    return np.asarray(sums.carry_out.any(axis=1))


SUBSETS = ("with a carry", "without a carry")
"""The sums with a carry in any column, and the others."""


def subset_masks(sums: Sums) -> Bool[np.ndarray, "subset=2 sum"]:
    """Which sums are in each of the `SUBSETS`."""
    return np.stack([has_carry(sums), ~has_carry(sums)])


def published_carries(sums: Sums) -> Bool[np.ndarray, "sum column"]:
    """The write-up's mask of every column: true with a carry-in or a carry-out."""
    return sums.a_digits + sums.b_digits != sums.answer_digits


def carry_groups(sums: Sums) -> Int[np.ndarray, " sum"]:
    """A number for each sum, equal for sums with the same carry-in at every column."""
    into_columns = sums.carry_in[:, :-1]  # nothing is carried into the units
    return into_columns @ 2 ** np.arange(into_columns.shape[1])


def carry_errors(sums: Sums, predicted: Int[np.ndarray, "sum digit"]) -> Int[np.ndarray, "sum digit"]:
    """The carry error of each predicted digit: `MISSING`, `TOO_MANY` or `NEITHER`.

    A digit that is one too small is `MISSING` its carry only if the column has a carry-in, and a digit that is one
    too large is `TOO_MANY` only if it has none.
    """
    without = (sums.a_digits + sums.b_digits) % N_DIGIT_TOKENS
    with_carry = (without + 1) % N_DIGIT_TOKENS
    is_missing = sums.carry_in & (predicted == without)
    is_too_many = ~sums.carry_in & (predicted == with_carry)
    return np.select([is_missing, is_too_many], [MISSING, TOO_MANY], NEITHER)
