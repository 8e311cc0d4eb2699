"""Symbolic models of a carry, compared with the network on every sum there is.

A model with look-ahead j adds rightly but for this: into a digit it carries only what the next j columns decide.
If they all sum to nine, it carries nothing. With no look-ahead it never carries; with as many columns as there are
it is exact. Where such a model errs follows from arithmetic, and where the network errs is in the tally, so that
the two are compared on all sums without asking either again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.exhaustive.tally import Tally
from sumint.task.carries import MISSING, carry_errors
from sumint.task.cascades import all_runs_of_nines, carries_by_run, runs_of_nines
from sumint.task.sums import Sums


@dataclass(frozen=True)
class SymbolicAgreement:
    """On how many of all digits each model says what the network says."""

    n_digits: Int[np.ndarray, "digit run"]
    """How many there are, by how many nines in a row are behind each."""
    n_agreeing: Int[np.ndarray, "look_ahead digit run"]

    @property
    def by_run(self) -> Float[np.ndarray, "look_ahead run"]:
        """The share over all digits, by the nines behind them."""
        return self.n_agreeing.sum(axis=1) / self.n_digits.sum(axis=0)

    @property
    def by_decided_run(self) -> Float[np.ndarray, "look_ahead decided_run"]:
        """The same over the digits that have a column behind the nines, which decides what is carried."""
        digit, run = np.indices(self.n_digits.shape)
        decides = digit + run < len(self.n_digits) - 1
        return (self.n_agreeing * decides).sum(axis=1)[:, :-1] / (self.n_digits * decides).sum(axis=0)[:-1]

    @property
    def overall(self) -> Float[np.ndarray, " look_ahead"]:
        """The share over all digits of all sums."""
        return self.n_agreeing.sum(axis=(1, 2)) / self.n_digits.sum()


def symbolic_agreement(tally: Tally) -> SymbolicAgreement:
    """The agreement of every look-ahead with the network.

    Raises:
        ValueError: if the tally lists fewer wrong sums than there are.
    """
    if len(tally.listed) < tally.n_wrong:
        raise ValueError(f"{tally.n_wrong} sums are wrong, and only {len(tally.listed)} are listed")
    layout = tally.layout
    n = layout.n_digits
    sums = Sums(layout, tally.listed[:, 0], tally.listed[:, 1])
    is_wrong = tally.listed_said != sums.answer_digits
    is_missing = carry_errors(sums, tally.listed_said) == MISSING
    runs = runs_of_nines(sums)
    of_all, carries = all_runs_of_nines(layout), carries_by_run(layout)

    def counted(which: np.ndarray) -> Int[np.ndarray, "digit run"]:
        counts = np.zeros((n, n), np.int64)
        np.add.at(counts, (np.nonzero(which)[1], runs[which]), 1)
        return counts

    wrong, wrong_where_carried = counted(is_wrong), counted(is_wrong & sums.carry_in)
    missing = counted(is_missing)
    run = np.arange(n)
    agreeing = []
    for look_ahead in range(n):
        # With so long a run the model carries nothing: it is wrong wherever something is carried.
        is_blind = run >= look_ahead
        where_exact = of_all - wrong
        where_blind = (of_all - carries) - (wrong - wrong_where_carried) + missing
        agreeing.append(np.where(is_blind, where_blind, where_exact))
    return SymbolicAgreement(of_all, np.stack(agreeing))
