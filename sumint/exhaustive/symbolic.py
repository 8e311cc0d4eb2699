"""Compares symbolic algorithms of addition with the network on every sum.

An algorithm with look-ahead j adds exactly, except that the carry into a digit depends on the next j columns
alone: if they all sum to nine, it carries nothing. With look-ahead 0 it never carries; with as many columns as
there are, it is exact. Arithmetic determines where such an algorithm errs, and the tally records where the network
errs, so the two are compared on all sums without evaluating either again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.exhaustive.tally import Tally
from sumint.results.result import Result
from sumint.task.carries import MISSING, carry_errors
from sumint.task.cascades import all_runs_of_nines, carries_by_run, runs_of_nines
from sumint.task.sums import Sums


@dataclass(frozen=True)
class SymbolicAgreement(Result):
    """On how many of all answer digits each algorithm and the network predict the same digit."""

    n_digits: Int[np.ndarray, "digit run"]
    """The number of answer digits, by the length of the run of columns to their right that sum to nine."""
    n_agreeing: Int[np.ndarray, "look_ahead digit run"]
    """The number of those on which the algorithm and the network agree."""

    @property
    def by_run(self) -> Float[np.ndarray, "look_ahead run"]:
        """The share of digits on which they agree, by length of the run."""
        return self.n_agreeing.sum(axis=1) / self.n_digits.sum(axis=0)

    @property
    def by_decided_run(self) -> Float[np.ndarray, "look_ahead decided_run"]:
        """The same, over the digits with a column to the right of the run, which decides the carry."""
        digit, run = np.indices(self.n_digits.shape)
        decides = digit + run < len(self.n_digits) - 1
        return (self.n_agreeing * decides).sum(axis=1)[:, :-1] / (self.n_digits * decides).sum(axis=0)[:-1]

    @property
    def overall(self) -> Float[np.ndarray, " look_ahead"]:
        """The share of digits on which they agree, over all sums."""
        return self.n_agreeing.sum(axis=(1, 2)) / self.n_digits.sum()


def symbolic_agreement(tally: Tally) -> SymbolicAgreement:
    """The agreement of the algorithm of every look-ahead with the network.

    Raises:
        ValueError: if the tally does not list all wrong sums.
    """
    if len(tally.listed_sums) < tally.n_wrong:
        raise ValueError(
            f"the tally must list all {tally.n_wrong} wrong sums, but only {len(tally.listed_sums)} are listed"
        )
    layout = tally.layout
    n = layout.n_digits
    sums = Sums(layout, tally.listed_sums[:, 0], tally.listed_sums[:, 1])
    is_wrong = tally.listed_predictions != sums.answer_digits
    is_missing = carry_errors(sums, tally.listed_predictions) == MISSING
    runs = runs_of_nines(sums)
    n_digits, n_carries = all_runs_of_nines(layout), carries_by_run(layout)

    def count_by_run(which: np.ndarray) -> Int[np.ndarray, "digit run"]:
        counts = np.zeros((n, n), np.int64)
        np.add.at(counts, (np.nonzero(which)[1], runs[which]), 1)
        return counts

    n_wrong, n_wrong_with_carry = count_by_run(is_wrong), count_by_run(is_wrong & sums.carry_in)
    n_missing = count_by_run(is_missing)
    run = np.arange(n)
    n_agreeing = []
    for look_ahead in range(n):
        # Beyond its look-ahead the algorithm carries nothing: it is wrong wherever there is a carry.
        is_beyond = run >= look_ahead
        where_exact = n_digits - n_wrong
        where_beyond = (n_digits - n_carries) - (n_wrong - n_wrong_with_carry) + n_missing
        n_agreeing.append(np.where(is_beyond, where_beyond, where_exact))
    return SymbolicAgreement(n_digits, np.stack(n_agreeing))
