"""How well the model adds: its accuracy, loss and probabilities over the sample, and beside the write-up's."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure, Table
from report.content.claims.checks import Check, all_of, at_least, matches
from report.content.claims.claim import claim, published_claim
from report.content.formats import count, decimals, nats
from report.figures import charts
from sumint.analyses.performance.example_sums import ExampleSums, example_sums
from sumint.analyses.performance.performance import Performance, performance
from sumint.task.sums import VOCABULARY

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
RIGHT_DIGITS_AT_LEAST = 0.999
MEDIAN_AT_LEAST = 0.99

PRINTED = {"loss": 0.007, "mean_probability": 0.993, "median_probability": 0.996, "least_probability": 0.759}
"""The values printed in the write-up's notebook, to three decimals, by the field of `Performance`."""


def performance_table(measured: Performance) -> Table:
    """Return the table of the loss, the probabilities and the accuracy over the sample."""
    rows = {
        "mean cross-entropy": nats(measured.loss),
        "mean probability of the right digit": decimals(measured.mean_probability, 3),
        "median probability of the right digit": decimals(measured.median_probability, 3),
        "least probability of the right digit": decimals(measured.least_probability, 3),
        "digits right": f"{count(measured.right_digits)} of {count(measured.n_digits)}",
        "sums with every digit right": f"{count(measured.right_sums)} of {count(measured.n_sums)}",
    }
    return Table(
        "performance",
        "How well the model adds",
        {"measure": tuple(rows), "value": tuple(rows.values())},
        caption=(
            f"Loss, probabilities and accuracy over the answer digits of the sample of {count(measured.n_sums)} "
            "sums."
        ),
        source=performance,
        csv_columns=_performance_columns(tuple(rows), measured),
    )


def _performance_columns(measures: tuple[str, ...], measured: Performance) -> dict[str, tuple[object, ...]]:
    """Return the columns of the CSV: a loss in nats, a probability or a number of right ones."""
    n_right, n_checked = (measured.right_digits, measured.right_sums), (measured.n_digits, measured.n_sums)
    probabilities = (measured.mean_probability, measured.median_probability, measured.least_probability)
    return {
        "measure": measures,
        "loss": (float(measured.loss), *[""] * 5),
        "right_digit_probability": ("", *map(float, probabilities), "", ""),
        "n_right": (*[""] * 4, *map(int, n_right)),
        "n_checked": (*[""] * 4, *map(int, n_checked)),
    }


def sample_probabilities_figure(examples: ExampleSums) -> Figure:
    """Return the heatmaps of the probability of every token at each answer digit, one for each example sum."""
    return Figure(
        "sample-probabilities",
        "Predicted probability of every token",
        {
            label: charts.heatmap(
                probabilities.T,
                x=tuple(f"C{i}" for i in range(len(digits))),
                y=VOCABULARY,
                x_title="digit of the answer",
                y_title="token",
                quantity="probability",
                diverging=False,
                is_share=True,
                limits=(0, 1),
                text=_rings(digits),
            )
            for label, probabilities, digits in zip(
                examples.labels, examples.probabilities, examples.answer_digits, strict=True
            )
        },
        caption=(
            "Probability of each of the twelve tokens (rows) at each digit of the answer (columns), for one "
            "sum. A ring marks the right digit."
        ),
        alt="A heatmap of twelve tokens by the answer's digits, with a ring where each digit's token is.",
        source=example_sums,
        control="Sum",
        height=480,
        width=420,
    )


def _rings(digits: np.ndarray) -> list[list[str]]:
    """Return the text of the heatmap's cells, tokens by digits: a ring at the right token of each digit."""
    return [["○" if token == digit else "" for digit in digits] for token in range(len(VOCABULARY))]


@claim(
    "performance",
    "The model predicts nearly every digit of the sample correctly, and with high probability.",
    analysis=performance,
    figure="performance",
    otherwise="On the sample, the {quantity} is only {value}, where {bound} is required.",
    follows="nearly-every-sum",
)
def nearly_always_right(measured: Performance) -> Check:
    """The share of right digits, and the median probability of the right digit."""
    return all_of(
        at_least(
            RIGHT_DIGITS_AT_LEAST,
            measured.digit_accuracy,
            "{bound} of the sample’s digits are predicted correctly",
            label="share of digits predicted correctly",
            n=measured.n_digits,
        ),
        at_least(
            MEDIAN_AT_LEAST,
            measured.median_probability,
            "the median probability of the right digit is {bound}",
            label="median probability of the right digit",
        ),
    )


@published_claim(
    "published-performance",
    "Loss and probabilities are those that the write-up prints.",
    analysis=performance,
    figure="performance",
)
def as_printed(measured: Performance) -> Check:
    """The loss and the probabilities, rounded as the write-up prints them."""
    printed = {_printed_name(name): decimals(value, 3) for name, value in PRINTED.items()}
    found = {_printed_name(name): decimals(getattr(measured, name), 3) for name in PRINTED}
    return all_of(matches(printed, found, "the values are, to three decimals, {expected}"))


def _printed_name(field: str) -> str:
    return field.replace("_probability", "")
