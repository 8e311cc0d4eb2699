"""Which claims hold on checkpoints trained from other seeds, and which are rare among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report.chapters.other_seeds.claims import (
    clock_comes_with_the_frequency,
    direction_recurs,
    fading_recurs,
    one_frequency_is_rare,
    order_recurs,
    single_site_is_rare,
    sites_differ,
    together_recurs,
)
from report.chapters.other_seeds.figures import counts_figure, matrix_figure, recurrence_table, seeds_table
from report.chapters.other_seeds.recurrence import recurrence_numbers
from report.content.chapter import ChapterPlan, Content, Values
from report.content.declared import declared_claims
from report.content.failures import Failure
from report.seeds.run import summarize_seeds
from sumint.lab import Lab

CLAIMS = (
    order_recurs,
    direction_recurs,
    together_recurs,
    fading_recurs,
    sites_differ,
    single_site_is_rare,
    one_frequency_is_rare,
    clock_comes_with_the_frequency,
)


def plan(compared: Mapping[str, ChapterPlan], own: Mapping[str, ChapterPlan] | None = None) -> ChapterPlan:
    """The plan of the chapter that checks the claims of the chapters in `compared` on other checkpoints.

    Args:
        own: chapters from outside the package, whose outcomes on the bundled seeds are not shipped with it.
    """

    def recurrence_across_seeds(lab: Lab) -> Iterator[Content]:
        """Which claims hold on which checkpoint."""
        summaries = summarize_seeds(lab, compared, own) if lab.others else None
        others = summaries.others if summaries else ()
        yield Values(recurrence_numbers(others))
        statements = {
            name: function.statement
            for one in (*compared.values(), *(own or {}).values())
            for name, function in declared_claims(one).items()
        }
        yield matrix_figure(summaries, statements)
        yield counts_figure(summaries)
        yield seeds_table(summaries)
        yield recurrence_table(summaries, statements)
        for check in CLAIMS:
            yield check(others)
        # Failures on the report's own checkpoint are reported by the chapters in which they occur.
        yield from (Failure(seed.name, failure) for seed in others for failure in seed.failures)

    return ChapterPlan(
        title="Other seeds",
        question="Which findings hold on models trained from other seeds, and which differ?",
        sections=(recurrence_across_seeds,),
        findings=("order-recurs", "direction-recurs", "sites-differ"),
        needs_every_sum=any(plan.needs_every_sum for plan in compared.values()),
    )
