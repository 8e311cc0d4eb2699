"""`python -m sumint verify` reports a model's errors on every sum."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sumint.__main__ import main
from sumint.checkpoints.files import Weights, write_weights
from sumint.exhaustive import dask
from sumint.task.sums import Layout


@pytest.fixture
def checkpoint(tiny_weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "model.safetensors"
    write_weights(path, dict(tiny_weights.tensors), {})
    return path


def test_it_prints_how_many_sums_are_wrong_and_which(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu"]) == 1
    output = capsys.readouterr().out
    assert f"{Layout(2).n_sums:,} sums, " in output
    assert " wrong (" in output
    assert "  C0 " in output
    assert "  C1 " in output
    assert "more; --json lists up to 100,000" in output
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu"]) == 1
    assert "result of an earlier run" in capsys.readouterr().out


def test_json_holds_every_count(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu", "--json"]) == 1
    counts = json.loads(capsys.readouterr().out)
    assert counts["n_sums"] == Layout(2).n_sums
    assert counts["n_wrong"] == len(counts["listed_sums"])
    assert sum(counts["wrong_by_count"]) == counts["n_wrong"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--digits", "4"], "--digits 4: .+ adds numbers of 2 digits"),
        (["--cluster", "tcp://127.0.0.1:1"], "--cluster tcp://127.0.0.1:1: no Dask scheduler answers there"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line(
    checkpoint: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask, "TIMEOUT", 1)
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu", *arguments]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ")
    assert re.search(message, error)
