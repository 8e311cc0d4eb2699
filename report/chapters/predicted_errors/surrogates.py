"""Section "Surrogates of the carry": which wrong sums they predict, on all sums that they were not fitted to."""

from __future__ import annotations

from functools import partial

import numpy as np

from report.content.budget import tally_of_every_sum
from report.content.chapter import Figure, Table
from report.content.formats import count, counted, decimals, percent
from report.content.optional import optional_figure, optional_table
from report.figures import charts
from sumint.analyses.adding.predicted_errors import (
    MOST_SUMS,
    PredictedErrors,
    f1,
    predicted_errors,
)
from sumint.lab import Lab
from sumint.model.error_surrogates import SURROGATES
from sumint.task.carry_chains import STATE_NAMES

NAMES = tuple(SURROGATES)
BY_ANGLE = NAMES.index("by angle")

ENOUGH_ERRORS = 100
"""With fewer wrong sums to predict, recall and precision are left to chance."""

PER_MILLION = 10**6

HALF = 0.5
AT_HALF = "recall at 50% precision"


def errors_predicted(lab: Lab) -> PredictedErrors | str:
    """The predicted errors, compared with the tally's, or the reason why there are none, in Markdown."""
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        return tally
    if tally.n_sums > MOST_SUMS:
        return f"With {count(tally.n_sums)} sums, those that the surrogate predicts to be wrong are not listed."
    return lab.run(
        predicted_errors,
        n_wrong=tally.n_wrong,
        listed_sums=tally.listed_sums,
        listed_predictions=tally.listed_predictions,
        listed_margin=tally.listed_margin,
    )


def nothing_to_predict(errors: PredictedErrors | str) -> str:
    """The reason why no errors are predicted, or an empty string if some are."""
    if isinstance(errors, str):
        return errors
    return "" if errors.n_wrong_sums >= ENOUGH_ERRORS else "Too few sums are wrong to predict which."


def not_all_listed(errors: PredictedErrors | str) -> str:
    """The reason why the digits of all sums cannot be compared, or an empty string if they can."""
    reason = nothing_to_predict(errors)
    if reason or isinstance(errors, str):
        return reason
    return (
        "" if errors.is_complete else "Not all wrong sums are listed, so the digits of the others are not known."
    )


def best_states(errors: PredictedErrors) -> int:
    """How many of the states with the highest error rates the baseline has where its F1 is largest, less one."""
    return int(f1(*errors.baseline).argmax())


@optional_table("error-predictors", "Predicted errors", unless=nothing_to_predict)
def predictors_table(name: str, title: str, errors: PredictedErrors) -> Table:
    """The table of recall and precision of the baseline and the surrogates, on wrong digits."""
    recall, precision = errors.baseline
    best = best_states(errors)
    n_wrong = int(errors.n_wrong.sum())
    hits = [round(recall[best] * n_wrong), *errors.n_hits.sum(axis=1).tolist()]
    predicted = [round(hits[0] / precision[best]) if hits[0] else 0, *errors.n_predicted.sum(axis=1).tolist()]
    recalls = [hit / n_wrong for hit in hits]
    precisions = [hit / of_all if of_all else np.nan for hit, of_all in zip(hits, predicted, strict=True)]
    by_rule = f1(np.array(recalls), np.array(precisions))
    columns = {
        "predicted from": ("look-ahead states alone", *(f"the surrogate, {surrogate}" for surrogate in NAMES)),
        "numbers": (best + 1, *errors.n_parameters.tolist()),
        "predicted": predicted,
        "of these wrong": hits,
        "recall": recalls,
        "precision": precisions,
        "F1": by_rule.tolist(),
        "best F1": (float(f1(recall, precision).max()), *f1(*errors.curves).max(axis=1).tolist()),
        AT_HALF: (_largest_recall(recall, precision), *map(_largest_recall, *errors.curves)),
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            f"Predictions of the {counted(n_wrong, 'digit')} wrong by a carry, in {count(errors.n_compared)} sums "
            f"that "
            "were not fitted. The last two columns: at the best threshold of the predicted lead, chosen by the "
            "errors, as the states of the first row are."
        ),
        source=predicted_errors,
        formats={
            **dict.fromkeys(("numbers", "predicted", "of these wrong"), count),
            **dict.fromkeys(("recall", "precision", AT_HALF), percent),
            **dict.fromkeys(("F1", "best F1"), partial(decimals, places=2)),
        },
    )


