"""The list of chapters, in reading order, and which of them are compared across seeds."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from report.chapters import (
    ablation,
    carries,
    circuit,
    direct_logit_attribution,
    every_sum,
    how_it_adds,
    how_it_carries,
    layer_0_attention,
    layer_1_ov,
    live_model,
    open_questions,
    other_seeds,
    predicted_errors,
    the_task,
    unembedding,
)
from report.content.chapter import ChapterPlan, stem_of

COMPARED = (
    the_task,
    unembedding,
    ablation,
    layer_0_attention,
    direct_logit_attribution,
    layer_1_ov,
    carries,
    every_sum,
    how_it_carries,
    how_it_adds,
    circuit,
    predicted_errors,
)
"""The chapters whose claims are also checked on other checkpoints."""

OUTLINE = (*COMPARED, live_model, other_seeds, open_questions)
"""Every chapter, in reading order."""


def plans(modules: Sequence[ModuleType] = OUTLINE) -> dict[str, ChapterPlan]:
    """The plan of each chapter, by its stem; that of the other seeds compares the claims of other chapters."""
    return {
        stem_of(module): other_seeds.plan(plans(COMPARED)) if module is other_seeds else module.PLAN
        for module in modules
    }
