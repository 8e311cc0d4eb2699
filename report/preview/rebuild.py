"""Building again after each edit, in one process: only what an edit can have changed is done anew.

A text or a template: the pages. A module of the report: it and what imports it, and the chapters among these. A
measurement: the same; every other result is remembered, because results are remembered under the source that
measured them. The checkpoint: everything. The model is loaded when something has to be measured, and then stays,
until the checkpoint or the code that loads it is edited.

Modules are edited while this runs, so those of the report and of sumint are imported where they are used: there an
import gives a module as it has last been read.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from report.preview.live_site import LiveSite, Problem
from report.preview.reload import forget, is_running, module_of
from report.preview.watch import Edit, Sources

if TYPE_CHECKING:
    from report.content.chapter import Chapter
    from sumint.lab import Lab

Say = Callable[[str], None]


@dataclass(frozen=True)
class Files:
    """What a build came to."""

    files: Mapping[str, bytes]
    """Every file of the site, by its path."""
    failures: tuple[str, ...]
    """What could not be made; the pages say so in its place."""
    errors: tuple[BaseException, ...]
    """Why."""


class Workshop:
    """What stays from build to build: the lab, and each chapter until its code is edited."""

    def __init__(self, checkpoint: Path, *, device: str, detail: Say = lambda line: None) -> None:
        self._checkpoint = checkpoint
        self._device = device
        self._detail = detail
        self._lab: Lab | None = None
        self._model_code: ModuleType | None = None
        self._chapters: dict[str, tuple[ModuleType, Lab, Chapter]] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the checkpoint: its tensors, and its card where one may be."""
        from sumint.checkpoints.card import card_path

        return (self._checkpoint, card_path(self._checkpoint), card_path(self._checkpoint.resolve()))

    def read(self, edited: Collection[Path]) -> None:
        """Take up an edit: read what it changed, and what that changes in turn.

        Raises:
            Exception: whatever is wrong with an edited module.
        """
        if anew := forget(edited):
            self._detail(f"reading {len(anew)} modules anew")
        if set(edited) & set(self.files):
            self._lab = None
        from report.build import OUTLINE
        from sumint.store.sources import sources_of

        # Digests of sources are remembered until the next edit: these are of the code that has just been read.
        sources_of(*(module.__name__ for module in OUTLINE))

    def build(self) -> Files:
        """Every file of the site, made of what was read.

        Raises:
            ReportError: if a text or the checkpoint's card is broken.
            InputError: if the checkpoint is not one of the family.
            Exception: if a template is broken.
        """
        from report.build import OUTLINE, draw, render
        from report.content.chapter import stem_of
        from report.content.failures import failed_result
        from report.figures.plotlyjs import SCRIPT, smallest
        from report.publishing.repository import Repository
        from sumint.store.folder import cache_folder

        lab = self._current_lab()
        lab.instead = failed_result
        had_model = _has_model(lab)
        with _errors_told() as errors:
            try:
                chapters = {stem_of(module): self._chapter(stem_of(module), module, lab) for module in OUTLINE}
                drawings = draw(lab, chapters)
            finally:
                if _has_model(lab) and not had_model:
                    self._detail("loaded the model")
        files = {**render(lab, chapters, drawings, Repository()), SCRIPT: smallest(cache_folder()).script}
        failures = tuple(failure for drawing in drawings.values() for failure in drawing.failures)
        return Files(files, failures, tuple(errors))

    def _current_lab(self) -> Lab:
        from sumint.lab import Lab
        from sumint.model import load as model
        from sumint.store.folder import cache_folder
        from sumint.store.results import ResultStore

        earlier = self._lab
        if earlier is not None and type(earlier) is Lab:
            return earlier
        lab = Lab(self._checkpoint, device=self._device, store=ResultStore(cache_folder() / "results"))
        if earlier is not None and self._model_code is model and _has_model(earlier):
            lab.model, lab.sample = earlier.model, earlier.sample
        self._lab, self._model_code = lab, model
        return lab

    def _chapter(self, stem: str, module: ModuleType, lab: Lab) -> Chapter:
        """A chapter as it was, if neither its code nor the lab is another."""
        if stem in self._chapters:
            of_module, of_lab, chapter = self._chapters[stem]
            if of_module is module and of_lab is lab:
                return chapter
        from report.build import make_chapter, run_chapter

        self._detail(f"telling {stem} anew")
        chapter = run_chapter(stem, lambda: make_chapter(module, lab))
        self._chapters[stem] = (module, lab, chapter)
        return chapter


def keep_building(workshop: Workshop, sources: Sources, live: LiveSite, say: Say) -> None:
    """Build, and build again after each edit, until interrupted; one that fails is told and waits for the next.

    Raises:
        InputError: if the checkpoint cannot be used when the preview starts.
    """
    from sumint.errors import InputError

    # Else a file edited twice within a second could be taken for its first version, whose bytecode is kept.
    sys.dont_write_bytecode = True
    start = Edit(frozenset(), sources.stamps())
    _build(workshop, start, sources, live, say, unless=InputError)
    for edit in sources.edits(start.after):
        _build(workshop, edit, sources, live, say)


def _build(
    workshop: Workshop,
    edit: Edit,
    sources: Sources,
    live: LiveSite,
    say: Say,
    unless: type[Exception] | tuple[()] = (),
) -> None:
    started = time.perf_counter()
    try:
        workshop.read(edit.files)
        if sources.stamps() != edit.after:
            return  # Edited again meanwhile: nothing may be kept under the digest of code that was not run.
        built = workshop.build()
        seconds = time.perf_counter() - started
        live.show(built.files, _problem(built, sources))
        _check_links(
            built.files
        )  # which takes almost as long again, and rarely finds one; so pages do not wait for it
    except unless:
        raise
    except Exception as error:
        problem = Problem.of(error, sources.folders)
        live.explain(problem)
        if problem.where:
            say("".join(traceback.format_exception(error)).rstrip())
        say(f"error: {problem.where}{': ' * bool(problem.where)}{problem.message}")
        return
    names = ", ".join(sorted(path.name for path in edit.files))
    say(f"rebuilt in {seconds:.1f} s after an edit of {names}" if names else f"built in {seconds:.1f} s")
    for error in built.errors:
        say("".join(traceback.format_exception(error)).rstrip())
    for failure in () if built.errors else built.failures:  # what is new has been logged
        say(f"error: {failure}")
    for path in edit.files:
        if (name := module_of(path, sys.modules)) is not None and is_running(name):
            say(f"{path.name} is a part of the preview itself: start it again to see the edit")


def _problem(built: Files, sources: Sources) -> Problem | None:
    return Problem.of_parts(built.failures, built.errors, sources.folders) if built.failures else None


def _check_links(files: Mapping[str, bytes]) -> None:
    from report.publishing.links import check_links

    check_links(files)


@contextmanager
def _errors_told() -> Iterator[list[BaseException]]:
    """The errors that are logged while this lasts: what a build goes on without."""
    errors: list[BaseException] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                errors.append(record.exc_info[1])

    handler = Collecting()
    logging.getLogger("report").addHandler(handler)
    try:
        yield errors
    finally:
        logging.getLogger("report").removeHandler(handler)


def _has_model(lab: Lab) -> bool:
    """Whether the model has been loaded; asking for it would load it."""
    return "model" in vars(lab)
