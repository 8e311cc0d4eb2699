"""Display of the progress of a build: a bar on a terminal, otherwise a line for each step."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType

from tqdm import tqdm


class Progress:
    """A display of the steps of a build; it is a context manager that removes the bar at its end."""

    def __init__(self, n_steps: int, *, quiet: bool = False) -> None:
        self._quiet = quiet
        has_bar = sys.stderr.isatty() and not quiet
        self._bar = tqdm(total=n_steps, unit="step", leave=False) if has_bar else None
        self._n_started = 0
        self._start: _Start | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, name: str) -> None:
        """Show that a step begins, and count the step before it as done."""
        if self._bar is None:
            if not self._quiet:
                print(name, file=sys.stderr)
            return
        self._bar.n = self._n_started
        self._n_started += 1
        self._bar.set_postfix_str("", refresh=False)
        self._bar.set_description(name)

    def detail(self, name: str) -> None:
        """Show which part of the step is in progress."""
        if self._bar is not None:
            self._bar.set_postfix_str(name)

    def sums(self, done: int, of: int) -> None:
        """Show how many of the sums are done, the rate and the time left; call it once before the first sum."""
        now = time.perf_counter()
        if self._start is None or done < self._start.done:
            self._start = _Start(done, now)
        rate = (done - self._start.done) / max(now - self._start.time, 1e-9)
        left = f", {tqdm.format_sizeof(rate)} sums/s, {(of - done) / rate:.0f} s left" if rate else ""
        self.detail(f"{done / of:.0%}{left}")


@dataclass(frozen=True)
class _Start:
    """The number of sums that were done at the start of the measurement of the rate, and the time of the start."""

    done: int
    time: float
