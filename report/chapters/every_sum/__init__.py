"""The model on every sum: how many sums it gets wrong, which ones, and how."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from report.chapters.every_sum.claims import all_claims
from report.chapters.every_sum.figures import (
    errors_by_digit,
    errors_by_pair,
    errors_by_run,
    errors_in_the_plane,
    right_digit_probability,
    sample_sizes,
)
from report.chapters.every_sum.wrong_sums import wrong_sums
from report.content.budget import tally_of_every_sum
from report.content.chapter import Chapter
from report.content.failures import isolated
from report.content.formats import count
from sumint.analyses.performance.performance import Performance, performance
from sumint.exhaustive.tally import Tally
from sumint.interventions.intervals import CONFIDENCE, wilson
from sumint.lab import Lab
from sumint.task.sums import Layout


def chapter(lab: Lab) -> Chapter:
    """The chapter on all sums, measured on the lab's checkpoint."""
    tally = tally_of_every_sum(lab)
    return Chapter(
        title="Every sum",
        question="How often is the model wrong, over all the sums there are, and where?",
        figures=(
            errors_by_run(tally),
            errors_by_pair(tally),
            errors_in_the_plane(tally),
            right_digit_probability(tally),
        ),
        tables=(errors_by_digit(tally), sample_sizes(tally), wrong_sums(tally)),
        values={
            "layout": lab.layout,
            "sample": lab.sample_spec,
            **_sampled_bounds(lab.run(performance), lab.layout),
        },
        claims=all_claims(lab, tally),
        key_numbers=_key_numbers(tally),
        findings=("nearly-every-sum", "errors-grow-with-nines"),
    )


@isolated
def _sampled_bounds(sampled: Performance, layout: Layout) -> dict[str, Any]:
    """The interval for the number of wrong sums among all, estimated from the sample, for the text."""
    ((low, high),) = wilson(np.array([sampled.wrong_sums]), np.array([sampled.n_sums]))
    at_least, at_most = math.ceil(low * layout.n_sums), math.floor(high * layout.n_sums)
    bounds = {"low": float(low), "high": float(high), "at_least": at_least, "at_most": at_most}
    return {"sampled": sampled, "confidence": CONFIDENCE, **bounds}


@isolated
def _key_numbers(tally: Tally | str) -> dict[str, str]:
    """The number of right sums, for the head of the opening page."""
    if isinstance(tally, str):
        return {}
    return {f"of {count(tally.n_sums)} sums right": count(tally.n_sums - tally.n_wrong)}
