"""Surrogates of the carry that predict which sums the model gets wrong."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.predicted_errors.claims import (
    contributions_depend_on_the_digit,
    errors_depend_on_digits,
    levels_alone_miss_errors,
    predicted_errors_are_wrong,
    wrong_sums_are_missed,
)
from report.chapters.predicted_errors.other_kinds import other_errors_table
from report.chapters.predicted_errors.surrogates import (
    agreement_table,
    errors_predicted,
    precision_figure,
    predictors_table,
    states_table,
)
from report.content.budget import tally_of_every_sum
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.trials import SEEN_ON_A_SUM, a_wrong_sum
from sumint.exhaustive.other_errors import other_errors
from sumint.lab import Lab


def surrogates(lab: Lab) -> Iterator[Content]:
    """Which errors the surrogates predict."""
    errors = errors_predicted(lab)
    n_weights = sum(tensor.size for tensor in lab.weights.tensors.values())
    yield Values({"errors": None if isinstance(errors, str) else errors, "n_weights": n_weights})
    yield predictors_table(errors)
    yield precision_figure(errors)
    tally = tally_of_every_sum(lab)
    wrong = "" if isinstance(tally, str) else a_wrong_sum(lab, tally.listed_sums)
    for claim in (
        levels_alone_miss_errors(errors),
        predicted_errors_are_wrong(errors),
        wrong_sums_are_missed(errors),
        errors_depend_on_digits(errors),
        contributions_depend_on_the_digit(errors),
    ):
        yield claim.with_trial(wrong, SEEN_ON_A_SUM)
    yield states_table(errors)
    yield agreement_table(errors)


def other_kinds_of_errors(lab: Lab) -> Iterator[Content]:
    """The errors that are no carries."""
    tally = tally_of_every_sum(lab)
    yield other_errors_table(tally if isinstance(tally, str) else other_errors(tally))


PLAN = ChapterPlan(
    title="Errors, predicted",
    question="Does what is known of the carry predict which sums the model gets wrong?",
    sections=(surrogates, other_kinds_of_errors),
    findings=("predicted-errors-are-wrong", "errors-beyond-nines"),
    needs_addition=True,
    needs_every_sum=True,
)
