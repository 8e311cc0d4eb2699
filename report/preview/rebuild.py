"""Rebuilding of the report after each edit, in one process: only what an edit can have changed is made again.

After an edit of a text or a template, that is the pages. After an edit of a module, it is the module, the modules
that import it, and the chapters among these; results are keyed by the source that measured them, so that only the
affected ones are measured again. After an edit of the checkpoint, it is everything. The model is loaded when
something has to be measured, and is kept until the checkpoint or the code that loads it is edited.

Modules of the report and of sumint are imported where they are used, since they are edited while this runs: an
import statement in a function returns the latest version of the module.
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
from report.preview.reload import is_part_of_preview, module_of, unload
from report.preview.watch import Edit, Sources

if TYPE_CHECKING:
    from report.content.chapter import Chapter
    from sumint.lab import Lab

Log = Callable[[str], None]
"""A function that prints a line in the terminal."""


@dataclass(frozen=True)
class PreviewBuild:
    """The outcome of a build for the preview."""

    files: Mapping[str, bytes]
    """Every file of the site, by its path."""
    failures: tuple[str, ...]
    """The messages of what failed; the pages show them in place of the missing content."""
    errors: tuple[BaseException, ...]
    """The errors that caused the failures."""


class Rebuilder:
    """Builds the report repeatedly, and keeps the lab and each chapter until its code is edited."""

    def __init__(self, checkpoint: Path, *, device: str, log_detail: Log = lambda line: None) -> None:
        self._checkpoint = checkpoint
        self._device = device
        self._log_detail = log_detail
        self._lab: Lab | None = None
        self._model_code: ModuleType | None = None
        self._chapters: dict[str, tuple[ModuleType, Lab, Chapter]] = {}

    @property
    def checkpoint_files(self) -> tuple[Path, ...]:
        """The files of the checkpoint: its tensors, and the possible places of its card."""
        from sumint.checkpoints.card import card_path

        return (self._checkpoint, card_path(self._checkpoint), card_path(self._checkpoint.resolve()))

    def read(self, edited: Collection[Path]) -> None:
        """Import edited modules again, with all modules that depend on them, and drop an edited checkpoint.

        Raises:
            Exception: any error that an edited module raises on import.
        """
        if modules := unload(edited):
            self._log_detail(f"importing {len(modules)} modules again")
        if set(edited) & set(self.checkpoint_files):
            self._lab = None
        from report.build import OUTLINE
        from sumint.store.sources import sources_of

        # The digests of the sources are cached until the next edit, so they must be those of the code just
        # imported.
        sources_of(*(module.__name__ for module in OUTLINE))

    def build(self) -> PreviewBuild:
        """Build every file of the site.

        Raises:
            ReportError: if a text or the checkpoint's card is broken.
            InputError: if the checkpoint is not one of the supported family.
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
        with _collect_errors() as errors:
            try:
                chapters = {stem_of(module): self._chapter(stem_of(module), module, lab) for module in OUTLINE}
                rendered = draw(lab, chapters)
            finally:
                if _has_model(lab) and not had_model:
                    self._log_detail("loaded the model")
        files = {**render(lab, chapters, rendered, Repository()), SCRIPT: smallest(cache_folder()).script}
        failures = tuple(failure for figures in rendered.values() for failure in figures.failures)
        return PreviewBuild(files, failures, tuple(errors))

    def _current_lab(self) -> Lab:
        """The lab of the build before, or a new one if the checkpoint or the lab's code was edited."""
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
        """The chapter of the build before, or a new one if its code was edited or the lab is new."""
        if stem in self._chapters:
            of_module, of_lab, chapter = self._chapters[stem]
            if of_module is module and of_lab is lab:
                return chapter
        from report.build import make_chapter, run_chapter

        self._log_detail(f"re-running chapter {stem}")
        chapter = run_chapter(stem, lambda: make_chapter(module, lab))
        self._chapters[stem] = (module, lab, chapter)
        return chapter


def rebuild_on_edits(rebuilder: Rebuilder, sources: Sources, live: LiveSite, log: Log) -> None:
    """Build, and build again after each edit, until interrupted; the error of a failed build is shown and logged.

    Raises:
        InputError: if the checkpoint cannot be used when the preview starts.
    """
    from sumint.errors import InputError

    # Otherwise Python could run the bytecode of the first version of a file that is edited twice within a second.
    sys.dont_write_bytecode = True
    start = Edit(frozenset(), sources.stamps())
    _build(rebuilder, start, sources, live, log, fatal=InputError)
    for edit in sources.edits(start.after):
        _build(rebuilder, edit, sources, live, log)


def _build(
    rebuilder: Rebuilder,
    edit: Edit,
    sources: Sources,
    live: LiveSite,
    log: Log,
    fatal: type[Exception] | tuple[()] = (),
) -> None:
    """Build after an edit and show the outcome; errors of the type `fatal` are raised, others shown and logged."""
    started = time.perf_counter()
    try:
        rebuilder.read(edit.files)
        if sources.stamps() != edit.after:
            return  # A file was edited again: no result may be stored under the digest of code that was not run.
        build = rebuilder.build()
        seconds = time.perf_counter() - started
        live.show(build.files, _problem(build, sources))
        # The check takes almost as long as the build and rarely finds an error, so it runs after the pages are
        # shown.
        _check_links(build.files)
    except fatal:
        raise
    except Exception as error:
        problem = Problem.from_error(error, sources.folders)
        live.show_problem(problem)
        if problem.where:
            log("".join(traceback.format_exception(error)).rstrip())
        log(f"error: {problem.where}{': ' * bool(problem.where)}{problem.message}")
        return
    names = ", ".join(sorted(path.name for path in edit.files))
    log(f"rebuilt in {seconds:.1f} s after an edit of {names}" if names else f"built in {seconds:.1f} s")
    for error in build.errors:
        log("".join(traceback.format_exception(error)).rstrip())
    for failure in () if build.errors else build.failures:  # a new failure has been logged with its traceback
        log(f"error: {failure}")
    for path in edit.files:
        if (name := module_of(path, sys.modules)) is not None and is_part_of_preview(name):
            log(f"{path.name} is a part of the preview itself; restart the preview to see the edit")


def _problem(build: PreviewBuild, sources: Sources) -> Problem | None:
    return Problem.from_failures(build.failures, build.errors, sources.folders) if build.failures else None


def _check_links(files: Mapping[str, bytes]) -> None:
    from report.publishing.links import check_links

    check_links(files)


@contextmanager
def _collect_errors() -> Iterator[list[BaseException]]:
    """Within this context, collect the errors that are logged in the list that is yielded."""
    errors: list[BaseException] = []

    class ErrorCollector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                errors.append(record.exc_info[1])

    handler = ErrorCollector()
    logging.getLogger("report").addHandler(handler)
    try:
        yield errors
    finally:
        logging.getLogger("report").removeHandler(handler)


def _has_model(lab: Lab) -> bool:
    """Whether the lab has loaded its model; unlike `lab.model`, this does not load it."""
    return "model" in vars(lab)
