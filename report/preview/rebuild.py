"""Rebuilding of the report after each edit: by the running builder, or after an edit of code by another one."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Event, Thread

from report.errors import SiteError
from report.preview.builder import CANNOT_BUILD, Update, run_builder
from report.preview.live_site import LiveSite, Problem
from report.preview.watch import Sources
from report.project.settings import FILE
from report.publishing.links import PageLinks, check_links, read_links
from sumint.checkpoints.card import card_path
from sumint.errors import InputError

Log = Callable[[str], None]
"""A function that prints a line in the terminal."""

PRELOADED = (
    *(
        "asyncio",
        "numpy",
        "jaxtyping",
        "pandas",
        "PIL.ImageDraw",
        "PIL.ImageFont",
        "safetensors.numpy",
        "requests",
    ),
    *(
        "plotly.graph_objects",
        "plotly.offline",
        "jinja2",
        "markdown",
        "math_core",
        "lxml.html",
        "pygments.formatters",
    ),
)
"""The libraries that a builder imports whatever it builds; builders start with all of these loaded."""


class Rebuilder:
    """The builder of a preview, and the files that it has made so far."""

    def __init__(
        self,
        checkpoint: Path,
        *,
        device: str,
        folder: Path | None = None,
        verbose: bool = False,
        compare: str | None = None,
        other_files: tuple[Path, ...] = (),
    ) -> None:
        """Prepare the builders of a preview.

        Args:
            folder: that of a report of one's own.
            compare: the model that the report is compared with; by default that of the report's settings.
            other_files: the files of that model.
        """
        self.connection: Connection | None = None
        """The builder's end of updates; None once the builder has ended."""
        self._checkpoint = checkpoint
        self._device = device
        self._folder = folder
        self._verbose = verbose
        self._compare = compare
        self._other_files = other_files
        self._parts: dict[str, Mapping[str, bytes]] = {}
        self._digests: Mapping[str, str] = {}
        self._links: dict[bytes, PageLinks] = {}
        if "forkserver" in multiprocessing.get_all_start_methods():
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload(list(PRELOADED))
        else:
            self._context = multiprocessing.get_context("spawn")

    @property
    def checkpoint_files(self) -> tuple[Path, ...]:
        """The files of the checkpoint, its tensors and the possible places of its card, and of the other model."""
        path = self._checkpoint.absolute()
        return (path, card_path(path), card_path(path.resolve()), *self._other_files)

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of the site that has been built."""
        return {path: content for part in self._parts.values() for path, content in part.items()}

    def start(self) -> None:
        """Start another builder, which imports all modules, reads the checkpoint and knows what has been built."""
        self.close()
        self.connection, theirs = self._context.Pipe()
        arguments = (
            *(theirs, self._checkpoint, self._device, dict(self._digests)),
            *(self._verbose, self._folder, self._compare),
        )
        self._process = self._context.Process(target=run_builder, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def edit(self, edited: Collection[Path]) -> None:
        """Build after an edit of these files: in the running builder, if they are texts and templates alone."""
        is_text = all(
            path.suffix != ".py" and path.name != FILE and path not in self.checkpoint_files for path in edited
        )
        if is_text and self.connection is not None:
            try:
                self.connection.send(frozenset(edited))
                return
            except OSError:
                pass  # the builder has just ended
        self.start()

    def receive(self) -> Update | None:
        """The builder's next update, which must be ready; None if the builder has ended."""
        assert self.connection is not None
        try:
            update: Update = self.connection.recv()
        except (EOFError, OSError):
            self.connection = None
            return None
        if update.is_complete:
            self._parts |= update.parts
            self._digests = update.digests
        return update

    def check_links(self) -> None:
        """Raise a `SiteError` if there is a dead link; only pages that have changed are parsed."""
        files = self.files
        pages = {content for path, content in files.items() if path.endswith(".html")}
        self._links = {page: self._links.get(page) or read_links(page) for page in pages}
        check_links(files, self._links.__getitem__)

    def close(self) -> None:
        """End the builder, if it is running."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if (process := getattr(self, "_process", None)) is not None:
            process.kill()
            process.join()


def rebuild_on_edits(rebuilder: Rebuilder, sources: Sources, live: LiveSite, log: Log) -> None:
    """Build, and build again after each edit, until interrupted; the error of a failed build is shown and logged.

    Raises:
        InputError: if the checkpoint cannot be used when the preview starts.
    """
    edits, watcher = multiprocessing.Pipe(duplex=False)
    stop = Event()
    Thread(target=_send_edits, args=(sources, stop, watcher), daemon=True).start()
    rebuilder.start()
    edited: frozenset[Path] = frozenset()
    has_begun = False
    try:
        while True:
            ready = wait([edits, *filter(None, [rebuilder.connection])])
            if edits in ready:
                edited = edits.recv()
                rebuilder.edit(edited)
            elif (update := rebuilder.receive()) is not None:
                if update.is_bad_input and not has_begun:
                    raise InputError(update.problem.message if update.problem else "")
                has_begun = True
                _show(rebuilder, update, edited, live, log)
    finally:
        stop.set()
        rebuilder.close()


def _send_edits(sources: Sources, stop: Event, watcher: Connection) -> None:
    for edited in sources.edits(stop):
        watcher.send(edited)


def _show(rebuilder: Rebuilder, update: Update, edited: Collection[Path], live: LiveSite, log: Log) -> None:
    """Show an update on the open pages, and print it in the terminal."""
    if update.problem is not None:
        log(f"error: {update.problem.message}")
    if not update.is_complete:
        live.show_problem(update.problem or Problem(CANNOT_BUILD, ""))
        return
    live.show(rebuilder.files, update.problem)
    names = ", ".join(sorted(path.name for path in edited))
    log(f"{'rebuilt' if names else 'built'} in {update.seconds:.1f} s{f' after an edit of {names}' * bool(names)}")
    # Dead links are rare, so they are looked for after the pages are shown.
    try:
        rebuilder.check_links()
    except SiteError as error:
        live.show_problem(Problem(CANNOT_BUILD, str(error)))
        log(f"error: {error}")
