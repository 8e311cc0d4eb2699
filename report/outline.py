"""The list of chapters, in reading order, and which of them are compared across seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

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
from report.comparison.other_model import OtherModel
from report.content.chapter import ChapterPlan, stem_of
from report.errors import SettingsError
from report.project.chapters import conclusions, load_chapter
from report.project.settings import Settings, check_chapter

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


CHAPTERS = {stem_of(module): module for module in OUTLINE}
"""The chapters of the package by name."""


def plans(modules: Sequence[ModuleType] = OUTLINE) -> dict[str, ChapterPlan]:
    """The plan of each chapter, by its stem; that of the other seeds compares the claims of other chapters."""
    compared = [module for module in modules if module in COMPARED]
    own = [module for module in modules if module not in OUTLINE and module.PLAN.is_compared]
    return {
        stem_of(module): other_seeds.plan(plans(compared), plans(own)) if module is other_seeds else module.PLAN
        for module in modules
    }


def outline_of(
    settings: Settings, chosen: Sequence[str] = (), other: OtherModel | None = None
) -> tuple[ModuleType, ...]:
    """The chapters of a report in their order: those of its settings, or some of them.

    Args:
        chosen: the names of chapters, or the paths of files with one; empty for all of the settings.
        other: the model with which the report is compared, in a chapter before the conclusions.

    Raises:
        SettingsError: if there is no such chapter, or a file is not one.
    """
    own = tuple(name for name in settings.chapters or () if name.endswith(".py"))
    names = settings.chapters or tuple(CHAPTERS)
    if chosen:
        by_stem = {Path(name).stem.replace("_", "-"): name for name in own}
        names = tuple(by_stem.get(name, name) for name in chosen)
        for name in names:
            if not name.endswith(".py"):
                check_chapter(name, [*CHAPTERS, *by_stem], _refuse)
    modules = [load_chapter(Path(name)) if name.endswith(".py") else CHAPTERS[name] for name in names]
    if other is not None:
        from report.chapters import comparison  # few builds compare

        modules.append(comparison.chapter(other, _compared_plans(modules)))
    if settings.conclusions is not None and not chosen:
        modules.append(conclusions(settings.conclusions))
    stems = [stem_of(module) for module in modules]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise SettingsError(f"two chapters have the name {twice}; rename the file of one")
    return tuple(modules)


def _compared_plans(modules: Sequence[ModuleType]) -> dict[str, ChapterPlan]:
    """The plans of the chapters whose claims are checked on another model, by stem."""
    return plans([one for one in modules if one in COMPARED or (one not in OUTLINE and one.PLAN.is_compared)])


def _refuse(message: str) -> NoReturn:
    raise SettingsError(f"--chapters: {message}")
