"""The page that opens the report: what the model is, what it can do, and how much of what is said of it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from report.chapter import Chapter, Figure
from report.theme import count
from sumint.analyses.performance import Performance, performance
from sumint.lab import Lab


def overview(lab: Lab, chapters: Mapping[str, Chapter]) -> Chapter:
    """The opening page; its figure is the one that shows best how the model writes an answer."""
    measured = lab.run(performance)
    verdicts = [claim.holds for chapter in chapters.values() for claim in chapter.claims]
    checked = [holds for holds in verdicts if holds is not None]
    figures = _opening_figure(chapters["unembedding"])
    return Chapter(
        title="How a transformer adds two numbers",
        question=(
            "A small transformer has learnt to add. This report takes it apart, and checks what it says about it "
            "on the weights at hand."
        ),
        values={
            "checkpoint": lab.checkpoint,
            "layout": lab.checkpoint.layout,
            "performance": measured,
        },
        key_numbers={
            "parameters": count(lab.checkpoint.n_parameters),
            **_right(chapters["every-sum"], measured),
            f"of {count(len(checked))} claims hold": count(sum(checked)),
        },
        figures=figures,
        failures=() if figures else chapters["unembedding"].failures,
    )


def _right(every_sum: Chapter, measured: Performance) -> Mapping[str, str]:
    """How much is right, of all sums if they were counted, and else of the probe's digits."""
    return every_sum.key_numbers or {f"of {count(measured.n_digits)} digits right": count(measured.right_digits)}


def _opening_figure(unembedding: Chapter) -> tuple[Figure, ...]:
    caption = (
        "Each digit has a direction in the residual stream; here the ten are seen in the plane that shows most of "
        "them. The line joins each digit to the next."
    )
    return tuple(
        replace(figure, title="How the model writes digits", caption=caption)
        for figure in unembedding.figures
        if isinstance(figure, Figure) and figure.name == "digits-in-the-plane"
    )
