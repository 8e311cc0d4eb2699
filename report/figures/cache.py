"""The files of a chapter's figures and tables, drawn or reused from an earlier build.

Once everything is measured, drawing takes longer than the rest of a build. The files depend on the chapter's code
and all that it imports, on what the chapter requested of the lab, and on the drawing libraries. They are stored
under a key of all these, so that they are drawn again only when one of them has changed; an edit of a text changes
none.

A figure that cannot be drawn does not affect the others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from report.content.chapter import Absent, Chapter, ChapterPlan, Failed, Figure, Table
from report.content.component import Component
from report.content.failures import Failure
from report.content.picture import Picture
from report.errors import ReportError
from report.figures.columns.entries import COLUMNS_FILE
from report.figures.export import files_of
from report.figures.picture_svg import STYLE
from report.figures.plotlyjs import TRACES
from report.figures.theme import traces_of
from sumint.errors import InputError
from sumint.store.keys import COMPUTING, Key, versions
from sumint.store.results import Store
from sumint.store.sources import NoSourceError, sources_of

Content = TypeVar("Content", bound=Figure | Component | Picture | Absent | Failed | Table)

LIBRARIES = (*COMPUTING, "plotly")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderedFigures:
    """A chapter with the files of its figures and tables."""

    chapter: Chapter
    """The chapter, with a `Failed` in place of each figure or table that could not be drawn."""
    files: Mapping[str, bytes]
    """The files of the figures and tables, by their path in the site."""
    state: Literal["reused", "drawn"]
    key: Key | None
    """The key of the files; None if they cannot be reused."""
    failures: tuple[Failure, ...] = ()
    """All that could not be measured, made or drawn."""


def render_figures(store: Store, stem: str, chapter: Chapter, plan: ChapterPlan) -> RenderedFigures:
    """Render the figures and tables of a chapter that was made from `plan`, or reuse those of an earlier build.

    Raises:
        ReportError: if a figure contains a type of trace that the bundle of plotly.js does not.
    """
    key = files_key(stem, chapter, plan)
    stored = None if key is None else store.load(key, dict)
    if stored is not None:
        return RenderedFigures(chapter, stored, "reused", key, chapter.failures)
    files: dict[str, bytes] = {}
    failures: list[Failure] = []
    figures = tuple(_render_or_fail(stem, figure, files, failures) for figure in chapter.figures)
    tables = tuple(_render_or_fail(stem, table, files, failures) for table in chapter.tables)
    failures[:0] = chapter.failures
    if key is not None and not failures:
        store.save(key, files)
    return RenderedFigures(replace(chapter, figures=figures, tables=tables), files, "drawn", key, tuple(failures))


def _render_or_fail(
    stem: str, content: Content, files: dict[str, bytes], failures: list[Failure]
) -> Content | Failed:
    """Add the files of a figure or table to `files` and return it.

    If it cannot be drawn, add that to `failures`, and return a `Failed` in its place.
    """
    try:
        if isinstance(content, Figure):
            check_traces(stem, content)
        files |= files_of(stem, content)
    except (ReportError, InputError):
        raise
    except Exception as error:
        failure = Failure.of(content.name, error)
        log.error("%s: %s", stem, failure, exc_info=error)
        failures.append(failure)
        return Failed(content.name, content.title, failure.message)
    return content


def check_traces(stem: str, figure: Figure) -> None:
    """Raise a `ReportError` if a figure contains a trace that the bundle of plotly.js cannot draw."""
    for view in figure.views:
        for trace in traces_of(view.plot.figure):
            if trace.type not in TRACES:
                raise ReportError(
                    f"{stem}: figure {figure.name} has a trace of type {trace.type}, but the bundle of plotly.js "
                    f"contains {', '.join(TRACES)} only; add the type to TRACES in report/figures/plotlyjs.py"
                )


def files_key(stem: str, chapter: Chapter, plan: ChapterPlan) -> Key | None:
    """The key of the files of a chapter's figures and tables; None if the files cannot be reused.

    They cannot if code that made them has no source file or was edited since it was imported.
    """
    if None in chapter.requests.values():
        return None
    try:
        sources = sources_of("report.figures.cache", "report.content.sections", *plan.modules)
    except NoSourceError as error:
        log.info("%s: figures are not stored (%s)", stem, error)
        return None
    has_picture = any(isinstance(figure, Picture) for figure in chapter.figures)
    return Key(
        f"figures-{stem}",
        {
            "sources": sources,
            "requests": chapter.requests,
            "style": STYLE if has_picture else None,
            "columns": COLUMNS_FILE,
            "versions": versions(LIBRARIES),
        },
    )


def numbers_of(files: Mapping[str, bytes], stem: str, name: str) -> dict[str, Any]:
    """The data of a figure, read from its files."""
    return json.loads(files[f"data/{stem}/{name}.json"])
