"""The page that opens the report: what the model is, what it can do, and how much of what is said of it holds."""

from __future__ import annotations

from collections.abc import Mapping

from report.chapter import Chapter
from sumint.analyses.performance import performance
from sumint.lab import Lab


def overview(lab: Lab, chapters: Mapping[str, Chapter]) -> Chapter:
    claims = [claim for chapter in chapters.values() for claim in chapter.claims]
    checked = [claim for claim in claims if claim.holds is not None]
    return Chapter(
        title="How a transformer adds two numbers",
        question=(
            "A small transformer has learnt to add. This report takes it apart, and checks every sentence that it "
            "says about it."
        ),
        values={
            "checkpoint": lab.checkpoint,
            "layout": lab.checkpoint.layout,
            "performance": lab.run(performance),
            "n_checked": len(checked),
            "n_holding": sum(bool(claim.holds) for claim in checked),
            "n_figures": sum(len(chapter.figures) for chapter in chapters.values()),
        },
    )
