"""Free generation: the model predicts the whole answer, and each predicted digit becomes part of its input.

In all other measurements the input contains the right digits before the predicted one (teacher forcing). Whether
a sum is right does not depend on that. By induction: C0 has no digit before it, and as long as all digits so far
are predicted correctly, the input of the next one is the same in both cases. So free generation gets all digits of
a sum right exactly if teacher forcing does, and the tally of every sum counts the right sums of both. A wrong sum
has the same predictions up to its first wrong digit, and only those after it can differ. They are generated here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums, uniform_sums

N_SAMPLED = 10_000
"""If the tally does not list all wrong sums, about this many random ones are generated instead, …"""
MOST_DRAWN, SEED = 100_000, 5
"""… those among at most this many uniform sums, drawn with a seed that no other measurement uses."""


@dataclass(frozen=True)
class FreeGeneration(Result):
    """The wrong sums, predicted with the right digits before each digit and in free generation."""

    n_wrong: int
    """The number of wrong sums among all sums, in both cases."""
    n_generated: int
    """The number of wrong sums that were generated: all of them, or a random sample."""
    n_wrong_before_last: int
    """The number of generated sums with a wrong digit before the last one: of the others no digit can differ."""
    n_different: int
    """The number of generated sums that have another answer in free generation."""
    wrong_given: Int[np.ndarray, " digit"]
    """The number of generated sums in which each digit is wrong with the right digits before it."""
    wrong_generated: Int[np.ndarray, " digit"]
    """The number of generated sums in which each digit is wrong in free generation."""
    different: Int[np.ndarray, " digit"]
    """The number of generated sums in which the two predictions of each digit differ."""

    @property
    def layout(self) -> Layout:
        """The token layout of the sums."""
        return Layout(len(self.different))

    @property
    def n_sums(self) -> int:
        """The number of all sums, right and wrong."""
        return self.layout.n_sums

    @property
    def accuracy(self) -> float:
        """The share of all sums that free generation gets right."""
        return 1 - self.n_wrong / self.n_sums

    @property
    def is_complete(self) -> bool:
        """Whether all wrong sums were generated, rather than a random sample of them."""
        return self.n_generated == self.n_wrong

    @property
    def share_unchanged(self) -> float:
        """The share of sums with the same answer in both cases, of those that can differ; NaN if none can."""
        if not self.n_wrong_before_last:
            return math.nan
        return 1 - self.n_different / self.n_wrong_before_last


def free_generation(
    model: Model,
    sample: Sums,  # noqa: ARG001 — the wrong sums are those of the tally
    *,
    n_wrong: int,
    listed_sums: Int[np.ndarray, "wrong operand"],
    listed_predictions: Int[np.ndarray, "wrong digit"],
) -> FreeGeneration:
    """Generates the wrong sums of a tally, or a random sample of them if the tally does not list all.

    Args:
        n_wrong: the number of wrong sums among all sums.
        listed_sums: the operands of the wrong sums that the tally lists.
        listed_predictions: their predicted digits, with the right digits before each.
    """
    if len(listed_sums) == n_wrong:
        sums = Sums(layout_of(model), listed_sums[:, 0], listed_sums[:, 1])
        given = listed_predictions
    else:
        sums, given = _sample_of_wrong_sums(model, n_wrong)
    generated = generate(model, sums, given)
    is_different = generated != given
    return FreeGeneration(
        n_wrong=n_wrong,
        n_generated=len(sums),
        n_wrong_before_last=int((given != sums.answer_digits)[:, :-1].any(axis=1).sum()),
        n_different=int(is_different.any(axis=1).sum()),
        wrong_given=(given != sums.answer_digits).sum(axis=0),
        wrong_generated=(generated != sums.answer_digits).sum(axis=0),
        different=is_different.sum(axis=0),
    )


def generate(model: Model, sums: Sums, given: Int[np.ndarray, "sum digit"]) -> Int[np.ndarray, "sum digit"]:
    """The answers in free generation, from the predictions `given` the right digits.

    Instead of digit by digit, whole answers are fed back until they no longer change: an answer that the model
    predicts from itself is the generated one, since each of its digits is predicted from those before it. Every
    pass settles at least one more digit.
    """
    generated = given.copy()
    unsettled = np.flatnonzero(~_follows_right_digits(given, sums.answer_digits).all(axis=1))
    for _ in range(1, sums.layout.n_digits):
        if not len(unsettled):
            break
        batch = sums[unsettled]
        before, tokens = generated[unsettled], tokens_for(model, batch)
        tokens[:, batch.layout.answer] = tokens.new_tensor(before)
        # With the right digits before it a digit is the given one, of which double precision may have decided.
        is_given = _follows_right_digits(before, batch.answer_digits)
        after = np.where(is_given, given[unsettled], answer_predictions(model, tokens))
        generated[unsettled] = after
        unsettled = unsettled[(after != before).any(axis=1)]
    return generated


def _follows_right_digits(
    answers: Int[np.ndarray, "sum digit"], right: Int[np.ndarray, "sum digit"]
) -> Bool[np.ndarray, "sum digit"]:
    """Whether all digits before each digit of the answers are right."""
    is_right = np.logical_and.accumulate(answers == right, axis=1)
    return np.concatenate([np.ones_like(is_right[:, :1]), is_right[:, :-1]], axis=1)


def _sample_of_wrong_sums(model: Model, n_wrong: int) -> tuple[Sums, Int[np.ndarray, "sum digit"]]:
    """Random wrong sums, and the model's predictions with the right digits before each digit."""
    layout = layout_of(model)
    n_needed = math.ceil(N_SAMPLED * layout.n_sums / n_wrong)
    drawn = uniform_sums(layout, min(n_needed, MOST_DRAWN), SEED)
    predicted = answer_predictions(model, tokens_for(model, drawn))
    is_wrong = (predicted != drawn.answer_digits).any(axis=1)
    return drawn[is_wrong], predicted[is_wrong]
