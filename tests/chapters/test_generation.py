"""The claims on earlier answer digits and on free generation, on made-up results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.chapters.every_sum.generation import (
    errors_are_the_same,
    generated_table,
    predictions_need_no_earlier_digits,
    wrong_digits_table,
)
from report.content.chapter import Absent, Table
from sumint.analyses.performance.answer_tokens import AnswerTokens
from sumint.analyses.performance.free_generation import FreeGeneration

NEARLY_THE_SAME = FreeGeneration(
    n_wrong=500,
    n_generated=500,
    n_wrong_before_last=400,
    n_different=2,
    wrong_given=np.array([300, 100, 120]),
    wrong_generated=np.array([300, 101, 121]),
    different=np.array([0, 1, 1]),
)


def tokens_with(right: list[int], right_after_wrong: list[int], changed: list[int]) -> AnswerTokens:
    return AnswerTokens(1_000, *map(np.array, (right, right_after_wrong, changed)))


@pytest.mark.parametrize(
    ("tokens", "state", "sentence"),
    [
        (tokens_with([1000, 999], [950, 999], [50, 0]), "holds", ""),
        (tokens_with([1000, 999], [905, 999], [95, 0]), "near-holds", ""),
        (
            tokens_with([1000, 999], [999, 700], [1, 299]),
            "fails",
            "of changed predictions of C2 is 29.9%",
        ),
        # A model that always predicts the same digit, whatever the digits before it.
        (tokens_with([100, 100], [100, 100], [0, 0]), "fails", "of right predictions of C1 is 10.0%"),
        # A model that predicts other right digits with wrong ones before them.
        (
            tokens_with([850, 999], [950, 999], [200, 0]),
            "fails",
            "of changed predictions of C1 is 20.0%",
        ),
    ],
)
def test_predictions_depend_little_on_the_digits_before_them(
    tokens: AnswerTokens, state: str, sentence: str
) -> None:
    claim = predictions_need_no_earlier_digits(tokens)
    assert claim.state == state
    assert sentence in claim.sentence
    assert "n = 1,000" in claim.check.value


def test_the_table_has_a_row_for_every_digit_with_one_before_it() -> None:
    table = wrong_digits_table(tokens_with([1000, 990], [950, 980], [50, 10]))
    assert [*table.rows] == [("C1", 1.0, 0.95, 0.05), ("C2", 0.99, 0.98, 0.01)]


def test_free_generation_makes_the_same_errors() -> None:
    claim = errors_are_the_same(NEARLY_THE_SAME)
    assert claim.state == "holds"
    assert "249,500 of 250,000 sums are right" in claim.check.value
    assert "398 of 400 answers that could change stay the same, in all 500 wrong sums" in claim.check.value
    table = generated_table(NEARLY_THE_SAME)
    assert isinstance(table, Table)
    assert [*table.rows] == [("C0", 300, 300, 0), ("C1", 100, 101, 1), ("C2", 120, 121, 1)]
    assert "all 500 wrong sums" in table.caption


def test_the_claim_fails_if_other_digits_are_wrong_in_free_generation() -> None:
    claim = errors_are_the_same(replace(NEARLY_THE_SAME, n_different=40))
    assert claim.state == "fails"
    assert (
        claim.sentence
        == "In free generation, only 90.0% of the answers with a wrong digit before the last stay the same."
    )


def test_the_claim_fails_for_a_model_that_cannot_add_even_if_it_errs_in_the_same_way() -> None:
    cannot_add = replace(
        NEARLY_THE_SAME, n_wrong=225_000, n_generated=10_000, n_wrong_before_last=9_000, n_different=0
    )
    claim = errors_are_the_same(cannot_add)
    assert claim.state == "fails"
    assert claim.sentence == "In free generation, only 10.0% of all sums are right."


def test_a_sample_of_the_wrong_sums_has_an_interval_and_is_said_to_be_one() -> None:
    sampled = replace(NEARLY_THE_SAME, n_wrong=10_001, n_different=3)
    claim = errors_are_the_same(sampled)
    assert claim.state == "near-holds"
    assert "n = 400" in claim.check.value
    assert "a random sample of 500 of 10,001 wrong sums" in claim.check.value
    table = generated_table(sampled)
    assert isinstance(table, Table)
    assert "a random sample of 500 of 10,001 wrong sums" in table.caption


def test_a_sample_without_a_wrong_sum_measures_nothing() -> None:
    zeros = np.zeros(3, np.int64)
    empty = FreeGeneration(200_000, 0, 0, 0, zeros, zeros, zeros)
    assert errors_are_the_same(replace(empty, n_wrong=20_000)).state == "not-measured"
    assert isinstance(generated_table(empty), Absent)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n_wrong": 0, "n_generated": 0, "n_wrong_before_last": 0, "n_different": 0}, "No sum is wrong"),
        ({"n_wrong_before_last": 0, "n_different": 0}, "wrong in its last digit alone"),
    ],
)
def test_the_claim_is_not_applicable_if_no_answer_can_change(changes: dict[str, int], reason: str) -> None:
    claim = errors_are_the_same(replace(NEARLY_THE_SAME, **changes))
    assert claim.state == "not-applicable"
    assert reason in claim.check.value


def test_without_a_tally_nothing_is_measured_and_the_reason_is_given() -> None:
    claim = errors_are_the_same("There are too many sums.")
    assert claim.state == "not-measured"
    assert "There are too many sums." in claim.check.value
    table = generated_table("There are too many sums.")
    assert isinstance(table, Absent)
    assert table.reason == "There are too many sums."
