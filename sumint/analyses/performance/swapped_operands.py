"""The wrong sums with their operands swapped: whether the model makes the same error on b + a as on a + b.

Addition is commutative, and the training distribution is the same for both orders. A model that computes with the
sum of each column's two digits alone would be wrong on b + a wherever it is wrong on a + b. On right sums this
cannot be seen in the predictions; on wrong sums it can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import Sums, uniform_sums

N_SUMS, SEED = 10_000, 9
"""If the tally does not list all wrong sums, those among this many uniform sums are swapped; and their seed."""


@dataclass(frozen=True)
class SwappedOperands(Result):
    """How many wrong sums are wrong in both orders; sums of two equal operands are left out."""

    n_wrong: int
    """The number of wrong sums that were swapped."""
    n_wrong_swapped: int
    """The number of these that are wrong with their operands swapped, too."""
    is_complete: bool
    """Whether these are all wrong sums that there are, rather than those of a random sample."""

    @property
    def share_wrong_swapped(self) -> float:
        """The share of wrong sums that are wrong in both orders; NaN if no sum is wrong."""
        return self.n_wrong_swapped / self.n_wrong if self.n_wrong else math.nan


def swapped_operands(
    model: Model,
    sample: Sums,  # noqa: ARG001 — the wrong sums are those of the tally
    *,
    n_wrong: int,
    listed_sums: Int[np.ndarray, "wrong operand"],
) -> SwappedOperands:
    """Counts the wrong sums that are wrong in both orders.

    Args:
        n_wrong: the number of wrong sums among all sums.
        listed_sums: the operands of the wrong sums that the tally lists.
    """
    layout = layout_of(model)
    if len(listed_sums) == n_wrong:
        a, b = listed_sums[listed_sums[:, 0] != listed_sums[:, 1]].astype(np.int64).T
        numbers, swapped_numbers = a * layout.operand_limit + b, b * layout.operand_limit + a
        return SwappedOperands(len(a), int(np.isin(swapped_numbers, numbers).sum()), is_complete=True)

    def wrong(sums: Sums) -> Sums:
        predicted = answer_predictions(model, tokens_for(model, sums))
        return sums[(predicted != sums.answer_digits).any(axis=1)]

    sums = wrong(uniform_sums(layout, N_SUMS, SEED))
    sums = sums[sums.a != sums.b]
    return SwappedOperands(len(sums), len(wrong(Sums(layout, sums.b, sums.a))), is_complete=False)
