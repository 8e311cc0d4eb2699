"""Sums that differ from given ones in the digits of one column, but not in what the two digits add up to.

Modulo ten the column's digits have the same sum, and all other digits of the operands are equal. The answer's
digit below the column is therefore the same, too: if an activation depended on nothing but the sum modulo ten,
patching it from the other sum would change nothing.
"""

from __future__ import annotations

import numpy as np

from sumint.task.sums import N_DIGIT_TOKENS, Sums


def same_sums(sums: Sums, column: int, n_others: int, seed: int) -> tuple[Sums, tuple[Sums, ...]]:
    """Random other digits of a column with the same sum modulo ten: the sums that have enough, and their others.

    Args:
        sums: the sums whose digits are replaced; those without `n_others` other pairs of digits are left out.
        column: the column whose two digits are replaced.
        n_others: how many others each sum gets; they differ from it and from one another in both digits.
        seed: the seed of the generator that draws them.
    """
    n_values = N_DIGIT_TOKENS if column else N_DIGIT_TOKENS // 2  # leading digits are below five
    first, second = sums.a_digits[:, column], sums.b_digits[:, column]
    others_first = np.arange(n_values)
    others_second = ((first + second)[:, None] - others_first) % N_DIGIT_TOKENS
    is_other = (others_second < n_values) & (others_first != first[:, None])
    order = np.where(is_other, np.random.default_rng(seed).random(is_other.shape), np.inf).argsort(axis=1)
    has_enough = is_other.sum(axis=1) >= n_others
    kept, rows = sums[has_enough], np.arange(len(sums))
    place = 10 ** (sums.layout.n_digits - 1 - column)
    others = []
    for number in range(n_others):
        chosen = order[:, number]
        changes = np.stack([chosen - first, others_second[rows, chosen] - second])[:, has_enough] * place
        others.append(Sums(sums.layout, kept.a + changes[0], kept.b + changes[1]))
    return kept, tuple(others)
