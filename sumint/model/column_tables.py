"""A function of a sum that adds one number per column, looked up by the pair of digits, and how it is fitted.

For an answer digit i the function of the pairs p of digits in all columns is

    m(p) = m₀ + Σ_c u_c(p_c) + Σ_{c≠i} w_c(s, p_c),

where s is the sum of the digit's own two digits modulo ten. The tables u add: what a column contributes does not
depend on the others. The tables w let the contribution of a column depend on the digit that it is added to. With
w = 0 the function is additive. All numbers come from a ridge regression on sampled sums, solved by conjugate
gradients, since a sum involves few of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.task.carry_chains import N_PAIRS, CarryChain, sum_numbers
from sumint.task.sums import N_DIGIT_TOKENS

N_STEPS = 40
"""The largest number of steps of the conjugate gradients, …"""
TOLERANCE = 1e-4
"""… which end when the residual has fallen to this share of the first."""

MOST_AT_ONCE = 2**22
"""The largest number of sums whose values are held in memory at the same time."""


@dataclass(frozen=True)
class ColumnTables:
    """The tables of one function."""

    digit: int
    """The answer digit i."""
    constant: float
    additive: Float[np.ndarray, "column pair"]
    """The tables u."""
    by_digit: Float[np.ndarray, "column digit pair"]
    """The tables w; zero for the digit's own column, and everywhere if the function is additive."""

    def __call__(self, pairs: Int[np.ndarray, "sum column"]) -> Float[np.ndarray, " sum"]:
        """The values of the function for the sums with these pairs of digits in their columns."""
        columns = np.arange(pairs.shape[1])
        digits = digit_of(pairs[:, self.digit])
        values = self.additive[columns, pairs] + self.by_digit[columns, digits[:, None], pairs]
        return self.constant + values.sum(axis=1)

    def values_below(
        self, limit: float, chain: CarryChain
    ) -> Iterator[tuple[Int[np.ndarray, " sum"], Float[np.ndarray, " sum"]]]:
        """All sums of a chain with values below a limit: their numbers, as of `sum_numbers`, and the values.

        For a given s the function is additive, so a sum of its first columns whose value is too large even with
        the smallest value of the others is left out with all its continuations.
        """
        n_columns = len(chain.pairs)
        for digit in range(N_DIGIT_TOKENS):
            pairs = list(chain.pairs)
            pairs[self.digit] = pairs[self.digit][digit_of(pairs[self.digit]) == digit]
            tables = self.additive + self.by_digit[:, digit]
            halves = []
            for columns in (range(n_columns // 2), range(n_columns // 2, n_columns)):
                values, numbers = np.zeros(1, np.float32), np.zeros(1, np.int64)
                for column in columns:
                    of_column = tables[column, pairs[column]].astype(np.float32)
                    values = np.add.outer(values, of_column).ravel()
                    numbers = np.add.outer(numbers, sum_numbers(chain.layout, column, pairs[column])).ravel()
                halves.append((values, numbers))
            (first, first_numbers), (second, second_numbers) = halves
            if not len(first) or not len(second):
                continue
            rest = np.float32(limit - self.constant)
            is_first, is_second = first + second.min() < rest, second + first.min() < rest
            first, first_numbers = first[is_first], first_numbers[is_first]
            second, second_numbers = second[is_second], second_numbers[is_second]
            n_rows = max(1, MOST_AT_ONCE // max(len(second), 1))
            for start in range(0, len(first), n_rows):
                values = np.add.outer(first[start : start + n_rows], second)
                row, column = np.nonzero(values < rest)
                yield first_numbers[start + row] + second_numbers[column], values[row, column] + self.constant


def digit_of(pairs: Int[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
    """The sum modulo ten of each pair of digits."""
    a, b = np.divmod(pairs, N_DIGIT_TOKENS)
    return (a + b) % N_DIGIT_TOKENS


def fit_tables(
    digit: int,
    pairs: Int[np.ndarray, "sum column"],
    values: Float[np.ndarray, " sum"],
    weights: Float[np.ndarray, " sum"],
    *,
    ridge: float,
    basis: Float[np.ndarray, "digit function"],
) -> ColumnTables:
    """The tables that fit the values of some sums best, in weighted squares.

    Args:
        ridge: the penalty on the squares of the fitted numbers.
        basis: functions of s that the tables w are made of; none for an additive function. The larger a
            function, the less its numbers are penalised.
    """
    n_columns = pairs.shape[1]
    constant = float(weights @ values / weights.sum())
    of_column = np.arange(n_columns) * N_PAIRS + pairs
    others = [column for column in range(n_columns) if column != digit]
    n_functions, size = basis.shape[1], n_columns * N_PAIRS
    index, scales = [of_column], [np.ones(pairs.shape)]
    for number in range(n_functions):
        index.append((number + 1) * size + of_column[:, others])
        of_sum = basis[digit_of(pairs[:, digit]), number]
        scales.append(np.repeat(of_sum[:, None], len(others), axis=1))
    numbers = _solve(
        np.concatenate(index, axis=1),
        np.concatenate(scales, axis=1),
        size * (1 + n_functions),
        values - constant,
        weights,
        ridge,
    ).reshape(1 + n_functions, n_columns, N_PAIRS)
    by_digit = np.einsum("df,fcp->cdp", basis, numbers[1:])
    return ColumnTables(digit, constant, numbers[0], by_digit)


def _solve(
    index: Int[np.ndarray, "sum entry"],
    scales: Float[np.ndarray, "sum entry"],
    size: int,
    values: Float[np.ndarray, " sum"],
    weights: Float[np.ndarray, " sum"],
    ridge: float,
) -> Float[np.ndarray, " number"]:
    """The numbers x that minimise Σ weight · (scale · x[index] − value)² + ridge · x², by conjugate gradients."""
    flat = index.ravel()

    def transpose(residual: np.ndarray) -> np.ndarray:
        return np.bincount(flat, weights=((weights * residual)[:, None] * scales).ravel(), minlength=size)

    numbers = np.zeros(size)
    residual = transpose(values)
    direction, square = residual.copy(), float(residual @ residual)
    least = square * TOLERANCE**2
    for _ in range(N_STEPS):
        if square <= least:
            break
        product = transpose((direction[index] * scales).sum(axis=1)) + ridge * direction
        step = square / float(direction @ product)
        numbers += step * direction
        residual -= step * product
        square, before = float(residual @ residual), square
        direction = residual + square / before * direction
    return numbers
