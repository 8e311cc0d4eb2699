"""The task, the model, and how well the model does the task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from report.chapters.the_task.accuracy import (
    as_printed,
    nearly_always_right,
    performance_table,
    sample_probabilities_figure,
)
from report.chapters.the_task.examples import example_sums_table
from report.chapters.the_task.processed_weights import processed_up_to_rounding, weight_processing_table
from report.chapters.the_task.training import training_curve_figure, training_origin
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.own_sums import own_sums
from sumint.analyses.performance.example_sums import example_sums
from sumint.analyses.performance.performance import performance
from sumint.analyses.weights.weight_processing import weight_processing
from sumint.lab import Lab


def the_sums(lab: Lab) -> Iterator[Content]:
    """What the model reads, and what it predicts for a few sums."""
    examples = lab.run(example_sums)
    yield Values({"checkpoint": lab.weights.architecture, "layout": lab.layout, "origin": training_origin(lab)})
    yield replace(sample_probabilities_figure(examples), own_sums=own_sums(lab, "probabilities"))
    yield example_sums_table(examples)


def weights_made_readable(lab: Lab) -> Iterator[Content]:
    """What processing the weights changes."""
    processing = lab.run(weight_processing)
    yield weight_processing_table(processing)
    yield processed_up_to_rounding(processing)


def how_well_it_adds(lab: Lab) -> Iterator[Content]:
    """How well the model adds."""
    measured = lab.run(performance)
    yield Values({"performance": measured})
    yield performance_table(measured)
    yield nearly_always_right(measured)
    yield as_printed.on(lab, measured)


def how_it_was_trained(lab: Lab) -> Iterator[Content]:
    """How the model was trained."""
    yield training_curve_figure(lab)


PLAN = ChapterPlan(
    title="The task",
    question="What is the model asked to do, what is it made of, and how well does it add?",
    sections=(the_sums, weights_made_readable, how_well_it_adds, how_it_was_trained),
    findings=("performance",),
)
