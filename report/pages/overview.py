"""The page that opens the report: what the model is, what it can do, and how much of what is said of it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from report.content.chapter import Absent, Chapter, Failed, Figure
from report.content.diagram import Diagram
from report.content.formats import count
from sumint.analyses.performance.performance import Performance, performance
from sumint.lab import Lab

FROM = {"how-it-carries": "the-algorithm", "unembedding": "digits-in-the-plane"}
"""The figures that the page takes from chapters."""


def overview(lab: Lab, chapters: Mapping[str, Chapter]) -> Chapter:
    """The opening page; its figures are the whole algorithm, and how the model writes digits."""
    measured = lab.run(performance)
    verdicts = [claim.holds for chapter in chapters.values() for claim in chapter.claims]
    checked = [holds for holds in verdicts if holds is not None]
    figures = tuple(
        _how_digits_are_written(shown) if shown.name == "digits-in-the-plane" else shown
        for stem, name in FROM.items()
        for shown in chapters[stem].figures
        if shown.name == name
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
            "performance": measured,
        },
        key_numbers={
            "parameters": count(lab.weights.architecture.n_parameters),
            **_right(chapters["every-sum"], measured),
            f"of {count(len(checked))} claims hold": count(sum(checked)),
        },
        figures=figures,
        failures=() if len(figures) == len(FROM) else _failures(chapters),
    )


def _right(every_sum: Chapter, measured: Performance) -> Mapping[str, str]:
    """How much is right, of all sums if they were counted, and else of the sample's digits."""
    return every_sum.key_numbers or {f"of {count(measured.n_digits)} digits right": count(measured.right_digits)}


def _failures(chapters: Mapping[str, Chapter]) -> tuple[str, ...]:
    """Why a figure is missing that the opening page shows, too."""
    return tuple(failure for stem in FROM for failure in chapters[stem].failures)


def _how_digits_are_written(figure: Figure | Diagram | Absent | Failed) -> Figure | Diagram | Absent | Failed:
    if not isinstance(figure, Figure):
        return figure
    caption = (
        "Each digit has a direction in the residual stream; here the ten are seen in the plane that shows most of "
        "them. The line joins each digit to the next."
    )
    return replace(figure, title="How the model writes digits", caption=caption)
