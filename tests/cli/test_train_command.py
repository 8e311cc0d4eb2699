"""`python -m sumint train`, run from the command line."""

import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sumint.__main__ import main
from sumint.checkpoints.card import read_card
from sumint.checkpoints.files import Architecture, read_weights
from sumint.training.config import TrainingConfig
from tests.shared import ROOT

SHORT_EPOCHS = """
from functools import partial

import sumint.training.train
from sumint.__main__ import run
from sumint.training.config import TrainingConfig

sumint.training.train.TrainingConfig = partial(TrainingConfig, training_sums=12800, validation_sums=500)
run()
"""
"""The command `sumint` with an eighth of the training sums."""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
def test_an_interrupted_training_resumes_and_writes_a_checkpoint_with_its_card(
    tmp_path: Path, start: Callable[..., AbstractContextManager[subprocess.Popen[str]]]
) -> None:
    out, state = tmp_path / "model.safetensors", tmp_path / "model.training"
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "short_epochs.py").write_text(SHORT_EPOCHS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path / "code"), str(ROOT)))}
    settings = "--digits 2 --heads 1 --epochs 2 --seed 3 --device cpu --out"
    arguments = ("short_epochs", "train", *settings.split(), str(out))

    with start(*arguments, env=environment) as training:
        while not state.exists() and training.poll() is None:
            time.sleep(0.01)
        training.send_signal(signal.SIGINT)
        printed, errors = training.communicate(timeout=120)
    assert training.returncode == 130
    assert printed == ""
    assert errors.splitlines()[-1] == f"interrupted; the same command resumes from {state}"
    assert "Traceback" not in errors
    assert {path.name for path in tmp_path.iterdir()} == {"code", state.name}

    with start(*arguments, env=environment) as training:
        printed, errors = training.communicate(timeout=120)
    assert training.returncode == 0
    assert printed.startswith(f"{out}: epoch ")
    assert len(printed.splitlines()) == 1
    assert re.fullmatch(r"seed 3: 100%, loss \d\.\d+, accuracy \d\.\d+, best \d\.\d+", errors.splitlines()[-1])
    assert {path.name for path in tmp_path.iterdir()} == {"code", out.name, out.with_suffix(".json").name}
    weights = read_weights(out)
    assert weights.architecture == Architecture(n_digits=2, n_heads=1)
    assert (weights.card["recipe"]["init_seed"], weights.card["recipe"]["order_seed"]) == (3, 3)
    assert len(weights.card["history"]["training_loss"]) == 2
    assert weights.card["history"]["training_loss"][1] < weights.card["history"]["training_loss"][0]


def card_of(out: Path, *options: str) -> dict[str, Any]:
    """The card that a training of one short epoch writes."""
    assert main(["train", "--digits", "2", "--heads", "1", "--epochs", "1", *options, "--out", str(out)]) == 0
    return read_card(out)


def test_either_seed_can_be_set_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = partial(TrainingConfig, training_sums=2560, validation_sums=100)
    monkeypatch.setattr("sumint.training.train.TrainingConfig", short)
    both = card_of(tmp_path / "both.safetensors", "--seed", "3")
    separate = card_of(tmp_path / "separate.safetensors", "--init-seed", "3", "--order-seed", "3")
    other = card_of(tmp_path / "other.safetensors", "--seed", "3", "--order-seed", "4")
    assert both == separate
    assert (other["recipe"]["init_seed"], other["recipe"]["order_seed"]) == (3, 4)
    assert other["name"] == "init seed 3, order seed 4, 2 digits, 1 head"
    assert other["tensors_sha256"] != both["tensors_sha256"]


def test_sizes_and_learning_rate_are_those_asked_for_and_the_card_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = partial(TrainingConfig, training_sums=2560, validation_sums=100)
    monkeypatch.setattr("sumint.training.train.TrainingConfig", short)
    out = tmp_path / "small.safetensors"
    card = card_of(out, "--d-model", "20", "--d-head", "7", "--lr", "0.01")
    assert read_weights(out).architecture == Architecture(2, 1, 20, 7)
    recipe = card["recipe"]
    assert (recipe["first_learning_rate"], recipe["last_learning_rate"]) == (0.01, pytest.approx(0.0005))
    sizes = "2 digits, 1 head, 20 dimensions of the residual stream, 7 dimensions of a head"
    assert card["name"] == f"seed 0, {sizes}, a learning rate of 0.01"
    assert card["origin"] == (
        f"This model was trained with ARENA’s recipe, but with {sizes}, a learning rate of 0.01: seed 0, 1 epoch."
    )


@pytest.mark.parametrize(
    "option", [("--d-model", "2"), ("--d-head", "0"), ("--lr", "0"), ("--lr", "nan"), ("--lr", "high")]
)
def test_sizes_and_rates_without_a_model_are_refused(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *option, "--out", str(tmp_path / "none.safetensors")]) == 2
    name, value = option
    message = capsys.readouterr().err.splitlines()[-1]
    assert f"'{name}': " in message
    assert value in message
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="other processors round differently")
@pytest.mark.nightly
@pytest.mark.parametrize(
    ("sizes", "digest"),
    [
        (("--digits", "2", "--heads", "1"), "c0ac114a53faabd39818c8f8e606bb60abef5a444fa7c1985807df1c0dde09de"),
        ((), "0268904e6084de5521589f2922af788227dd7cabfd98bd5cf2eed1294ae80fd6"),
    ],
    ids=["small", "default"],
)
def test_a_seed_always_trains_the_same_weights(sizes: tuple[str, ...], digest: str, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    arguments = ["sumint", "train", *sizes, "--seed", "0", "--epochs", "1", "--device", "cpu", "--out", str(out)]
    # With these settings every x86 processor uses the same instructions, and one thread adds in one order.
    settings = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-m", *arguments], check=True, capture_output=True, env={**os.environ, **settings}
    )
    assert read_card(out)["tensors_sha256"] == digest


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("model.pt", "the name of a checkpoint must end in .safetensors"),
        ("no folder/model.safetensors", "is not a directory; create it, or choose another place"),
    ],
)
def test_an_unusable_output_path_is_refused_before_the_training(
    out: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / out)]) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith(f"error: --out {tmp_path / out}: ")
    assert errors.endswith(f"{reason}\n")
    assert len(errors.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_existing_files_are_not_overwritten(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("mine")
    assert main(["train", "--out", str(tmp_path / "model.safetensors")]) == 2
    assert f"{tmp_path / name} exists already" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["train", "--digits", "1"],
        ["train", "--digits", "7"],
        ["train", "--epochs", "0"],
        ["train", "--epochs", "many"],
        ["train", "--epochs", "10001"],
        ["train", "--epochs", "9" * 5000],
        ["train", "--heads", "-1"],
        ["train", "--heads", "65"],
        ["train", "--device", "tpu"],
        ["train", "--seed", "first"],
        ["train", "--seed", "9" * 5000],
        ["train", "--init-seed", "-1"],
        ["train", "--order-seed", "0.5"],
        ["train", "more"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_bad_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
