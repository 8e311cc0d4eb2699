"""The model's predictions with wrong answer digits in its input: whether it uses the digits before the next one.

The input for an answer digit contains the answer digits before it. In all other measurements these are the right
ones (teacher forcing). Here they are all replaced by wrong ones, each drawn uniformly from the nine wrong digits.
The attention is causal, so one pass over an answer of wrong digits gives the prediction of every digit with wrong
digits before it. The first answer digit, C0, has none before it and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Sums, uniform_sums

N_SUMS, SEED = 10_000, 4
"""This many random sums are drawn, with a seed that no other measurement uses."""


@dataclass(frozen=True)
class AnswerTokens(Result, digit="digit_names"):
    """The numbers of right and of changed predictions, for each answer digit from C1 on."""

    n_sums: int
    n_right: Int[np.ndarray, " digit"]
    """Right predictions with the right digits before them."""
    n_right_after_wrong: Int[np.ndarray, " digit"]
    """Right predictions with wrong digits before them."""
    n_changed: Int[np.ndarray, " digit"]
    """Predictions that differ between the two."""

    @property
    def digits(self) -> range:
        """The numbers of the answer digits that have another before them."""
        return range(1, len(self.n_right) + 1)

    @property
    def digit_names(self) -> tuple[str, ...]:
        """The names of these digits."""
        return tuple(f"C{digit}" for digit in self.digits)

    @property
    def accuracy(self) -> Float[np.ndarray, " digit"]:
        """The share of right predictions with the right digits before them."""
        return self.n_right / self.n_sums

    @property
    def accuracy_after_wrong(self) -> Float[np.ndarray, " digit"]:
        """The share of right predictions with wrong digits before them."""
        return self.n_right_after_wrong / self.n_sums

    @property
    def changed(self) -> Float[np.ndarray, " digit"]:
        """The share of predictions that the wrong digits change."""
        return self.n_changed / self.n_sums


def answer_tokens(model: Model, sample: Sums) -> AnswerTokens:  # noqa: ARG001 — it draws sums of its own
    """Measures the predictions of each answer digit with the right and with wrong digits before it."""
    layout = layout_of(model)
    sums = uniform_sums(layout, N_SUMS, SEED)
    tokens = tokens_for(model, sums)
    predicted = answer_predictions(model, tokens)
    tokens[:, layout.answer] = tokens.new_tensor(wrong_answers(sums))
    predicted_after_wrong = answer_predictions(model, tokens)
    is_right, is_right_after_wrong, is_changed = (
        predicted == sums.answer_digits,
        predicted_after_wrong == sums.answer_digits,
        predicted != predicted_after_wrong,
    )
    return AnswerTokens(
        n_sums=len(sums),
        n_right=is_right[:, 1:].sum(axis=0),
        n_right_after_wrong=is_right_after_wrong[:, 1:].sum(axis=0),
        n_changed=is_changed[:, 1:].sum(axis=0),
    )


def wrong_answers(sums: Sums) -> Int[np.ndarray, "sum digit"]:
    """An answer for each sum in which every digit is wrong, drawn uniformly from the nine wrong digits."""
    shifts = np.random.default_rng(SEED).integers(1, N_DIGIT_TOKENS, sums.answer_digits.shape)
    return (sums.answer_digits + shifts) % N_DIGIT_TOKENS
