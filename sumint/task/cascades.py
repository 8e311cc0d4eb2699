"""Carry chains: the length of the run of columns that sum to nine, and how many sums have each length.

A column that sums to nine passes on its carry-in and makes no carry itself. The carry into a digit is decided by
the nearest column on its right that does not sum to nine; the columns between the two are the run of nines.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

N_CARRYING_PAIRS = N_DIGIT_TOKENS * (N_DIGIT_TOKENS - 1) // 2
"""The number of pairs of digits that sum to ten or more: 45 of 100."""


def runs_of_nines(sums: Sums) -> Int[np.ndarray, "sum digit"]:
    """The number of consecutive columns that sum to nine, directly to the right of each digit."""
    is_nine = sums.a_digits + sums.b_digits == N_DIGIT_TOKENS - 1
    runs = np.zeros(is_nine.shape, np.int64)
    for digit in range(is_nine.shape[1] - 2, -1, -1):
        runs[:, digit] = np.where(is_nine[:, digit + 1], runs[:, digit + 1] + 1, 0)
    return runs


def all_runs_of_nines(layout: Layout) -> Int[np.ndarray, "digit run"]:
    """The number of sums, of all sums, with each run length at each digit."""
    n = layout.n_digits
    pairs = np.array([layout.operand_limit // 10 ** (n - 1)] + [N_DIGIT_TOKENS] * (n - 1), dtype=object) ** 2
    counts = np.zeros((n, n), dtype=object)
    for digit in range(n):
        for run in range(n - digit):
            before = int(np.prod(pairs[: digit + 1]))
            nines = N_DIGIT_TOKENS**run
            behind = n - digit - 1 - run
            others = (pairs[-1] - N_DIGIT_TOKENS) * pairs[-1] ** (behind - 1) if behind else 1
            counts[digit, run] = before * nines * others
    return counts.astype(np.int64)


def carries_by_run(layout: Layout) -> Int[np.ndarray, "digit run"]:
    """The number of sums, of all sums, in which each digit has a carry-in through a run of each length."""
    n = layout.n_digits
    counts = np.zeros((n, n), np.int64)
    of_all = all_runs_of_nines(layout)
    pairs = N_DIGIT_TOKENS**2
    for digit in range(n):
        for run in range(n - digit - 1):
            # Each such run ends at a column that does not sum to nine.
            ends, carrying = pairs - N_DIGIT_TOKENS, N_CARRYING_PAIRS
            counts[digit, run] = of_all[digit, run] // ends * carrying
    return counts
