"""A checkpoint resembles the write-up's if every dimension means nearly the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from sumint.checkpoints.files import Weights, read_weights
from sumint.checkpoints.locate import ARENA, bundled_checkpoints, locate
from sumint.checkpoints.resemblance import (
    ARENA_VARIABLE,
    COSINE_AT_LEAST,
    Resemblance,
    resemblance,
    resemblance_to_the_write_ups,
)
from sumint.model.load import as_array, load_model
from tests.noisy import noisy


@pytest.fixture
def write_ups(arena_checkpoint: Path) -> Weights:
    return read_weights(arena_checkpoint)


def with_tensors(weights: Weights, tensors: Mapping[str, np.ndarray]) -> Weights:
    return Weights(weights.architecture, {**weights.tensors, **tensors})


def test_a_checkpoint_resembles_itself_exactly(tiny_weights: Weights) -> None:
    found = resemblance(tiny_weights, tiny_weights)
    assert found is not None
    assert (found.embedding, found.unembedding) == pytest.approx((1, 1))


def test_a_noisy_copy_of_the_write_up_s_checkpoint_resembles_it(write_ups: Weights) -> None:
    found = resemblance_to_the_write_ups(noisy(write_ups))
    assert found is not None
    assert found.is_close
    assert 0.95 < found.embedding < 1


@pytest.mark.parametrize("path", bundled_checkpoints(), ids=lambda path: path.stem)
def test_no_bundled_checkpoint_resembles_the_write_up_s(path: Path, write_ups: Weights) -> None:
    found = resemblance(read_weights(path), write_ups)
    assert found is not None
    assert not found.is_close
    assert max(found.embedding, found.unembedding) < 0.5


def test_the_cosines_are_those_of_the_processed_model(write_ups: Weights) -> None:
    other = read_weights(locate("bundled"))
    models = [load_model(weights) for weights in (write_ups, other)]
    for name in ("embedding", "unembedding"):
        ours, theirs = (
            as_array(model.W_E.T if name == "embedding" else model.W_U).astype(np.float64) for model in models
        )
        lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
        least = float(((ours * theirs).sum(axis=1) / lengths).min())
        assert getattr(resemblance(write_ups, other), name) == pytest.approx(least, abs=1e-5)


@pytest.mark.parametrize(("name", "axis"), [("embed.W_E", 1), ("unembed.W_U", 0)])
def test_one_dimension_that_means_something_else_is_enough(name: str, axis: int, tiny_weights: Weights) -> None:
    tensor = tiny_weights.tensors[name].copy()
    np.moveaxis(tensor, axis, 0)[0] *= -1
    found = resemblance(with_tensors(tiny_weights, {name: tensor}), tiny_weights)
    assert found is not None
    assert not found.is_close


def test_a_permuted_residual_stream_does_not_resemble_the_original(write_ups: Weights) -> None:
    order = np.roll(np.arange(write_ups.architecture.d_model), 1)
    permuted = {
        "embed.W_E": write_ups.tensors["embed.W_E"][:, order],
        "ln_final.w": write_ups.tensors["ln_final.w"][order],
        "unembed.W_U": write_ups.tensors["unembed.W_U"][order],
    }
    found = resemblance(with_tensors(write_ups, permuted), write_ups)
    assert found is not None
    assert max(found.embedding, found.unembedding) < COSINE_AT_LEAST


def test_a_dimension_without_length_resembles_none(tiny_weights: Weights) -> None:
    tensor = tiny_weights.tensors["embed.W_E"].copy()
    tensor[:] = tensor.mean(axis=1, keepdims=True)  # zero, once it is centred over the dimensions
    flat = with_tensors(tiny_weights, {"embed.W_E": tensor})
    found = resemblance(flat, tiny_weights)
    assert found is not None
    assert found.embedding < COSINE_AT_LEAST


def test_checkpoints_of_different_sizes_are_not_compared(tiny_weights: Weights, write_ups: Weights) -> None:
    assert resemblance(tiny_weights, write_ups) is None
    assert resemblance_to_the_write_ups(tiny_weights) is None


def test_the_write_up_s_checkpoint_is_not_compared_with_itself(write_ups: Weights) -> None:
    assert resemblance_to_the_write_ups(write_ups) is None


@pytest.mark.parametrize("least", ["embedding", "unembedding"])
def test_both_matrices_have_to_be_close(least: str) -> None:
    close = {"embedding": COSINE_AT_LEAST, "unembedding": COSINE_AT_LEAST}
    assert Resemblance(**close).is_close
    assert not Resemblance(**{**close, least: COSINE_AT_LEAST - 0.01}).is_close


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path at which a download would lie, on a machine without one and without the environment variable."""
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    monkeypatch.delenv(ARENA_VARIABLE, raising=False)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    return folder / ARENA.file_name


def test_nothing_is_downloaded_for_a_comparison(
    elsewhere: Path, write_ups: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was opened"))
    assert resemblance_to_the_write_ups(noisy(write_ups)) is None
    assert not elsewhere.exists()


def test_a_download_is_compared_with(elsewhere: Path, write_ups: Weights, arena_checkpoint: Path) -> None:
    elsewhere.write_bytes(arena_checkpoint.read_bytes())
    assert resemblance_to_the_write_ups(noisy(write_ups)) is not None


def test_a_copy_that_the_environment_names_is_compared_with(
    elsewhere: Path, write_ups: Weights, arena_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.write_bytes(b"an interrupted download")
    monkeypatch.setenv(ARENA_VARIABLE, str(arena_checkpoint))
    assert resemblance_to_the_write_ups(noisy(write_ups)) is not None


@pytest.mark.parametrize("content", [b"", b"damaged", None], ids=["empty", "damaged", "another checkpoint"])
def test_a_file_that_is_not_the_write_up_s_checkpoint_is_not_compared_with(
    content: bytes | None, elsewhere: Path, write_ups: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.write_bytes(locate("bundled").read_bytes() if content is None else content)
    monkeypatch.setenv(ARENA_VARIABLE, str(elsewhere.parent / "missing.pt"))
    assert resemblance_to_the_write_ups(noisy(write_ups)) is None
