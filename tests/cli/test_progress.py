"""A build shows its progress on a terminal, and only its steps in a log."""

from __future__ import annotations

import io
import sys
import time

import pytest

from report.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_the_progress_of_the_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    now = iter([10.0, 12.0, 20.0, 21.0])
    with Progress(3) as progress:
        progress.step("every-sum")
        details: list[str] = []
        monkeypatch.setattr(progress, "detail", details.append)
        with monkeypatch.context() as clock:
            clock.setattr(time, "perf_counter", lambda: next(now))
            for done in (1000, 3000, 200, 450):  # stored by an earlier run, one portion more; then a second run
                progress.sums(done, 5000)
    assert details == ["20%", "60%, 1.00k sums/s, 2 s left", "4%", "9%, 250 sums/s, 18 s left"]
    assert "every-sum" in terminal.getvalue()


def test_a_log_holds_only_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3) as progress:
        progress.step("every-sum")
        progress.sums(1000, 5000)
        progress.detail("every_sum")
    assert capsys.readouterr().err == "every-sum\n"
