"""The task, the model, and how well the one does the other."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Absent, Chapter, Claim, Figure, Table
from report.content.claims import Finding, published_claim
from report.content.failures import isolated
from report.content.formats import count, decimals, nats, percent, scientific
from report.content.safe_text import card_text
from report.figures import charts
from sumint.analyses.performance.example_sums import ExampleSums, example_sums
from sumint.analyses.performance.performance import Performance, performance
from sumint.analyses.weights.weight_processing import WeightProcessing, weight_processing
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY
from sumint.training.config import TrainingHistory

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
RIGHT_DIGITS_AT_LEAST = 0.999
MEDIAN_AT_LEAST = 0.99
ROUNDING_AT_MOST = 1e-5

DRAWN_ALONE, FROM_SAMPLE = "drawn alone, with the sample’s seed", "from the sample"
"""What a sum is that is not chosen for anything."""
PRINTED = {"loss": 0.007, "mean_probability": 0.993, "median_probability": 0.996, "least_probability": 0.759}
"""What the write-up's notebook prints, to three decimals."""


def chapter(lab: Lab) -> Chapter:
    """The chapter on the task, measured on the lab's checkpoint."""
    examples = lab.run(example_sums)
    measured = lab.run(performance)
    processing = lab.run(weight_processing)
    return Chapter(
        title="The task",
        question="What is the model asked to do, what is it made of, and how well does it add?",
        values={
            "checkpoint": lab.weights.architecture,
            "layout": lab.layout,
            "performance": measured,
            "origin": _origin(lab),
        },
        figures=(_sample_probabilities(examples), _training_curve(lab)),
        findings=("performance",),
        tables=(_example_sums(examples), _weight_processing(processing), _performance(measured)),
        claims=(
            _weights_processed(processing),
            _adds_well(measured),
            _prints_the_same(lab, measured),
        ),
    )


def _origin(lab: Lab) -> str:
    if lab.weights.digest == ARENA_DIGEST:
        return (
            "These weights are the write-up’s own, trained by ARENA; their file holds no record of the training."
        )
    return card_text(lab.card, "origin", "This checkpoint has no card that says how it was trained.")


@isolated
def _example_sums(examples: ExampleSums) -> Table:
    return Table(
        "example-sums",
        "The sums that figures show one by one",
        {
            "sum": [examples.single, *examples.strings],
            "what it is": [DRAWN_ALONE, *(kind or FROM_SAMPLE for kind in examples.kinds)],
            "tokens": [" ".join(map(str, tokens)) for tokens in (examples.single_tokens, *examples.tokens)],
        },
        caption=(
            "As they are written, and as the model reads them: a digit is its own token, 10 stands for plus and "
            "11 for equals."
        ),
        source=example_sums,
    )


@isolated
def _weight_processing(processing: WeightProcessing) -> Table:
    properties = {
        "every layer norm’s weight is 1": processing.layer_norm_weights,
        "every layer norm’s bias is 0": processing.layer_norm_biases,
        "the unembedding’s mean over the residual stream is 0": processing.unembedding_mean_over_residual,
        "the unembedding’s mean over the tokens is 0": processing.unembedding_mean_over_tokens,
        "every token embedding’s mean is 0": processing.token_embedding_mean,
        "every position embedding’s mean is 0": processing.position_embedding_mean,
        "the mean of what every head writes is 0": processing.output_weights_mean,
        "every output bias’s mean is 0": processing.output_biases_mean,
        "every value bias is 0": processing.value_biases,
    }
    return Table(
        "weight-processing",
        "What the processing gives",
        {"property": tuple(properties), "largest deviation": tuple(properties.values())},
        caption="The largest deviation from each property, in absolute value, in single precision.",
        source=weight_processing,
        formats={"largest deviation": scientific},
    )


@isolated
def _performance(measured: Performance) -> Table:
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


@isolated
def _sample_probabilities(examples: ExampleSums) -> Figure:
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
                text=_marks(digits),
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


def _marks(digits: np.ndarray) -> list[list[str]]:
    """A ring in the cell of the right token of each digit, tokens by digits."""
    return [["○" if token == digit else "" for digit in digits] for token in range(len(VOCABULARY))]


@isolated
def _training_curve(lab: Lab) -> Figure | Absent:
    name, title = "training-curve", "Loss and accuracy by epoch"
    if lab.history is None:
        return Absent(name, title, "The checkpoint’s file holds no record of its training.")
    history = lab.history
    epochs = tuple(range(1, len(history.training_loss) + 1))
    best = history.best_epoch
    return Figure(
        name,
        title,
        charts.stacked_lines(
            epochs,
            {
                "loss (nats)": {"training": history.training_loss, "validation": history.validation_loss},
                "validation digits wrong": {"validation": [1 - right for right in history.validation_accuracy]},
            },
            x_title="epoch",
            logarithmic=True,
        ),
        caption=(
            "Cross-entropy, and the share of validation digits that are wrong, on logarithmic scales. The best "
            f"epoch, {best + 1} of {len(epochs)}, was kept: {percent(history.validation_accuracy[best], 3)} right."
        ),
        alt="Lines over the epochs: training loss, validation loss, and the share of wrong digits.",
        source=TrainingHistory,
        height=460,
    )


@isolated
def _weights_processed(processing: WeightProcessing) -> Claim:
    largest = max(vars(processing).values())
    return Claim(
        "weights-processed",
        "The weights have every property that makes them easy to read.",
        value=f"the largest deviation is {scientific(largest)}",
        criterion=f"at most {scientific(ROUNDING_AT_MOST)}: rounding in single precision",
        holds=largest <= ROUNDING_AT_MOST,
        source=weight_processing,
        numbers={"largest_deviation": largest},
        otherwise="Something here is more than rounding: what follows is not what it says it is.",
    )


@isolated
def _adds_well(measured: Performance) -> Claim:
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


@isolated
def _prints_the_same(lab: Lab, measured: Performance) -> Claim:
    printed = ", ".join(f"{value:.3f} ({_printed_name(name)})" for name, value in PRINTED.items())
    return published_claim(
        lab,
        "published-performance",
        "Loss and probabilities are those that the write-up prints.",
        criterion=f"equal to {printed} to three decimals",
        source=performance,
        check=lambda: _as_printed(measured),
    )


def _as_printed(measured: Performance) -> Finding:
    numbers = {name: float(getattr(measured, name)) for name in PRINTED}
    return Finding(
        ", ".join(f"{value:.3f}" for value in numbers.values()),
        all(round(numbers[name], 3) == printed for name, printed in PRINTED.items()),
        numbers,
    )


def _printed_name(field: str) -> str:
    return field.replace("_probability", "")
