"""A progress bar on standard error, which rich draws if that is a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, Task
    from rich.text import Text

REFRESHES_PER_SECOND = 4
"""How often the bar is drawn; each time takes a little from the computation."""


class ProgressBar:
    """A bar that shows how much of something is done, at which rate, and how long the rest takes.

    It is a context manager, which removes the bar at its end. Without a terminal it shows nothing, or with
    `has_log` a line for each step. No text is read as markup.
    """

    def __init__(self, total: int, *, description: str = "", unit: str = "", has_log: bool = False) -> None:
        """Prepare a bar for `total` units; `unit` is their name in the rate, which is left out without one."""
        self._total = total
        self._description = description
        self._has_log = has_log
        self._progress = _progress(unit) if sys.stderr.isatty() else None
        self._has_started = False

    def __enter__(self) -> ProgressBar:
        if self._progress is not None:
            self._task = self._progress.add_task(self._description, total=self._total, detail="")
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    @property
    def is_shown(self) -> bool:
        """Whether standard error is a terminal."""
        return self._progress is not None

    def show(self, n_done: int, detail: str = "") -> None:
        """Show how many of the units are done; the rate excludes those that are done at the first call."""
        if self._progress is not None:
            if not self._has_started:
                self._progress.reset(self._task, completed=n_done)
            self._progress.update(self._task, completed=n_done, detail=detail)
        elif self._has_log:
            line = f"{self._description}: {n_done / self._total:.0%}"
            write_line(f"{line}, {detail}" if detail else line)
        self._has_started = True

    def describe(self, description: str, detail: str = "") -> None:
        """Show another description, and a detail of what is in progress."""
        if self._progress is not None:
            self._progress.update(self._task, description=description, detail=detail)


def write_line(line: str) -> None:
    """Write a line to standard error at once: `print` can be interrupted between the text and the line break."""
    sys.stderr.write(f"{line}\n")


def _progress(unit: str) -> Progress:
    # Imported here because rich takes a tenth of a second, and only a terminal needs it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class RateColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.speed
            return Text(f"{speed:,.0f} {unit}/s" if speed >= 10 else f"{speed:.2g} {unit}/s") if speed else Text()

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:.0f}%", markup=False),
        *((RateColumn(), TimeRemainingColumn()) if unit else ()),
        TextColumn("{task.fields[detail]}", markup=False),
        console=Console(file=sys.stderr, markup=False, highlight=False, emoji=False),
        transient=True,
        refresh_per_second=REFRESHES_PER_SECOND,
        redirect_stdout=False,  # what a command prints goes to standard output even if the bar is on the other
    )
