"""The null and control networks are made again as they are shipped, and are trained on what their names say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sumint.training.controls
from sumint.__main__ import main
from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.checkpoints.locate import CONTROLS as FOLDER
from sumint.checkpoints.locate import bundled_checkpoints, locate
from sumint.task.sums import Layout, SampleSpec, Sums
from sumint.training.config import TrainingConfig
from sumint.training.controls import CONTROLS, LABELS, NULLS, SEED, control_network, permuted
from sumint.training.train import initial_parameters, labelled_tokens, train

SMALL = TrainingConfig(
    Architecture(n_digits=2, n_heads=2, d_model=12, d_head=6),
    epochs=4,
    training_sums=640,
    validation_sums=200,
    batch_size=64,
)
SUMS = SampleSpec(3, 400, 7).draw()


@pytest.fixture(scope="module")
def bundled() -> Weights:
    return read_weights(locate("bundled"))


@pytest.fixture
def short_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """All networks are small, and an epoch has few sums."""
    small = partial(TrainingConfig, SMALL.architecture, training_sums=128, validation_sums=20, batch_size=64)
    monkeypatch.setattr(sumint.training.controls, "TrainingConfig", small)


@pytest.fixture
def interrupted_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every training is interrupted in its first epoch."""

    def train_until_interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sumint.training.controls, "train", train_until_interrupted)


