"""The files of a chapter's figures and tables, drawn or reused from an earlier build.

Once everything is measured, drawing takes longer than the rest of a build. The files depend on the chapter's code
and all that it imports, on the results of the lab, and on the drawing libraries. They are cached under a key of
all of these, so that they are drawn again only when one of these has changed; an edit to a text changes none.

A figure that cannot be drawn does not affect the others.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from report.content.budget import affords_every_sum
from report.content.chapter import Absent, Chapter, Failed, Figure, Table
from report.content.diagram import Diagram
from report.errors import ReportError
from report.figures.diagram_svg import STYLE
from report.figures.export import files_of
from report.figures.plotlyjs import TRACES
from report.figures.theme import traces_of
from sumint.errors import InputError
from sumint.lab import Lab
from sumint.machine.files import first_line
from sumint.store.keys import COMPUTING, Key, digest_file, versions
from sumint.store.results import Store
from sumint.store.sources import NoSourceError, sources_of

Content = TypeVar("Content", bound=Figure | Diagram | Absent | Failed | Table)

LIBRARIES = (*COMPUTING, "plotly", "pandas")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderedFigures:
    """A chapter with the files of its figures and tables."""

    chapter: Chapter
    """The chapter, with a `Failed` in place of each figure or table that could not be drawn."""
    files: Mapping[str, bytes]
    """The files of the figures and tables, by their path in the site."""
    state: Literal["reused", "drawn"]

    @property
    def failures(self) -> tuple[str, ...]:
        """The messages of all that could not be made or drawn."""
        failed = (one for one in (*self.chapter.figures, *self.chapter.tables) if isinstance(one, Failed))
        return (*self.chapter.failures, *(f"{one.name}: {one.message}" for one in failed))


def render_figures(lab: Lab, stem: str, chapter: Chapter, *modules: str) -> RenderedFigures:
    """Render the figures and tables of a chapter, which is made by `modules`, or reuse those of an earlier build.

    They are rendered each time if one of the modules has no source file, or was edited since it was imported.

    Raises:
        ReportError: if a figure contains a type of trace that the bundle of plotly.js does not.
    """
    try:
        store, key = lab.store.store, files_key(lab, stem, chapter, *modules)
    except NoSourceError as error:
        log.info("%s: figures are not cached (%s)", stem, error)
        store, key = Store(None), Key(f"figures-{stem}", {})
    archive = store.load(key)
    if archive is not None:
        try:
            return RenderedFigures(chapter, _unpack(archive), "reused")
        except (ValueError, zipfile.BadZipFile) as error:
            store.warn_of_damage(key, error)
    files: dict[str, bytes] = {}
    figures = tuple(_render_or_fail(stem, figure, files) for figure in chapter.figures)
    tables = tuple(_render_or_fail(stem, table, files) for table in chapter.tables)
    rendered = RenderedFigures(replace(chapter, figures=figures, tables=tables), files, "drawn")
    if not rendered.failures:
        store.save(key, _pack(files))
    return rendered


def _render_or_fail(stem: str, content: Content, files: dict[str, bytes]) -> Content | Failed:
    """Add the files of a figure or table to `files` and return it, or return a `Failed` if it cannot be drawn."""
    try:
        if isinstance(content, Figure):
            check_traces(stem, content)
        files |= files_of(stem, content)
    except (ReportError, InputError):
        raise
    except Exception as error:
        log.exception("%s: %s could not be drawn: %s", stem, content.name, first_line(error))
        return Failed(content.name, content.title, first_line(error))
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


def files_key(lab: Lab, stem: str, chapter: Chapter, *modules: str) -> Key:
    """The key of the files of a chapter's figures and tables: all that they depend on."""
    absent = [one.name for one in (*chapter.figures, *chapter.tables) if isinstance(one, Absent)]
    card = json.dumps(dict(lab.card), sort_keys=True)
    has_diagram = any(isinstance(figure, Diagram) for figure in chapter.figures)
    return Key(
        f"figures-{stem}",
        {
            "sources": sources_of("report.figures.cache", "sumint.model.load", *modules),
            "checkpoint": {
                "card": hashlib.sha256(card.encode()).hexdigest(),
                "file": lab.weights_path.name,
            },
            "absent": absent,
            "affords every sum": affords_every_sum(lab),
            "style": digest_file(STYLE) if has_diagram else "",
            "others": {path.name: digest_file(path) for path in lab.others},
            **lab.ingredients,
            "versions": versions(LIBRARIES),
        },
    )


def numbers_of(files: Mapping[str, bytes], stem: str, name: str) -> dict[str, Any]:
    """The data of a figure, read from its files."""
    return json.loads(files[f"data/{stem}/{name}.json"])


def _pack(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def _unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}
