"""A build shows its progress on a terminal, and only its steps in a log."""

from __future__ import annotations

import io
import logging
import re
import sys
import time

import pytest

from report.cli.logs import log_to
from report.cli.progress import Progress
from report.cli.tables import print_table
from sumint.machine.progress_bar import REFRESHES_PER_SECOND, ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_at(stream: str, monkeypatch: pytest.MonkeyPatch, columns: int = 120) -> Terminal:
    """A terminal in the place of a standard stream; set in the test itself, as pytest replaces streams between."""
    terminal = Terminal()
    monkeypatch.setattr(sys, stream, terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return terminal


def test_a_step_that_is_taken_up_again_is_named_and_counted_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3) as progress:
        for name in ("the-task", "every-sum", "carries", "every-sum"):
            progress.step(name)
        assert progress._n_started == 3
    assert capsys.readouterr().err.split() == ["the-task", "every-sum", "carries"]


def test_a_terminal_shows_the_progress_of_the_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stderr", monkeypatch)
    now = iter([10.0, 12.0, 20.0, 21.0])
    with Progress(3) as progress:
        progress.step("every-sum")
        details: list[str] = []
        monkeypatch.setattr(progress, "detail", details.append)
        with monkeypatch.context() as clock:
            clock.setattr(time, "perf_counter", lambda: next(now))
            for done in (1000, 3000, 200, 450):  # stored by an earlier run, one portion more; then a second run
                progress.sums(done, 5000)
    assert details == ["20%", "60%, 1,000 sums/s, 2 s left", "4%", "9%, 250 sums/s, 18 s left"]
    assert "every-sum" in terminal.getvalue()


def test_a_log_holds_only_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3) as progress:
        progress.step("every-sum")
        progress.sums(1000, 5000)
        progress.detail("every_sum")
    assert capsys.readouterr().err == "every-sum\n"


def test_nothing_that_is_shown_is_read_as_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stderr", monkeypatch)
    with Progress(2) as progress:
        progress.step("a [bold]step[/] :smile:")
        progress.detail("[link=file:///etc/passwd]of it[/] [/nothing]")
        time.sleep(2 / REFRESHES_PER_SECOND)
    shown = terminal.getvalue()
    assert "a [bold]step[/] :smile:" in shown
    assert "[link=file:///etc/passwd]of it[/] [/nothing]" in shown


def test_a_warning_is_written_above_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stderr", monkeypatch)
    log_to(None)
    with Progress(2) as progress:
        progress.step("every-sum")
        logging.getLogger("sumint").warning("[bold]beware[/]")
        proxied = sys.stderr is not terminal
    assert proxied
    lines = terminal.getvalue().splitlines()
    (warning,) = (number for number, line in enumerate(lines) if "warning: [bold]beware[/]" in line)
    assert "━" not in lines[warning].split("warning")[1]  # the bar is drawn again below
    assert any("━" in line for line in lines[warning + 1 :])


def test_a_quiet_build_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stderr", monkeypatch)
    with Progress(2, quiet=True) as progress:
        progress.step("every-sum")
        progress.sums(1, 2)
    assert terminal.getvalue() == ""


def test_a_log_of_a_training_has_a_line_for_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(4, description="seed 3", unit="epochs", has_log=True) as bar:
        bar.show(2, "loss 0.5")
        bar.show(4)
    assert capsys.readouterr().err == "seed 3: 50%, loss 0.5\nseed 3: 100%\n"


def test_the_rate_excludes_what_an_earlier_run_has_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stderr", monkeypatch)
    with ProgressBar(10**9, unit="sums") as bar:
        for n_done in (900_000_000, 900_000_010, 900_000_020):
            bar.show(n_done)
            time.sleep(0.2)
        assert bar.is_shown
        time.sleep(2 / REFRESHES_PER_SECOND)
    rates = [float(rate.replace(",", "")) for rate in re.findall(r"([\d.,]+) sums/s", terminal.getvalue())]
    assert rates
    assert max(rates) < 100


def test_a_table_on_a_terminal_fits_and_reads_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_at("stdout", monkeypatch, columns=40)
    print_table([("[bold]x[/]", "[/] " * 20), (":smile:", "y")], head=("[red]name[/]", "what"))
    printed = terminal.getvalue()
    assert "[bold]x[/]" in printed
    assert ":smile:" in printed
    assert "\x1b[1m[red]name[/]" in printed  # the head is bold, and nothing is red
    assert max(map(len, re.sub(r"\x1b\[[\d;]*m", "", printed).splitlines())) <= 40


def test_a_table_in_a_log_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("[bold]x[/]", "1", "a" * 300), ("y", "22", "")], right=(1,))
    assert capsys.readouterr().out == f"[bold]x[/]   1  {'a' * 300}\ny           22\n"
    print_table([])
    assert capsys.readouterr().out == ""
