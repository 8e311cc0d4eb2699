"""`python -m sumint verify` tells what a model says of every sum."""

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


def test_it_says_how_many_sums_are_wrong_and_which(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu"]) == 1
    predicted = capsys.readouterr().out
    assert f"{Layout(2).n_sums:,} sums, " in predicted
    assert " wrong (" in predicted
    assert "  C0 " in predicted
    assert "  C1 " in predicted
    assert "more; --json lists up to 100,000" in predicted
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu"]) == 1
    assert "known from an earlier run" in capsys.readouterr().out


def test_json_holds_everything_that_was_counted(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu", "--json"]) == 1
    counted = json.loads(capsys.readouterr().out)
    assert counted["n_sums"] == Layout(2).n_sums
    assert counted["n_wrong"] == len(counted["listed"])
    assert sum(counted["wrong_by_count"]) == counted["n_wrong"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--digits", "4"], "--digits 4: .+ adds numbers of 2 digits"),
        (["--cluster", "tcp://127.0.0.1:1"], "--cluster tcp://127.0.0.1:1: no Dask scheduler answers there"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    checkpoint: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 1)
    assert main(["verify", "--weights", str(checkpoint), "--device", "cpu", *arguments]) == 2
    predicted = capsys.readouterr().err.strip().splitlines()[-1]
    assert predicted.startswith("error: ")
    assert re.search(message, predicted)
