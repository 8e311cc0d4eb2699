"""The figures and tables of all pages, rendered from the chapters or reused from an earlier build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import ModuleType

from report.content.chapter import Chapter
from report.content.failures import Failure
from report.content.sections import make_chapter
from report.figures.cache import RenderedFigures, files_key, render_figures
from report.outline import CHAPTERS, OUTLINE, plans
from report.pages import overview
from report.project.identity import Identity
from sumint.lab import Lab
from sumint.store.keys import Key

INDEX = "index"
"""The stem of the opening page."""


class Drawings(Mapping[str, RenderedFigures]):
    """The figures and tables of each chapter and of the opening page, by stem, rendered when first needed."""

    def __init__(
        self,
        lab: Lab,
        chapters: Mapping[str, Chapter],
        outline: Sequence[ModuleType] = OUTLINE,
        identity: Identity | None = None,
        rendered: Mapping[str, RenderedFigures] | None = None,
    ) -> None:
        """Draw the figures of these chapters when they are needed, but for those that are `rendered` already."""
        self._lab = lab
        chapter_plans = plans(outline)
        self._plans = {
            **chapter_plans,
            INDEX: overview.plan(
                chapters, chapter_plans, identity or Identity(), is_whole=chapters.keys() >= CHAPTERS.keys()
            ),
        }
        self._made = dict(chapters)
        self._rendered = dict(rendered or {})

    @cached_property
    def _opening(self) -> Chapter:
        return make_chapter(self._lab, self._plans[INDEX])

    def _chapter(self, stem: str) -> Chapter:
        return self._opening if stem == INDEX else self._made[stem]

    def __getitem__(self, stem: str) -> RenderedFigures:
        if stem not in self._rendered:
            chapter, plan = self._chapter(stem), self._plans[stem]
            self._rendered[stem] = render_figures(self._lab.store, stem, chapter, plan)
        return self._rendered[stem]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._made, INDEX))

    def __len__(self) -> int:
        return len(self._made) + 1

    def failures(self, stem: str) -> tuple[Failure, ...]:
        """What failed of a chapter; of its figures and tables, only if they have been rendered."""
        return self._rendered[stem].failures if stem in self._rendered else self._chapter(stem).failures

    def chapter(self, stem: str) -> Chapter:
        """The chapter; if it has been rendered, with a `Failed` in place of what could not be drawn."""
        return self._rendered[stem].chapter if stem in self._rendered else self._chapter(stem)

    def key(self, stem: str) -> Key | None:
        """The key of the files of a chapter's figures and tables; None if they cannot be reused."""
        if stem in self._rendered:
            return self._rendered[stem].key
        return files_key(stem, self._chapter(stem), self._plans[stem])


def draw(
    lab: Lab,
    chapters: Mapping[str, Chapter],
    outline: Sequence[ModuleType] = OUTLINE,
    identity: Identity | None = None,
    rendered: Mapping[str, RenderedFigures] | None = None,
) -> Drawings:
    """Render the figures and tables of every chapter and of the opening page, by stem."""
    drawings = Drawings(lab, chapters, outline, identity, rendered)
    for stem in drawings:
        drawings[stem]
    return drawings
