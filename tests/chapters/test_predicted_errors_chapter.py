"""The chapter on predicted errors: its claims on results that are made up, and its tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.chapters.predicted_errors.claims import (
    contributions_depend_on_the_digit,
    errors_depend_on_digits,
    levels_alone_miss_errors,
    predicted_errors_are_wrong,
    wrong_sums_are_missed,
)
from report.chapters.predicted_errors.other_kinds import other_errors_table
from report.chapters.predicted_errors.surrogates import (
    _largest_recall,
    agreement_table,
    precision_figure,
    predictors_table,
    states_table,
)
from report.content.chapter import Absent, Figure, Table
from sumint.analyses.adding.predicted_errors import LEAD_EDGES, PredictedErrors
from sumint.exhaustive.other_errors import OtherErrors
from sumint.task.carry_chains import chains_of
from sumint.task.sums import Layout

CLAIMS = (
    predicted_errors_are_wrong,
    wrong_sums_are_missed,
    errors_depend_on_digits,
    contributions_depend_on_the_digit,
)
N_WRONG = 1000
ZERO = int(np.flatnonzero(LEAD_EDGES == 0)[0])


def made(
    predicted: tuple[int, int],
    hits: tuple[int, int],
    *,
    n_wrong: int = N_WRONG,
    by_state: tuple[int, int] = (0, 0),
) -> PredictedErrors:
    """The result for a model of three digits whose errors are all at C0, in the first of two equal states.

    The numbers are those of the additive surrogate and of the one by angle; `by_state` has those of the first.
    """
    n_predicted, n_hits = (by_state[0], *predicted), (by_state[1], *hits)
    layout = Layout(3)
    n_states = len(chains_of(layout))

    def in_first(*values: int) -> np.ndarray:
        return np.array([[value, *[0] * (n_states - 1)] for value in values])

    by_lead, wrong_by_lead = np.zeros((2, 3, len(LEAD_EDGES) - 1), np.int64)
    by_lead[:, ZERO - 1], wrong_by_lead[:, ZERO - 1] = n_predicted, n_hits
    by_lead[:, -1], wrong_by_lead[:, -1] = 50_000, n_wrong - np.array(n_hits)
    return PredictedErrors(
        limit=0.0,
        n_wrong_of_all=n_wrong,
        n_sampled=500,
        n_sampled_wrong=0,
        n_parameters=np.array([10, 100, 200]),
        n_sums=np.full(n_states, 20_000),
        n_wrong=in_first(n_wrong)[0],
        n_predicted=in_first(*n_predicted),
        n_hits=in_first(*n_hits),
        n_by_lead=by_lead,
        n_wrong_by_lead=wrong_by_lead,
        n_wrong_sums=n_wrong,
        n_predicted_sums=np.array(n_predicted),
        n_hit_sums=np.array(n_hits),
        n_wrong_digits=np.array([n_wrong, 0, 0]),
        n_disagreements=np.array([[n_wrong + p - 2 * h, 0, 0] for p, h in zip(n_predicted, n_hits, strict=True)]),
        n_compared=layout.n_sums - 500,
        n_digits=3,
    )


@pytest.mark.parametrize(
    ("predicted", "hits", "states"),
    [
        ((1000, 800), (500, 600), ("holds", "fails", "holds", "holds")),
        ((1000, 200), (500, 180), ("holds", "holds", "holds", "holds")),
        ((1000, 900), (550, 540), ("holds", "fails", "holds", "fails")),
        ((1000, 2000), (500, 600), ("fails", "fails", "holds", "fails")),
        ((10, 12), (6, 11), ("holds", "holds", "fails", "holds")),
    ],
)
def test_each_claim_holds_where_its_criterion_is_met(
    predicted: tuple[int, int], hits: tuple[int, int], states: tuple[str, ...]
) -> None:
    errors = made(predicted, hits)
    assert tuple(claim(errors).state for claim in CLAIMS) == states


def test_levels_alone_miss_errors_unless_they_predict_more_than_the_states() -> None:
    assert levels_alone_miss_errors(made((0, 0), (0, 0), by_state=(1000, 50))).holds
    claim = levels_alone_miss_errors(made((0, 0), (0, 0), by_state=(1000, 600)))
    assert claim.state == "fails"
    # The baseline predicts all 20,000 sums of the state, a twentieth of them wrong: 0.6 less 2 · 1,000 / 21,000.
    assert "larger by 0.505 than" in claim.sentence


def test_the_recall_at_a_precision_of_one_half_is_the_largest_of_all_thresholds() -> None:
    recall = np.array([np.nan, 0.1, 0.3, 0.6, 0.9])
    assert _largest_recall(recall, np.array([np.nan, 0.9, 0.4, 0.5, 0.2])) == 0.6
    assert _largest_recall(recall, np.array([np.nan, 0.4, 0.4, 0.4, 0.2])) == 0


def test_a_claim_that_fails_says_what_is_true_instead() -> None:
    sentence = wrong_sums_are_missed(made((1000, 800), (500, 600))).sentence
    assert sentence == "The surrogate by angle predicts most of the wrong sums: it misses 40.0% of them."


def test_a_surrogate_that_predicts_no_error_has_no_precision() -> None:
    errors = made((0, 0), (0, 0))
    assert predicted_errors_are_wrong(errors).state == "not-measured"
    assert wrong_sums_are_missed(errors).holds
    assert errors_depend_on_digits(errors).state == "fails"


@pytest.mark.parametrize("claim", [*CLAIMS, levels_alone_miss_errors])
def test_nothing_is_claimed_of_a_model_that_cannot_add_or_has_few_errors(claim) -> None:
    errors = made((1000, 800), (500, 600))
    assert claim(replace(errors, n_wrong_of_all=errors.layout.n_sums)).state == "not-applicable"
    assert claim(replace(errors, n_wrong_sums=3)).state == "not-applicable"
    assert claim("Too *wide*.").state == "not-measured"


def test_tables_and_the_figure_show_the_numbers_or_why_there_are_none() -> None:
    errors = made((1000, 800), (500, 600))
    table = predictors_table(errors)
    assert isinstance(table, Table)
    baseline, by_state, additive, by_angle = table.rows
    assert baseline[:4] == ("look-ahead states alone", 1, 20_000, N_WRONG)
    assert by_state[1:5] == (10, 0, 0, 0)
    assert additive[1:6] == (100, 1000, 500, 0.5, 0.5)
    assert by_angle[1:6] == (200, 800, 600, 0.6, 0.75)
    states = states_table(errors)
    assert isinstance(states, Table)
    assert states.rows[0] == ("C0", 0, "kills", 20_000, N_WRONG, 800, 600)
    assert isinstance(precision_figure(errors), Figure)
    agreement = agreement_table(errors)
    assert isinstance(agreement, Table)
    assert agreement.rows[0][1:] == pytest.approx([1e6 * n / errors.n_compared for n in (1000, 1000, 1000, 600)])
    for make in (predictors_table, precision_figure, states_table, agreement_table):
        assert isinstance(make("Too *wide*."), Absent)
        assert isinstance(make(replace(errors, n_wrong_sums=3)), Absent)
    assert isinstance(agreement_table(replace(errors, limit=-0.5)), Absent)


def test_errors_that_are_no_carries_are_listed_by_kind() -> None:
    kinds = OtherErrors(
        digits=np.array([0]),
        differences=np.array([-1]),
        n_errors=np.array([4]),
        pairs=np.array([[34, 44, 62]]),
        n_with_pair=np.array([[3, 4, 1]]),
        n_digits=3,
    )
    table = other_errors_table(kinds)
    assert isinstance(table, Table)
    assert table.rows == (("C0", "−1", 4, "3 + 4 (75%)", "4 + 4 (100%)", "6 + 2 (25%)"),)
    assert isinstance(other_errors_table("No tally."), Absent)
