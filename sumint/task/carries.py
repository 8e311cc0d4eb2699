"""Which sums carry, and in which columns: the truth, the masks that the write-up takes for it, and what is said.

The write-up (cell 36) compares an answer's digit c with its column's a and b by `a + b % 10 != c`. In Python %
binds more tightly than +, and b is below 10 as it is, so what is compared is a + b. That differs from c if a carry
comes into the column, and also if one goes out of it; the remainder of a + b would differ for a carry that comes
in, and for no other reason. Of a whole sum the comparison tells the truth all the same: a carry that goes out of
one column comes into another, so somewhere the two differ if and only if the sum carries.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

from sumint.task.sums import N_DIGIT_TOKENS, Sums

NEITHER, MISSING, TOO_MANY = range(3)
"""What a wrong digit says of the carry into its column: nothing of the kind; none, though one comes; one, though
none does."""


def carrying(sums: Sums) -> Bool[np.ndarray, " sum"]:
    """Whether a sum carries anywhere."""
    return np.asarray(sums.carry_out.any(axis=1))


def published_carries(sums: Sums) -> Bool[np.ndarray, "sum column"]:
    """The write-up's mask of every column: a carry comes in or goes out."""
    return sums.a_digits + sums.b_digits != sums.answer_digits


def carry_errors(sums: Sums, predicted: Int[np.ndarray, "sum digit"]) -> Int[np.ndarray, "sum digit"]:
    """What each digit that is said has wrong about the carry into its column, or `NEITHER`.

    A digit that is one less than the right one lacks a carry only where one comes, and one that is one more has
    one too many only where none does.
    """
    without = (sums.a_digits + sums.b_digits) % N_DIGIT_TOKENS
    with_carry = (without + 1) % N_DIGIT_TOKENS
    is_missing = sums.carry_in & (predicted == without)
    is_too_many = ~sums.carry_in & (predicted == with_carry)
    return np.select([is_missing, is_too_many], [MISSING, TOO_MANY], NEITHER)
