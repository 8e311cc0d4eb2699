"""A build from Python, with the settings of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import sumint
from report.build_result import BuildResult
from report.comparison.other_model import other_than
from report.figures.plotlyjs import smallest
from report.outline import outline_of
from report.pipeline import build
from report.project.open import settings_in
from sumint.lab import Lab
from sumint.store.results import Store


def build_report(
    checkpoint: Lab | str | Path | None,
    *,
    folder: Path | None,
    site: Path | None,
    single_file: Path | None,
    chapters: Sequence[str],
    compare: str | None,
    base_url: str | None,
    strict: bool,
    on_step: Callable[[str], None],
) -> BuildResult:
    """Publish the report on a checkpoint, as `report.build` describes."""
    settings = settings_in(folder)
    given = settings.weights if checkpoint is None else checkpoint
    lab = given if isinstance(given, Lab) else sumint.load(given)
    chosen = [chapters] if isinstance(chapters, str) else chapters
    compare = settings.compare if compare is None else compare
    is_own = settings.is_own(chosen, compare)
    return build(
        lab,
        site or (None if single_file else settings.site),
        single_file=single_file,
        plotlyjs=smallest(Store.of_user()),
        base_url=settings.base_url if base_url is None else base_url,
        strict=strict or settings.strict,
        step=on_step,
        settings=settings,
        outline=outline_of(settings, chosen, other_than(lab, compare)) if is_own else None,
    )
