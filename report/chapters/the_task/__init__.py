"""The task, the model, and how well the model does the task."""

from __future__ import annotations

from report.chapters.the_task.accuracy import (
    performance_claim,
    performance_table,
    published_performance_claim,
    sample_probabilities_figure,
)
from report.chapters.the_task.examples import example_sums_table
from report.chapters.the_task.processed_weights import weight_processing_table, weights_processed_claim
from report.chapters.the_task.training import training_curve_figure, training_origin
from report.content.chapter import Chapter
from sumint.analyses.performance.example_sums import example_sums
from sumint.analyses.performance.performance import performance
from sumint.analyses.weights.weight_processing import weight_processing
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on the task, measured on the lab's checkpoint."""
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
            "origin": training_origin(lab),
        },
        figures=(sample_probabilities_figure(examples), training_curve_figure(lab)),
        findings=("performance",),
        tables=(example_sums_table(examples), weight_processing_table(processing), performance_table(measured)),
        claims=(
            weights_processed_claim(processing),
            performance_claim(measured),
            published_performance_claim(lab, measured),
        ),
    )
