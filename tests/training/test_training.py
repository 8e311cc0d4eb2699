"""Training follows the recipe, reaches the same result after interruptions, and returns the best epoch."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sumint.checkpoints.card import read_card
from sumint.checkpoints.files import Architecture, read_weights, write_weights
from sumint.errors import InputError
from sumint.task.sums import Layout, SampleSpec
from sumint.training.config import TrainingConfig, TrainingHistory
from sumint.training.train import (
    TrainingState,
    evaluate,
    initial_parameters,
    train,
    training_card,
    training_step,
)

SMALL = TrainingConfig(
    Architecture(n_digits=2, n_heads=2, d_model=12, d_head=6),
    epochs=4,
    training_sums=640,
    validation_sums=200,
    batch_size=64,
)


class Interrupted(KeyboardInterrupt):
    """Represents Ctrl-C."""


def tokens_of(n_digits: int, size: int = 40) -> Tensor:
    return torch.from_numpy(SampleSpec(n_digits, size).draw().tokens)


def test_the_defaults_are_the_write_up_s_recipe() -> None:
    config = TrainingConfig()
    assert config.architecture == Architecture(n_digits=4, n_heads=3, d_model=48, d_head=24)
    assert (config.epochs, config.batch_size, config.weight_decay) == (100, 512, 1e-3)
    assert (config.training_sums, config.training_sums_seed) == (100_000, 42)
    assert (config.validation_sums, config.validation_sums_seed) == (5_000, 43)


@given(st.integers(2, 300))
def test_the_learning_rate_falls_linearly_from_the_first_to_the_last(epochs: int) -> None:
    config = TrainingConfig(epochs=epochs)
    rates = [config.learning_rate(epoch) for epoch in range(epochs)]
    assert rates[0] == 2e-3
    assert rates[-1] == pytest.approx(1e-4)
    np.testing.assert_allclose(np.diff(rates), (1e-4 - 2e-3) / (epochs - 1), rtol=1e-6)


def test_a_single_epoch_has_the_first_learning_rate() -> None:
    assert TrainingConfig(epochs=1).learning_rate(0) == 2e-3


def test_the_first_step_is_adam_s_with_the_penalty_in_the_gradient() -> None:
    state = TrainingState.start(replace(SMALL, weight_decay=0.5), torch.device("cpu"))
    before = {name: tensor.detach().clone() for name, tensor in state.parameters.items()}
    for group in state.optimizer.param_groups:
        group["lr"] = 0.01
    training_step(state, tokens_of(2))
    for name, parameter in state.parameters.items():
        if name.endswith("b_K"):
            continue
        assert parameter.grad is not None
        gradient = parameter.grad + 0.5 * before[name]
        expected = before[name] - 0.01 * gradient / (gradient.abs() + 1e-8)
        torch.testing.assert_close(parameter.detach(), expected, rtol=1e-3, atol=1e-6, msg=name)


def test_equal_seeds_give_equal_initial_parameters() -> None:
    first, again, other = (initial_parameters(Architecture(), seed) for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["embed.W_E"], other["embed.W_E"])
    weights = torch.cat([tensor.flatten() for name, tensor in first.items() if ".W_" in name])
    assert weights.std().item() == pytest.approx(0.8 / math.sqrt(48), rel=0.05)


@pytest.fixture(scope="module")
def uninterrupted() -> tuple[dict[str, np.ndarray], TrainingHistory]:
    return train(SMALL)


def test_training_lowers_the_loss(uninterrupted: tuple[dict[str, np.ndarray], TrainingHistory]) -> None:
    _, history = uninterrupted
    assert len(history.training_loss) == len(history.validation_loss) == SMALL.epochs
    assert history.training_loss[-1] < history.training_loss[0] - 0.1
    assert history.validation_loss[-1] < history.validation_loss[0]


def test_key_biases_stay_at_zero(uninterrupted: tuple[dict[str, np.ndarray], TrainingHistory]) -> None:
    tensors, _ = uninterrupted
    start = initial_parameters(SMALL.architecture, SMALL.init_seed)
    for name, tensor in tensors.items():
        if name.endswith("b_K"):
            assert not tensor.any()
        else:
            assert (tensor != start[name].numpy()).any(), f"{name} did not change"


@pytest.mark.parametrize("stops", [(1,), (2,), (3,), (4,), (1, 2, 3)], ids=str)
def test_an_interrupted_training_reaches_the_same_result(
    uninterrupted: tuple[dict[str, np.ndarray], TrainingHistory], tmp_path: Path, stops: tuple[int, ...]
) -> None:
    def stop_at(last: int, history: TrainingHistory) -> None:
        if len(history.training_loss) == last:
            raise Interrupted

    state_path = tmp_path / "state.training"
    for last in stops:
        with pytest.raises(Interrupted):
            train(SMALL, state_path=state_path, on_epoch=lambda history, last=last: stop_at(last, history))
    epochs: list[int] = []
    tensors, history = train(
        SMALL, state_path=state_path, on_epoch=lambda history: epochs.append(len(history.training_loss))
    )
    assert epochs == list(range(stops[-1] + 1, SMALL.epochs + 1))
    assert history == uninterrupted[1]
    for name, tensor in uninterrupted[0].items():
        np.testing.assert_array_equal(tensors[name], tensor, strict=True)


def test_the_number_of_threads_changes_nothing() -> None:
    config = replace(SMALL, training_sums=2048, epochs=1, batch_size=512)
    n_threads = torch.get_num_threads()
    results = []
    for n in (1, 4):
        torch.set_num_threads(n)
        try:
            results.append(train(config)[0])
            assert torch.get_num_threads() == n
        finally:
            torch.set_num_threads(n_threads)
    for name, tensor in results[0].items():
        np.testing.assert_array_equal(tensor, results[1][name], strict=True)


def test_the_best_epoch_is_returned_and_not_the_last() -> None:
    diverging = replace(SMALL, training_sums=6400, epochs=3, first_learning_rate=5e-3, last_learning_rate=20.0)
    tensors, history = train(diverging)
    assert history.best_epoch < 2
    assert history.validation_loss[-1] > history.validation_loss[history.best_epoch]
    parameters = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
    validation = torch.from_numpy(
        SampleSpec(2, diverging.validation_sums, diverging.validation_sums_seed).draw().tokens
    )
    assert evaluate(parameters, validation, Layout(2)) == (
        history.validation_loss[history.best_epoch],
        history.validation_accuracy[history.best_epoch],
    )


def test_of_equally_good_epochs_the_first_is_the_best() -> None:
    assert TrainingHistory([3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [0.5, 0.75, 0.75]).best_epoch == 1


@pytest.fixture
def state_path(tmp_path: Path) -> Path:
    """The saved state of a training that was interrupted after its first epoch."""

    def stop(_history: TrainingHistory) -> None:
        raise Interrupted

    path = tmp_path / "state.training"
    with pytest.raises(Interrupted):
        train(SMALL, state_path=path, on_epoch=stop)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    return path


def refusal(config: TrainingConfig, state_path: Path) -> str:
    before = state_path.read_bytes()
    with pytest.raises(InputError) as caught:
        train(config, state_path=state_path)
    message = str(caught.value)
    assert message.startswith(f"{state_path}: ")
    assert message.isprintable()
    assert state_path.read_bytes() == before
    return message


@pytest.mark.parametrize(
    "change",
    [
        {"init_seed": 1},
        {"order_seed": 1},
        {"epochs": 5},
        {"batch_size": 32},
        {"architecture": Architecture(n_digits=2, n_heads=1)},
    ],
    ids=str,
)
def test_a_state_of_another_recipe_is_refused(state_path: Path, change: dict[str, object]) -> None:
    assert "other settings" in refusal(replace(SMALL, **change), state_path)


def test_a_state_of_the_older_format_with_one_seed_can_be_resumed(state_path: Path) -> None:
    state = torch.load(state_path, weights_only=True)
    del state["config"]["init_seed"], state["config"]["order_seed"]
    state["config"]["seed"] = SMALL.init_seed
    torch.save(state, state_path)
    tensors, history = train(SMALL, state_path=state_path)
    assert history == train(SMALL)[1]
    assert tensors


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_state_is_refused(state_path: Path, share: float) -> None:
    content = state_path.read_bytes()
    state_path.write_bytes(content[: int(share * len(content))])
    assert "remove it to start again" in refusal(SMALL, state_path)


def test_a_state_with_a_changed_byte_is_refused(state_path: Path) -> None:
    content = bytearray(state_path.read_bytes())
    state = torch.load(state_path, weights_only=True)
    place = content.index(state["parameters"]["embed.W_E"].numpy().tobytes())
    content[place] ^= 1
    state_path.write_bytes(content)
    assert "remove it to start again" in refusal(SMALL, state_path)


@pytest.mark.parametrize("missing", ["config", "parameters", "optimizer", "order", "history", "best"])
def test_a_state_that_lacks_something_is_refused(state_path: Path, missing: str) -> None:
    state = torch.load(state_path, weights_only=True)
    del state[missing]
    torch.save(state, state_path)
    assert "remove it to start again" in refusal(SMALL, state_path)


@pytest.mark.parametrize("content", [b"not a state", b"{}", bytes(100)], ids=["text", "json", "zeros"])
def test_a_file_that_is_not_a_state_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.training"
    path.write_bytes(content)
    assert "remove it to start again" in refusal(SMALL, path)


def test_a_path_where_the_state_cannot_be_saved_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written") as caught:
        train(SMALL, state_path=tmp_path / "no folder" / "state.training")
    assert str(caught.value).isprintable()


def test_the_card_records_how_the_checkpoint_was_trained(
    uninterrupted: tuple[dict[str, np.ndarray], TrainingHistory], tmp_path: Path
) -> None:
    tensors, history = uninterrupted
    card = training_card(SMALL, history)
    path = tmp_path / "model.safetensors"
    write_weights(path, tensors, card)
    weights = read_weights(path)
    assert weights.architecture == SMALL.architecture
    assert read_card(path) == weights.card == {**card, "tensors_sha256": weights.digest}
    assert TrainingHistory.from_card(weights.card) == history
    recipe = dict(weights.card["recipe"])
    assert TrainingConfig(Architecture(**recipe.pop("architecture")), **recipe) == SMALL
