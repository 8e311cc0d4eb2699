"""Benchmarks are written as a table, and all run by one command."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks.machine import machine
from tests.benchmarks.measurement import Measurement, compared, in_turn
from tests.benchmarks.memory import peak_memory_of
from tests.benchmarks.table import BEGIN, END, fill, table

NO_BENCHMARKS = {"__main__", "__init__", "measurement", "table", "history", "machine", "memory"}


ALONE = """
import time
taken = b"1" * 150_000_000
time.sleep(0.5)
"""
WITH_ANOTHER = """
import subprocess, sys, time
code = "taken = b'1' * 150_000_000; print(flush=True); input()"
other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
taken = b"1" * 150_000_000
other.stdout.readline()
time.sleep(0.5)
other.communicate(b"\\n")
"""
"""Programs that take 150 MB each, the second with another process that does so at the same time."""


def of_ratio(ratio: float, *, more_is_better: bool = False) -> Measurement:
    values = tuple(ratio * second for second in (1.0, 2.0, 4.0))
    return Measurement("a build", "s", values, "the imports", (1.0, 2.0, 4.0), more_is_better)


def test_every_benchmark_is_run_by_the_command() -> None:
    folder = Path(command.__file__).parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py") if path.stem not in NO_BENCHMARKS}
    assert modules == command.BENCHMARKS.keys()


def test_what_is_compared_is_measured_in_turn() -> None:
    calls: list[str] = []

    def work(name: str, value: float) -> float:
        calls.append(name)
        return value + len(calls)

    found = in_turn({"ours": lambda: work("ours", 10), "theirs": lambda: work("theirs", 1)}, 2)
    assert calls == ["ours", "theirs"] * 2
    assert found == {"ours": (11, 13), "theirs": (3, 5)}
    ours, theirs = compared(found, "theirs", "s")
    assert (theirs.reference, theirs.ratio) == ("", None)
    assert ours.ratios == (11 / 3, 13 / 5)


def test_the_ratio_is_that_of_the_rounds_and_not_of_the_medians() -> None:
    one = Measurement("a build", "s", (2.0, 30.0, 4.0), "the imports", (1.0, 10.0, 4.0))
    assert one.median == 4.0
    assert one.ratio == 2.0


def test_the_memory_is_that_of_all_processes_at_once() -> None:
    alone, both = (
        peak_memory_of([sys.executable, "-c", code], env=os.environ, cwd=Path()) for code in (ALONE, WITH_ANOTHER)
    )
    assert 150 < alone < 200
    assert 300 < both < 400


def test_the_memory_of_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        peak_memory_of([sys.executable, "-c", "raise SystemExit(3)"], env=os.environ, cwd=Path())


def test_rounds_with_a_reference_of_zero_have_no_ratio() -> None:
    assert Measurement("a build", "s", (2.0, 3.0), "the imports", (0.0, 1.0)).ratios == (3.0,)
    none = Measurement("a build", "s", (2.0, 3.0), "the imports", (0.0, 0.0))
    assert (none.ratios, none.ratio) == ((), None)
    assert table([none], "A processor", 2).splitlines()[4] == "| a build | 2.5 s | 2 to 3 |  |  | the imports |"


def test_a_table_has_medians_ranges_ratios_and_the_machine() -> None:
    found = [Measurement("the imports", "s", (2.0, 2.5, 1234.0)), of_ratio(3.0)]
    lines = table(found, "A processor", 3).splitlines()
    assert lines[0] == "A processor; 3 rounds, in turn:"
    assert lines[4] == "| the imports | 2.5 s | 2 to 1,234 |  |  |  |"
    assert lines[5] == "| a build | 6 s | 3 to 12 | 3 | 3 to 3 | the imports |"


def test_the_machine_is_described_by_what_decides_the_rates() -> None:
    assert "vector instructions: " in machine()
    assert f"torch {version('torch')}" in machine()


def test_a_document_is_filled_between_its_marks(tmp_path: Path) -> None:
    document = tmp_path / "measured.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    fill(document, "new\n")
    fill(document, "newer\n")
    assert document.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"
    document.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        fill(document, "new")
    assert BEGIN in command.DOCUMENT.read_text(encoding="utf-8")
