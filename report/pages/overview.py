"""The opening page: what the model is, how accurate it is, and how many claims hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from report.content.chapter import Absent, Chapter, Failed, Figure
from report.content.diagram import Diagram
from report.content.formats import count
from sumint.analyses.performance.performance import Performance, performance
from sumint.lab import Lab

FIGURES = {"how-it-carries": "the-algorithm", "unembedding": "digits-in-the-plane"}
"""The figures that the page shows, by the chapter from which they are taken."""


def overview(lab: Lab, chapters: Mapping[str, Chapter]) -> Chapter:
    """The opening page, whose figures show the whole algorithm and the directions of the digits."""
    result = lab.run(performance)
    verdicts = [claim.holds for chapter in chapters.values() for claim in chapter.claims]
    checked = [holds for holds in verdicts if holds is not None]
    figures = tuple(
        _with_own_caption(figure) if figure.name == "digits-in-the-plane" else figure
        for stem, name in FIGURES.items()
        for figure in chapters[stem].figures
        if figure.name == name
    )
    return Chapter(
        title="How a transformer adds two numbers",
        question=(
            "A small transformer has learnt to add. This report takes it apart, and checks what it says about it "
            "on the weights at hand."
        ),
        values={
            "checkpoint": lab.weights.architecture,
            "layout": lab.layout,
            "performance": result,
        },
        key_numbers={
            "parameters": count(lab.weights.architecture.n_parameters),
            **_accuracy(chapters["every-sum"], result),
            f"of {count(len(checked))} claims hold": count(sum(checked)),
        },
        figures=figures,
        failures=() if len(figures) == len(FIGURES) else _failures(chapters),
    )


def _accuracy(every_sum: Chapter, result: Performance) -> Mapping[str, str]:
    """The accuracy on all sums if every sum was tested, else on the digits of the sample."""
    return every_sum.key_numbers or {f"of {count(result.n_digits)} digits right": count(result.right_digits)}


def _failures(chapters: Mapping[str, Chapter]) -> tuple[str, ...]:
    """The failures of the chapters from which the opening page takes its figures."""
    return tuple(failure for stem in FIGURES for failure in chapters[stem].failures)


def _with_own_caption(figure: Figure | Diagram | Absent | Failed) -> Figure | Diagram | Absent | Failed:
    """The figure of the digits with a title and a caption for the opening page."""
    if not isinstance(figure, Figure):
        return figure
    caption = (
        "Each digit has a direction in the residual stream; here the ten are seen in the plane that shows most of "
        "them. The line joins each digit to the next."
    )
    return replace(figure, title="How the model writes digits", caption=caption)
