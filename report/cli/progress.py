"""What a build is doing, for whoever waits for it: a bar on a terminal, a line for each step in a log."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType

from tqdm import tqdm


class Progress:
    """Shows the steps of a build as they begin; used as a context, so that the bar is gone when it ends."""

    def __init__(self, n_steps: int, *, quiet: bool = False) -> None:
        self._quiet = quiet
        on_terminal = sys.stderr.isatty() and not quiet
        self._bar = tqdm(total=n_steps, unit="step", leave=False) if on_terminal else None
        self._begun = 0
        self._counting: _Counting | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, name: str) -> None:
        """A step begins; the one before it is done."""
        if self._bar is None:
            if not self._quiet:
                print(name, file=sys.stderr)
            return
        self._bar.n = self._begun
        self._begun += 1
        self._bar.set_postfix_str("", refresh=False)
        self._bar.set_description(name)

    def detail(self, name: str) -> None:
        """What the step is busy with."""
        if self._bar is not None:
            self._bar.set_postfix_str(name)

    def sums(self, done: int, of: int) -> None:
        """How far it has come with the sums that it goes through; told once before the first."""
        now = time.perf_counter()
        if self._counting is None or done < self._counting.done:
            self._counting = _Counting(done, now)
        rate = (done - self._counting.done) / max(now - self._counting.since, 1e-9)
        left = f", {tqdm.format_sizeof(rate)} sums/s, {(of - done) / rate:.0f} s left" if rate else ""
        self.detail(f"{done / of:.0%}{left}")


@dataclass(frozen=True)
class _Counting:
    """What was done already when the counting began, and when that was."""

    done: int
    since: float
