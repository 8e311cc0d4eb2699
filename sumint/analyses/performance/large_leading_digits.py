"""Sums with leading digits of 5 to 9, which the model was never trained on: which digits break, and how.

The tokens are known from other positions, so a model that reads every column in the same way would add them. Four
kinds of such sums are compared with sums as in training: a large leading digit in the first or in the second
operand, with a sum that fits, and sums that have one digit more than their operands. The answer's positions hold
the last digits of the latter, so a leading digit is right if it is that of the sum modulo ten. The sums with the
large digit in the second operand are those with it in the first, swapped. So are the sums as in training, and the
predictions in both orders can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.large_operands import CONDITIONS, LargeSums, LeadingDigits, large_sums, swapped
from sumint.task.sums import N_DIGIT_TOKENS, VOCABULARY, Layout, Sums

N_SUMS, SEED = 1000, 8
"""The number of random sums of each kind, and their seed."""

IN_BOTH_ORDERS: tuple[LeadingDigits, ...] = ("none", "first")
"""The kinds of sums that are predicted with their operands swapped as well."""


@dataclass(frozen=True)
class LargeLeadingDigits(Result, condition=CONDITIONS, order=IN_BOTH_ORDERS, predicted=VOCABULARY):
    """What the model predicts for sums of each kind, by what is right."""

    confusions: Int[np.ndarray, "condition digit right predicted"]
    """The number of sums by the right digit and the predicted token."""
    n_right_sums: Int[np.ndarray, " condition"]
    """The number of sums with every digit right."""
    n_agreeing: Int[np.ndarray, "order digit"]
    """The number of sums of each kind of `IN_BOTH_ORDERS` with the same prediction in both orders."""
    n_sums: int
    """The number of sums of each kind."""

    @property
    def layout(self) -> Layout:
        return Layout(self.confusions.shape[1])

    @property
    def accuracy(self) -> Float[np.ndarray, "condition digit"]:
        """The share of right predictions."""
        return np.trace(self.confusions, axis1=2, axis2=3) / self.n_sums

    @property
    def accuracy_of_sums(self) -> Float[np.ndarray, " condition"]:
        """The share of sums with every digit right."""
        return self.n_right_sums / self.n_sums

    @property
    def share_too_small(self) -> Float[np.ndarray, "condition digit"]:
        """Of the wrong predictions, the share of digits below the right one; NaN if none is wrong."""
        right, predicted = np.indices(self.confusions.shape[2:])
        n_small = self.confusions[..., predicted < right].sum(axis=-1)
        n_wrong = self.confusions[..., predicted != right].sum(axis=-1)
        return np.where(n_wrong > 0, n_small / np.maximum(n_wrong, 1), np.nan)

    @property
    def agreement(self) -> Float[np.ndarray, "order digit"]:
        """The share of sums with the same prediction in both orders."""
        return self.n_agreeing / self.n_sums


def large_leading_digits(model: Model, sample: Sums) -> LargeLeadingDigits:  # noqa: ARG001 — it draws its own sums
    """Predicts random sums of each kind, and those of `IN_BOTH_ORDERS` with their operands swapped."""
    layout = layout_of(model)

    def predicted(sums: LargeSums) -> Int[np.ndarray, "sum digit"]:
        return answer_predictions(model, tokens_for(model, sums))

    drawn = {kind: large_sums(layout, kind, N_SUMS, SEED) for kind in CONDITIONS if kind != "second"}
    drawn["second"] = swapped(drawn["first"])
    predictions = {kind: predicted(sums) for kind, sums in drawn.items()}
    in_other_order = (predicted(swapped(drawn["none"])), predictions["second"])
    right = {kind: predictions[kind] == sums.answer_digits for kind, sums in drawn.items()}
    return LargeLeadingDigits(
        confusions=np.stack([_confusions(drawn[kind].answer_digits, predictions[kind]) for kind in CONDITIONS]),
        n_right_sums=np.array([right[kind].all(axis=1).sum() for kind in CONDITIONS]),
        n_agreeing=np.stack(
            [
                (predictions[kind] == other).sum(axis=0)
                for kind, other in zip(IN_BOTH_ORDERS, in_other_order, strict=True)
            ]
        ),
        n_sums=N_SUMS,
    )


def _confusions(
    right: Int[np.ndarray, "sum digit"], predicted: Int[np.ndarray, "sum digit"]
) -> Int[np.ndarray, "digit right predicted"]:
    counts = np.zeros((right.shape[1], N_DIGIT_TOKENS, len(VOCABULARY)), np.int64)
    np.add.at(counts, (np.arange(right.shape[1]), right, predicted), 1)
    return counts
