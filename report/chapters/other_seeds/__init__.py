"""Which claims recur on checkpoints trained from other seeds, and which are accidents of one."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from report.chapters.other_seeds.claims import other_seeds_claims
from report.chapters.other_seeds.figures import counts_figure, matrix_figure, recurrence_table, seeds_table
from report.chapters.other_seeds.recurrence import recurrence_numbers
from report.content.chapter import Chapter
from report.seeds.run import summarize_seeds
from sumint.lab import Lab


def chapter(lab: Lab, compared: Sequence[ModuleType]) -> Chapter:
    """Return the chapter that checks the claims of the chapters in `compared` on the lab's other checkpoints."""
    summaries = summarize_seeds(lab, compared) if lab.others else None
    others = summaries.others if summaries else ()
    return Chapter(
        title="Other seeds",
        question="What recurs when the same recipe starts from another seed, and what is an accident?",
        figures=(matrix_figure(summaries), counts_figure(summaries)),
        tables=(seeds_table(summaries), recurrence_table(summaries)),
        values=recurrence_numbers(others),
        claims=other_seeds_claims(others),
        findings=("order-recurs", "identity-recurs", "sites-differ"),
        # Failures on the report's own checkpoint are reported by the chapters in which they occur.
        failures=tuple(f"{seed.name}: {failure}" for seed in others for failure in seed.failures),
    )
