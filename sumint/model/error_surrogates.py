"""Surrogates of the carry: functions of a sum, with few numbers or many, fitted to the leads of sampled sums.

The lead of the right digit over the digit with the other carry is negative where a carry is wrong. Each surrogate
predicts the lead, with one number for every look-ahead state, the carry level that the state gives the digit, and

- *by state*: a number for the sum of the digit's own pair, with a carry-in and without one. It stands for how far
  the angle of that sum is from where the next digit begins. So the carry level of a state and the angles of the
  digits decide, and of the other columns nothing but the state counts;
- *additive*: within each state a number for the pair of digits in every column. The contributions add, as carry
  levels would that attention sums up;
- *by angle*: the contribution of a column also depends on the digit that the carry is added to, as the cosine and
  the sine of its angle on the circle of ten digits: a phasor that the column adds to the logits changes their
  phase by an amount that depends on the phase.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from sumint.model.carry_lead import ADDITIVE, BY_ANGLE, RIDGE, StateSample
from sumint.model.column_tables import ColumnTables, digit_of
from sumint.task.carry_chains import N_PAIRS, CarryChain
from sumint.task.sums import N_DIGIT_TOKENS


class Surrogate(NamedTuple):
    """One fitted surrogate."""

    tables: list[ColumnTables]
    """The function of each look-ahead state, in the order of `chains_of`."""
    n_numbers: int
    """The number of numbers that were fitted."""


def fit_tables_by_state(sampled: list[StateSample], basis: Float[np.ndarray, "digit function"]) -> Surrogate:
    """A surrogate with a table for every column in every state; `basis` is that of `fit_tables`."""
    return Surrogate(
        [of_state.fit(basis) for of_state in sampled],
        sum(_n_entries(of_state.state, basis.shape[1]) for of_state in sampled),
    )


def fit_levels(sampled: list[StateSample]) -> Surrogate:
    """The surrogate by state: each state has a level, and each sum of the digit's own pair a number by carry."""
    tables, n_numbers = [], 0
    for digit in sorted({of_state.state.digit for of_state in sampled}):
        of_digit = [of_state for of_state in sampled if of_state.state.digit == digit]
        levels, by_own_sum = _levels_of_digit(of_digit)
        tables += [
            _tables(of_state.state, level, by_own_sum[int(of_state.state.has_carry)])
            for of_state, level in zip(of_digit, levels, strict=True)
        ]
        n_numbers += levels.size + by_own_sum.size
    return Surrogate(tables, n_numbers)


SURROGATES: dict[str, Callable[[list[StateSample]], Surrogate]] = {
    "by state": fit_levels,
    "additive": partial(fit_tables_by_state, basis=ADDITIVE),
    "by angle": partial(fit_tables_by_state, basis=BY_ANGLE),
}
"""The surrogates by name, those with the fewest numbers first."""


def _levels_of_digit(
    of_digit: list[StateSample],
) -> tuple[Float[np.ndarray, " state"], Float[np.ndarray, "carry sum"]]:
    """The levels of a digit's states and the numbers of its own sums, from one weighted ridge regression."""
    leads = np.concatenate([of_state.leads for of_state in of_digit])
    weights = np.concatenate([of_state.weights for of_state in of_digit])
    n_each = [len(of_state.leads) for of_state in of_digit]
    state = np.repeat(np.arange(len(of_digit)), n_each)
    has_carry = np.repeat([of_state.state.has_carry for of_state in of_digit], n_each)
    own_sum = np.concatenate([digit_of(of_state.pairs[:, of_state.state.digit]) for of_state in of_digit])
    features = np.concatenate(
        [np.eye(len(of_digit))[state], np.eye(2 * N_DIGIT_TOKENS)[has_carry * N_DIGIT_TOKENS + own_sum]], axis=1
    )
    mean = weights @ leads / weights.sum()
    weighted = weights[:, None] * features
    numbers = np.linalg.solve(
        features.T @ weighted + RIDGE * np.eye(features.shape[1]), weighted.T @ (leads - mean)
    )
    levels, by_own_sum = np.split(numbers, [len(of_digit)])
    return levels + mean, by_own_sum.reshape(2, N_DIGIT_TOKENS)


def _tables(state: CarryChain, level: float, by_own_sum: Float[np.ndarray, " sum"]) -> ColumnTables:
    """The function that adds the level of a state and the number of the own pair's sum."""
    n_columns = state.layout.n_digits
    additive = np.zeros((n_columns, N_PAIRS))
    additive[state.digit] = by_own_sum[digit_of(np.arange(N_PAIRS))]
    return ColumnTables(state.digit, float(level), additive, np.zeros((n_columns, N_DIGIT_TOKENS, N_PAIRS)))


def _n_entries(state: CarryChain, n_functions: int) -> int:
    """The number of numbers that the sums of a state look up in their tables, and the constant."""
    n_pairs = np.array([len(of_column) for of_column in state.pairs])
    return int(n_pairs.sum() + n_functions * np.delete(n_pairs, state.digit).sum()) + 1
