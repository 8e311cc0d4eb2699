"""How well the model adds: its accuracy, loss and probabilities over the sample, and beside the write-up's."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure, Table
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import count, decimals, nats, percent
from report.figures import charts
from sumint.analyses.performance.example_sums import ExampleSums, example_sums
from sumint.analyses.performance.performance import Performance, performance
from sumint.lab import Lab
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
        caption=f"Over the answer digits of {count(measured.n_sums)} sums.",
        source=performance,
    )


def sample_probabilities_figure(examples: ExampleSums) -> Figure:
    """Return the heatmaps of the probability of every token at each answer digit, one for each example sum."""
    return Figure(
        "sample-probabilities",
        "What the model predicts",
        {
            label: charts.heatmap(
                probabilities.T,
                x=tuple(f"C{i}" for i in range(len(digits))),
                y=VOCABULARY,
                x_title="digit of the answer",
                y_title="token",
                quantity="probability",
                diverging=False,
                limits=(0, 1),
                text=_rings(digits),
            )
            for label, probabilities, digits in zip(
                examples.labels, examples.probabilities, examples.answer_digits, strict=True
            )
        },
        caption="The probability of every token for each digit of the answer. A ring marks the right digit.",
        alt="A heatmap of twelve tokens by the answer's digits, with a ring where each digit's token is.",
        source=example_sums,
        control="Sum",
        height=480,
        width=420,
    )


def _rings(digits: np.ndarray) -> list[list[str]]:
    """Return the text of the heatmap's cells, tokens by digits: a ring at the right token of each digit."""
    return [["○" if token == digit else "" for digit in digits] for token in range(len(VOCABULARY))]


def performance_claim(measured: Performance) -> Claim:
    """Return the claim that nearly all digits are predicted correctly, with high probability."""
    return Claim(
        "performance",
        "The model is nearly always right, and nearly always sure.",
        value=(
            f"{count(measured.right_digits)} of {count(measured.n_digits)} digits are right; "
            f"the median probability of a right digit is {decimals(measured.median_probability, 3)}"
        ),
        criterion=f"at least {percent(RIGHT_DIGITS_AT_LEAST, 1)} right; a median of at least {MEDIAN_AT_LEAST}",
        holds=measured.digit_accuracy >= RIGHT_DIGITS_AT_LEAST and measured.median_probability >= MEDIAN_AT_LEAST,
        source=performance,
        numbers={
            "digit_accuracy": measured.digit_accuracy,
            "median_probability": measured.median_probability,
            "loss": measured.loss,
        },
        otherwise="These weights make more mistakes, or are less sure, than a model that has learnt the task.",
    )


def published_performance_claim(lab: Lab, measured: Performance) -> Claim:
    """Return the claim that loss and probabilities equal those printed in the write-up."""
    printed = ", ".join(f"{value:.3f} ({_printed_name(name)})" for name, value in PRINTED.items())
    return published_claim(
        lab,
        "published-performance",
        "Loss and probabilities are those that the write-up prints.",
        criterion=f"equal to {printed} to three decimals",
        source=performance,
        check=lambda: _compare_with_printed(measured),
    )


def _compare_with_printed(measured: Performance) -> Finding:
    numbers = {name: float(getattr(measured, name)) for name in PRINTED}
    return Finding(
        ", ".join(f"{value:.3f}" for value in numbers.values()),
        all(round(numbers[name], 3) == printed for name, printed in PRINTED.items()),
        numbers,
    )


def _printed_name(field: str) -> str:
    return field.replace("_probability", "")
