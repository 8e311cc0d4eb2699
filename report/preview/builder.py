"""The process that builds the report for the preview: everything once, then what an edit of a text has changed.

A text or a template is read again on request. Code is not: after an edit of a module or of the checkpoint, the
preview starts another process. Results and drawings are kept in the store, and the new process gets the digests of
the pages that have been built, so that only pages with another digest are made again.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from report.preview.live_site import Problem
from sumint.machine.command_process import prepare_process
from sumint.machine.processes import end_with_parent

CANNOT_BUILD = "The report cannot be built"
NOT_ALL = "Not all of the report can be made"


@dataclass(frozen=True)
class Update:
    """The parts of the site that one build made, and what is wrong."""

    parts: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """The files of each part of the site that was made; they replace all files of the part."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """The digest of all that each page depends on, by stem, for the pages that may be used again."""
    problem: Problem | None = None
    """What is wrong; None if nothing is."""
    is_complete: bool = True
    """Whether the parts can be shown; if not, the problem is all there is."""
    is_bad_input: bool = False
    """Whether the problem is the checkpoint, which ends a preview that has just begun."""
    seconds: float = 0.0


def run_builder(
    connection: Connection,
    checkpoint: Path,
    device: str,
    digests: Mapping[str, str],
    verbose: bool,
    folder: Path | None = None,
    compare: str | None = None,
) -> None:
    """Build, and send an `Update`; then wait for the files of each edit, and send the update that it makes.

    `folder` is that of a report of one's own. `compare` is the model that the report is compared with, by default
    that of its settings.
    """
    end_with_parent()
    prepare_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process ends this one
    # Otherwise Python could run the bytecode of the first version of a file that is edited twice within a second.
    sys.dont_write_bytecode = True
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    report, update = _first_build(checkpoint, device, digests, verbose, folder, compare)
    connection.send(update)
    while report is not None:
        try:
            edited = connection.recv()
        except EOFError:
            return
        connection.send(_update(report, edited))


def _first_build(
    checkpoint: Path,
    device: str,
    digests: Mapping[str, str],
    verbose: bool,
    folder: Path | None,
    compare: str | None,
) -> tuple[Report | None, Update]:
    started = time.perf_counter()
    try:
        report = Report(checkpoint, device, folder=folder, verbose=verbose, compare=compare)
        return report, report.everything(digests, started)
    except Exception as error:
        return None, _failed(error)


def _update(report: Report, edited: Collection[Path]) -> Update:
    started = time.perf_counter()
    try:
        stems = [stem for path in edited if (stem := report.stem_of_text(path)) is not None]
        # A template can affect every page.
        return report.texts(stems, started) if len(stems) == len(edited) else report.everything({}, started)
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> Update:
    from report.content.failures import described
    from report.errors import ReportError
    from sumint.errors import InputError

    is_for_users = isinstance(error, ReportError | InputError)
    if not is_for_users:
        logging.getLogger(__name__).error("%s", described(error), exc_info=error)
    message = str(error) if is_for_users else described(error)
    return Update(
        problem=Problem(CANNOT_BUILD, message),
        is_complete=False,
        is_bad_input=isinstance(error, InputError),
    )


class Report:
    """The chapters of a report, measured once, and its pages, rendered again from texts and templates.

    Raises:
        InputError: if the checkpoint is not one of the supported family.
        Exception: any error that an edited module raises when it is imported.
    """

    def __init__(
        self,
        checkpoint: Path,
        device: str,
        *,
        verbose: bool,
        folder: Path | None = None,
        compare: str | None = None,
    ) -> None:
        started = time.time()
        from report.comparison.other_model import open_other
        from report.figures.plotlyjs import SCRIPT, smallest
        from report.outline import outline_of, plans
        from report.pages.drawings import INDEX, Drawings
        from report.pages.site import Site, text_of
        from report.pipeline import measure
        from report.project.inputs import has_code
        from report.project.open import settings_in
        from report.publishing.repository import Repository
        from sumint.lab import Lab
        from sumint.store.results import Store
        from sumint.store.sources import files_of, sources_of

        settings = settings_in(folder)
        compared = settings.compare if compare is None else compare
        outline = outline_of(settings, other=open_other(compared) if compared else None)
        names = [module.__name__ for module in outline if has_code(module)]
        sources_of(*names, "report.pages.site")  # cached now: the digests of the code that is running
        if any(path.stat().st_mtime >= started for path in files_of(*names, "report.pages.site")):
            raise RuntimeError("the code was edited while it was being read; it is read again")
        store = Store.of_user()
        self._lab = Lab(checkpoint, device=device, store=store)
        self._plotlyjs = {SCRIPT: smallest(store).script}
        self._repository = Repository()
        self._chapters = measure(self._lab, plans(outline))
        self._drawings = Drawings(self._lab, self._chapters, outline, settings.identity)
        self._stems = [INDEX, *self._chapters]
        self._new_site = lambda: Site(
            self._lab, self._chapters, self._drawings, self._repository, settings.base_url, outline, settings
        )
        self._site = self._new_site()
        self._texts = {text_of(module)[1].resolve(): stem for stem, module in self._site.texts.items()}
        if settings.introduction is not None:
            self._texts[settings.introduction.resolve()] = INDEX
        if verbose:
            for run in self._lab.runs:
                if run.state == "measured":
                    print(f"measured {run.name}", flush=True)
        self._verbose = verbose

    def stem_of_text(self, path: Path) -> str | None:
        """The stem of the page whose text is in a file; None if it is not the text of a page."""
        return self._texts.get(path.resolve())

    def everything(self, known: Mapping[str, str], started: float) -> Update:
        """Every page but those whose digest is known, and the files that belong to no single page."""
        self._site = self._new_site()  # reads the templates again
        digests = {stem: digest for stem in self._stems if (digest := self._site.digest(stem)) is not None}
        parts: dict[str, Mapping[str, bytes]] = {}
        for stem in self._stems:
            if digests.get(stem, "") != known.get(stem):
                if self._verbose:
                    print(f"rendering {stem}", flush=True)
                parts[f"figures of {stem}"] = self._site.figure_files(stem)
                parts[stem] = self._site.page(stem)
        parts["shared"] = {**self._site.shared_files(), **self._plotlyjs}
        parts["lists"] = self._site.list_files()
        return self._with_failures(parts, digests, started)

    def texts(self, stems: Collection[str], started: float) -> Update:
        """The pages with these stems, and the files that list what all texts contain."""
        parts: dict[str, Mapping[str, bytes]] = {stem: self._site.page(stem) for stem in stems}
        parts["lists"] = self._site.list_files()
        digests = {stem: digest for stem in self._stems if (digest := self._site.digest(stem)) is not None}
        return self._with_failures(parts, digests, started)

    def _with_failures(
        self, parts: Mapping[str, Mapping[str, bytes]], digests: Mapping[str, str], started: float
    ) -> Update:
        failures = {stem: self._drawings.failures(stem) for stem in self._stems}
        messages = dict.fromkeys(str(failure) for of_page in failures.values() for failure in of_page)
        return Update(
            parts,
            {stem: digest for stem, digest in digests.items() if not failures[stem]},
            Problem(NOT_ALL, "\n".join(messages)) if messages else None,
            seconds=time.perf_counter() - started,
        )
