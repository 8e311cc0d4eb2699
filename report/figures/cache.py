"""A chapter's figures and tables as files: drawn, or kept from an earlier build.

Drawing takes longer than all else that a build does once everything is measured. What the files hold depends on
the chapter's code with all that it reaches by import, on what the lab measures, and on the libraries that draw.
Kept under all of that, they are drawn again only when something of it has changed; an edit to a text changes none.

A figure that cannot be drawn leaves the others alone.
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

Shown = TypeVar("Shown", bound=Figure | Diagram | Absent | Failed | Table)

LIBRARIES = (*COMPUTING, "plotly", "pandas")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderedFigures:
    """A chapter with all its files."""

    chapter: Chapter
    """In it what could not be drawn says so."""
    files: Mapping[str, bytes]
    """The files of its figures and tables, by their path in the site."""
    state: Literal["reused", "drawn"]

    @property
    def failures(self) -> tuple[str, ...]:
        """What could not be made of the chapter, nor drawn."""
        undrawn = (shown for shown in (*self.chapter.figures, *self.chapter.tables) if isinstance(shown, Failed))
        return (*self.chapter.failures, *(f"{shown.name}: {shown.message}" for shown in undrawn))


def drawn(lab: Lab, stem: str, chapter: Chapter, *modules: str) -> RenderedFigures:
    """The files of a chapter that these modules make, the chapter's own first.

    They are drawn each time if one of the modules has no source file, or was edited since it was imported.

    Raises:
        ReportError: if a figure draws what no bundle of plotly.js can.
    """
    try:
        store, key = lab.store.store, files_key(lab, stem, chapter, *modules)
    except NoSourceError as error:
        log.info("%s: figures are not kept (%s)", stem, error)
        store, key = Store(None), Key(f"figures-{stem}", {})
    kept = store.load(key)
    if kept is not None:
        try:
            return RenderedFigures(chapter, _unpacked(kept), "reused")
        except (ValueError, zipfile.BadZipFile) as error:
            store.warn(key, error)
    files: dict[str, bytes] = {}
    figures = tuple(_shown(stem, figure, files) for figure in chapter.figures)
    tables = tuple(_shown(stem, table, files) for table in chapter.tables)
    made = RenderedFigures(replace(chapter, figures=figures, tables=tables), files, "drawn")
    if not made.failures:
        store.save(key, _packed(files))
    return made


def _shown(stem: str, shown: Shown, files: dict[str, bytes]) -> Shown | Failed:
    """Draw a figure or table into `files`; what is shown in its place, if that fails, else the thing itself."""
    try:
        if isinstance(shown, Figure):
            check_traces(stem, shown)
        files |= files_of(stem, shown)
    except (ReportError, InputError):
        raise
    except Exception as error:
        log.exception("%s: %s could not be drawn: %s", stem, shown.name, first_line(error))
        return Failed(shown.name, shown.title, first_line(error))
    return shown


def check_traces(stem: str, figure: Figure) -> None:
    """Raise a `ReportError` if a figure draws what the bundle cannot; it is one whichever plotly.js is used."""
    for view in figure.views:
        for trace in traces_of(view.plot.figure):
            if trace.type not in TRACES:
                raise ReportError(
                    f"{stem}: figure {figure.name} draws a trace of type {trace.type}, but plotly.js is "
                    f"bundled with {', '.join(TRACES)} only; add it to TRACES in report/figures/plotlyjs.py"
                )


def files_key(lab: Lab, stem: str, chapter: Chapter, *modules: str) -> Key:
    """All that the files of a chapter's figures and tables depend on."""
    absent = [shown.name for shown in (*chapter.figures, *chapter.tables) if isinstance(shown, Absent)]
    card = json.dumps(dict(lab.card), sort_keys=True)
    has_diagram = any(isinstance(shown, Diagram) for shown in chapter.figures)
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
    """Every number that a figure draws, read from its files."""
    return json.loads(files[f"data/{stem}/{name}.json"])


def _packed(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, written in files.items():
            archive.writestr(path, written)
    return content.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}
