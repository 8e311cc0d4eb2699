"""The wrong digits that no wrong carry explains: how they differ from the right ones, and what their sums share.

Such a digit is neither what results if its carry-in is left out nor what results if one is added where there is
none. The errors of one kind, at one digit and with the same difference from the right digit, often share the pair
of digits in some column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.exhaustive.tally import Tally
from sumint.results.result import Result
from sumint.task.carries import NEITHER, carry_errors
from sumint.task.carry_chains import N_PAIRS, pairs_of
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums


@dataclass(frozen=True)
class OtherErrors(Result):
    """The listed wrong digits that are no carry errors, by digit and difference, the most frequent kinds first."""

    digits: Int[np.ndarray, " kind"]
    """The number of the answer digit."""
    differences: Int[np.ndarray, " kind"]
    """The predicted digit less the right one, from −4 to 5, modulo ten."""
    n_errors: Int[np.ndarray, " kind"]
    pairs: Int[np.ndarray, "kind column"]
    """The most frequent pair of digits in each column; the pair (a, b) has the number 10 a + b."""
    n_with_pair: Int[np.ndarray, "kind column"]
    """The number of errors with that pair."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)


def other_errors(tally: Tally) -> OtherErrors:
    """The errors among the listed sums that no wrong carry explains.

    Tokens other than digits are left out.
    """
    sums = Sums(tally.layout, tally.listed_sums[:, 0], tally.listed_sums[:, 1])
    predicted = tally.listed_predictions
    is_other = (predicted != sums.answer_digits) & (carry_errors(sums, predicted) == NEITHER)
    which, digits = np.nonzero(is_other & (predicted < N_DIGIT_TOKENS))
    differences = (predicted - sums.answer_digits)[which, digits]
    differences = (differences + N_DIGIT_TOKENS // 2 - 1) % N_DIGIT_TOKENS - N_DIGIT_TOKENS // 2 + 1
    kinds, kind_of, n_errors = np.unique(
        np.stack([digits, differences], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    n_pairs = np.zeros((len(kinds), tally.layout.n_digits, N_PAIRS), np.int64)
    columns = np.arange(tally.layout.n_digits)
    np.add.at(n_pairs, (kind_of.reshape(-1, 1), columns, pairs_of(sums)[which]), 1)
    order = np.argsort(-n_errors, kind="stable")
    return OtherErrors(
        digits=kinds[order, 0],
        differences=kinds[order, 1],
        n_errors=n_errors[order],
        pairs=n_pairs[order].argmax(axis=2),
        n_with_pair=n_pairs[order].max(axis=2),
        n_digits=tally.layout.n_digits,
    )