@optional_figure("error-precision", "Precision and recall of predicted errors", unless=nothing_to_predict)
def precision_figure(name: str, title: str, errors: PredictedErrors) -> Figure:
    """Precision against recall, for every threshold of the predicted lead and every number of states."""
    grid = np.round(np.linspace(0.02, 1, 50), 2)
    series = {
        surrogate: _at_recalls(grid, recall, precision)
        for surrogate, recall, precision in zip(NAMES, *errors.curves, strict=True)
    }
    series["states alone"] = _at_recalls(grid, *errors.baseline)
    return Figure(
        name,
        title,
        charts.lines(
            grid.tolist(),
            series,
            x_title="recall",
            y_title="precision",
            is_share=True,
        ),
        caption=(
            "Precision, the share of predicted digits that are wrong, by recall, as the threshold of the "
            "predicted lead rises; for look-ahead states alone, as more states are predicted to be wrong."
        ),
        alt="Lines of precision over recall for the three surrogates and the baseline.",
        source=predicted_errors,
    )


@optional_table("errors-by-state", "Predicted and wrong digits by look-ahead state", unless=nothing_to_predict)
def states_table(name: str, title: str, errors: PredictedErrors) -> Table:
    """The table of wrong and predicted digits by the look-ahead state behind the digit."""
    states = errors.states
    columns = {
        "digit": [f"C{state.digit}" for state in states],
        "nines behind": [state.n_nines for state in states],
        "next column": [STATE_NAMES[state.decided_by] for state in states],
        "sums": errors.n_sums,
        "wrong": errors.n_wrong,
        "predicted": errors.n_predicted[BY_ANGLE],
        "predicted and wrong": errors.n_hits[BY_ANGLE],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "Digits by the nines on their right and what the next column does, in sums that were not fitted: all, "
            "wrong by a carry, predicted to be wrong by the surrogate by angle, and in both."
        ),
        source=predicted_errors,
        formats=dict.fromkeys(("sums", "wrong", "predicted", "predicted and wrong"), count),
    )


@optional_table("surrogate-agreement", "Digits on which the surrogate and the model differ", unless=not_all_listed)
def agreement_table(name: str, title: str, errors: PredictedErrors) -> Table:
    """The table of disagreements between the model and exact addition or a surrogate, by digit."""
    wrong = errors.n_wrong_digits / errors.n_compared
    columns = {
        "digit": [f"C{digit}" for digit in range(errors.n_digits)],
        "exact addition": PER_MILLION * wrong,
        **{
            surrogate: PER_MILLION * (1 - of_digits)
            for surrogate, of_digits in zip(NAMES, errors.agreement, strict=True)
        },
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            f"Digits per million, of {count(errors.n_compared)} sums that were not fitted, in which exact "
            f"addition "
            "or a surrogate gives another value than the model."
        ),
        source=predicted_errors,
        formats=dict.fromkeys(("exact addition", *NAMES), partial(decimals, places=1)),
    )


def _largest_recall(recall: np.ndarray, precision: np.ndarray) -> float:
    """The largest recall of all thresholds with a precision of at least one half; 0 if there is none."""
    return float(recall[precision >= HALF].max(initial=0))


def _at_recalls(grid: np.ndarray, recall: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """The precision at the first threshold that reaches each recall; NaN if none does."""
    places = np.searchsorted(recall, grid)
    return np.where(places < len(recall), precision[np.minimum(places, len(recall) - 1)], np.nan)