def assert_equal(made: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    assert made.keys() == expected.keys()
    for name, tensor in expected.items():
        np.testing.assert_array_equal(made[name], tensor, err_msg=name)


def card_without_digest(weights: Weights) -> dict[str, Any]:
    return {name: value for name, value in weights.card.items() if name != "tensors_sha256"}


def stems_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.safetensors")}


# The networks that are shipped.


@pytest.mark.parametrize("name", ["untrained", "permuted-weights"])
def test_what_is_not_trained_is_made_again_tensor_by_tensor(name: str, bundled: Weights) -> None:
    shipped = read_weights(FOLDER / f"{name}.safetensors")
    tensors, card = control_network(name, bundled)
    assert_equal(tensors, shipped.tensors)
    assert card == card_without_digest(shipped)
    assert shipped.card["tensors_sha256"] == shipped.digest


def test_every_network_is_shipped_with_the_recipe_that_makes_it() -> None:
    assert stems_in(FOLDER) == {*NULLS, *CONTROLS}
    for name, (labels, n_epochs) in LABELS.items():
        shipped = read_weights(FOLDER / f"{name}.safetensors")
        recipe = replace(TrainingConfig(), init_seed=SEED, order_seed=SEED, labels=labels)
        architecture = Architecture(**shipped.card["recipe"].pop("architecture"))
        assert TrainingConfig(architecture, **shipped.card["recipe"]) == recipe
        assert {len(column) for column in shipped.card["history"].values()} == {n_epochs}
        assert shipped.card["tensors_sha256"] == shipped.digest
    # The seed of the nulls and controls is that of no bundled network.
    assert f"seed-{SEED}" not in {path.stem for path in bundled_checkpoints()}


def test_the_trained_nulls_and_controls_learnt_what_they_were_shown() -> None:
    def accuracies(name: str) -> list[float]:
        return read_weights(FOLDER / f"{name}.safetensors").card["history"]["validation_accuracy"]

    assert max(accuracies("permuted-labels")) < 0.2
    assert accuracies("column-sums")[-1] > 0.99
    # The first epoch of a training is the same however long the training is.
    assert accuracies("epoch-1") == accuracies("epoch-11")[:1]
    assert accuracies("epoch-11")[0] < accuracies("epoch-11")[-1] < 1


def test_a_permutation_keeps_the_entries_of_each_tensor_and_no_order(tiny_weights: Weights) -> None:
    once, again, otherwise = (permuted(tiny_weights, seed) for seed in (1, 1, 2))
    assert_equal(once, again)
    for name, tensor in tiny_weights.tensors.items():
        assert once[name].shape == tensor.shape
        np.testing.assert_array_equal(np.sort(once[name], axis=None), np.sort(tensor, axis=None))
        assert (once[name] != tensor).any(), name
        assert (once[name] != otherwise[name]).any(), name


# What a network is trained to answer.


def answers_of(sums: Sums, labels: Any, seed: int = 7) -> np.ndarray:
    tokens = labelled_tokens(sums, labels, seed)
    before = sums.layout.answer.start
    np.testing.assert_array_equal(tokens[:, :before], sums.tokens[:, :before])
    return tokens[:, sums.layout.answer]


def test_sums_are_labelled_with_their_sums() -> None:
    np.testing.assert_array_equal(labelled_tokens(SUMS, "sums", 7), SUMS.tokens)


def test_permuted_sums_are_the_sums_of_other_operands_always_the_same() -> None:
    answers = answers_of(SUMS, "permuted sums")
    np.testing.assert_array_equal(answers, answers_of(SUMS, "permuted sums"))
    assert (answers != answers_of(SUMS, "permuted sums", seed=8)).any()
    assert sorted(map(tuple, answers)) == sorted(map(tuple, SUMS.answer_digits))
    assert (answers == SUMS.answer_digits).all(axis=1).mean() < 0.05
    # The order of the digits within an answer stays: each row is an answer, not a column.
    assert set(map(tuple, answers.tolist())) == set(map(tuple, SUMS.answer_digits.tolist()))


def test_column_sums_are_sums_without_carries() -> None:
    answers = answers_of(SUMS, "column sums")
    for a, b, answer in zip(SUMS.a_digits, SUMS.b_digits, answers, strict=True):
        assert answer.tolist() == [(x + y) % 10 for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    carries = (SUMS.a_digits[:, 1:] + SUMS.b_digits[:, 1:] >= 9).any(axis=1)
    np.testing.assert_array_equal(answers[~carries], SUMS.answer_digits[~carries])
    assert (answers != SUMS.answer_digits).any()


def test_the_labels_do_not_change_the_sums_in_the_sample() -> None:
    before = SUMS.tokens.copy()
    for labels in ("sums", "permuted sums", "column sums"):
        labelled_tokens(SUMS, labels, 7)[:] = 0
    np.testing.assert_array_equal(SUMS.tokens, before)


def test_a_network_learns_columns_faster_than_the_sums_of_others() -> None:
    config = replace(SMALL, epochs=5, training_sums=6400)
    losses = {
        labels: train(replace(config, labels=labels))[1].validation_loss[-1]
        for labels in ("column sums", "permuted sums")
    }
    assert losses["column sums"] < losses["permuted sums"] - 0.1
    # The digits of a sum are nearly even, so that nothing better than chance can be learnt of those of another.
    assert losses["permuted sums"] > 0.9 * np.log(10)


def test_a_training_that_is_cut_short_returns_its_last_epoch_and_not_its_best() -> None:
    diverging = replace(SMALL, epochs=4, training_sums=6400, first_learning_rate=5e-3, last_learning_rate=20.0)
    last, history = train(diverging, n_epochs=3)
    assert len(history.training_loss) == 3
    assert history.best_epoch < 2
    best, _ = train(diverging, n_epochs=history.best_epoch + 1)
    assert any((last[name] != best[name]).any() for name in best)
    start, nothing = train(diverging, n_epochs=0)
    assert nothing.training_loss == []
    parameters = initial_parameters(diverging.architecture, diverging.init_seed)
    assert_equal(start, {name: tensor.numpy() for name, tensor in parameters.items()})


# The command.


def test_the_command_makes_what_is_missing_and_leaves_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = [tmp_path / f"{name}.safetensors" for name in (*NULLS, *CONTROLS) if name != "permuted-weights"]
    for path in there:
        path.write_bytes(path.stem.encode())
    assert main(["controls", "--out", str(tmp_path)]) == 0
    assert [path.read_bytes() for path in there] == [path.stem.encode() for path in there]
    made = tmp_path / "permuted-weights.safetensors"
    assert made.read_bytes() == (FOLDER / made.name).read_bytes()
    printed = capsys.readouterr().out.splitlines()
    assert set(printed) == {*(f"{path} exists already" for path in there), str(made)}


@pytest.mark.usefixtures("interrupted_trainings")
def test_an_interruption_keeps_what_is_finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["controls", "--out", str(tmp_path)]) == 130
    assert stems_in(tmp_path) == {"untrained", "permuted-weights"}
    assert {path.stem for path in tmp_path.iterdir()} == stems_in(tmp_path)
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted; the same command makes what is missing"
    for name in stems_in(tmp_path):
        assert_equal(
            read_weights(tmp_path / f"{name}.safetensors").tensors,
            read_weights(FOLDER / f"{name}.safetensors").tensors,
        )


@pytest.mark.usefixtures("short_trainings")
def test_the_command_trains_every_network_for_its_epochs_and_on_its_labels(tmp_path: Path) -> None:
    assert main(["controls", "--out", str(tmp_path)]) == 0
    assert stems_in(tmp_path) == {*NULLS, *CONTROLS}
    for name, (labels, n_epochs) in LABELS.items():
        made = read_weights(tmp_path / f"{name}.safetensors")
        assert made.card["name"] == name.replace("-", " ")
        assert made.card["recipe"]["labels"] == labels
        assert f"seed {SEED}, {n_epochs} of 100 epochs" in made.card["origin"]
        assert len(made.card["history"]["training_loss"]) == n_epochs
        assert made.architecture.layout == Layout(2)


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_without_a_folder_to_write_into_there_is_one_line_and_exit_code_2(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "place"
    if kind == "a file":
        place.write_text("")
    assert main(["controls", "--out", str(place)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"error: --out {place}: is not a directory; create it, or choose another place\n"
    assert place.exists() is (kind == "a file")
