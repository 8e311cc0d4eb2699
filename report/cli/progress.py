"""Display of the progress of a build: a bar on a terminal, otherwise a line for each step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType

from sumint.machine.progress_bar import ProgressBar, write_line


class Progress:
    """A display of the steps of a build; it is a context manager that removes the bar at its end."""

    def __init__(self, n_steps: int, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar = None if quiet else ProgressBar(n_steps)
        self._n_started = 0
        self._step = ""
        self._begun: set[str] = set()
        self._start: _Start | None = None

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def step(self, name: str) -> None:
        """Show that a step begins, or is taken up again, and count the step before it as done."""
        if self._bar is None:
            return
        self._step = name
        self._bar.describe(name)
        if name in self._begun:
            return
        self._begun.add(name)
        if not self._bar.is_shown:
            write_line(name)
        self._bar.show(self._n_started)
        self._n_started += 1

    def detail(self, name: str) -> None:
        """Show which part of the step is in progress."""
        if self._bar is not None:
            self._bar.describe(self._step, name)

    def sums(self, done: int, of: int) -> None:
        """Show how many of the sums are done, the rate and the time left; call it once before the first sum."""
        now = time.perf_counter()
        if self._start is None or done < self._start.done:
            self._start = _Start(done, now)
        rate = (done - self._start.done) / max(now - self._start.time, 1e-9)
        left = f", {rate:,.0f} sums/s, {(of - done) / rate:.0f} s left" if rate else ""
        self.detail(f"{done / of:.0%}{left}")


@dataclass(frozen=True)
class _Start:
    """The number of sums that were done at the start of the measurement of the rate, and the time of the start."""

    done: int
    time: float
