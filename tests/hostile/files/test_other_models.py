"""A complete file that does not hold a model of this family is refused, and the message names the reason."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sumint.checkpoints.files import Architecture, Weights
from tests.hostile.files.conftest import as_torch, refusal, save_tensors


def test_a_missing_tensor_is_named(tmp_path: Path, tiny_weights: Weights) -> None:
    for missing in tiny_weights.tensors:
        tensors = {name: tensor for name, tensor in tiny_weights.tensors.items() if name != missing}
        assert missing in refusal(save_tensors(tmp_path, tensors))


def test_a_wrong_shape_is_named(tmp_path: Path, tiny_weights: Weights) -> None:
    for name, tensor in tiny_weights.tensors.items():
        for wrong in (tensor[:-1], tensor[None], tensor.ravel()[0].reshape(()), tensor[:0]):
            tensors = {**tiny_weights.tensors, name: np.ascontiguousarray(wrong)}
            refusal(save_tensors(tmp_path, tensors))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused(tmp_path: Path, tiny_weights: Weights, value: float) -> None:
    for name, tensor in tiny_weights.tensors.items():
        broken = tensor.copy()
        broken.flat[-1] = value
        assert f"{name} holds values that are not finite" in refusal(
            save_tensors(tmp_path, {**tiny_weights.tensors, name: broken})
        )


def test_a_value_that_float32_cannot_hold_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "ln_final.w": np.full(12, 1e300)}
    assert "ln_final.w holds values that are not finite" in refusal(save_tensors(tmp_path, tensors))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_numbers_that_are_not_floating_point_are_refused(
    tmp_path: Path, tiny_weights: Weights, dtype: type[np.generic]
) -> None:
    tensors = {**tiny_weights.tensors, "embed.W_E": tiny_weights.tensors["embed.W_E"].astype(dtype)}
    assert "expected floating point" in refusal(save_tensors(tmp_path, tensors))


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2], ids=str)
def test_numbers_of_eight_bits_are_refused(tmp_path: Path, tiny_weights: Weights, dtype: torch.dtype) -> None:
    from safetensors.torch import save_file as save_torch_file

    path = tmp_path / "short.safetensors"
    save_torch_file({name: tensor.to(dtype) for name, tensor in as_torch(tiny_weights).items()}, path)
    assert "expected floating point of 16, 32 or 64 bits" in refusal(path)


def test_an_mlp_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "blocks.0.mlp.W_in": np.zeros((12, 48), np.float32)}
    message = refusal(save_tensors(tmp_path, tensors))
    assert "blocks.0.mlp.W_in" in message
    assert "attention-only" in message


@pytest.mark.parametrize("n_layers", [1, 3])
def test_another_number_of_layers_is_refused(tmp_path: Path, tiny_weights: Weights, n_layers: int) -> None:
    tensors = {name: tensor for name, tensor in tiny_weights.tensors.items() if "blocks.1" not in name}
    for layer in range(1, n_layers):
        for name, tensor in tiny_weights.tensors.items():
            tensors[name.replace("blocks.0", f"blocks.{layer}")] = tensor
    number = "1 layer" if n_layers == 1 else f"{n_layers} layers"
    assert f"has {number}; models of 2 layers are supported" in refusal(save_tensors(tmp_path, tensors))


def test_a_vocabulary_or_a_context_of_another_task_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    vocabulary = {**tiny_weights.tensors, "embed.W_E": np.zeros((13, 12), np.float32)}
    assert "has 13 tokens; expected 12" in refusal(save_tensors(tmp_path, vocabulary))
    context = {**tiny_weights.tensors, "pos_embed.W_pos": np.zeros((9, 12), np.float32)}
    assert "9 positions do not hold a sum" in refusal(save_tensors(tmp_path, context))


def test_a_residual_stream_of_fewer_than_three_dimensions_is_refused(tmp_path: Path) -> None:
    shapes = Architecture(n_digits=2, n_heads=1, d_model=2, d_head=2).shapes
    tensors = {name: np.ones(shape, dtype=np.float32) for name, shape in shapes.items()}
    assert "a residual stream of 2 dimensions" in refusal(save_tensors(tmp_path, tensors))


@pytest.mark.parametrize(
    "architecture",
    [
        Architecture(n_digits=2, n_heads=2000, d_model=3, d_head=1),
        Architecture(n_digits=2, n_heads=1, d_model=5000, d_head=1),
        Architecture(n_digits=2, n_heads=1, d_model=3, d_head=5000),
    ],
    ids=["heads", "width", "width of a head"],
)
def test_a_model_too_large_to_be_measured_is_refused(tmp_path: Path, architecture: Architecture) -> None:
    tensors = {name: np.ones(shape, dtype=np.float32) for name, shape in architecture.shapes.items()}
    assert "at most 64 heads and 1,024 dimensions are supported" in refusal(save_tensors(tmp_path, tensors))


def test_values_that_would_overflow_are_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "unembed.W_U": tiny_weights.tensors["unembed.W_U"] * np.float32(1e30)}
    assert "unembed.W_U holds values beyond ±1,000,000" in refusal(save_tensors(tmp_path, tensors))


def test_an_unembedding_of_zero_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "unembed.W_U": np.zeros_like(tiny_weights.tensors["unembed.W_U"])}
    assert "unembed.W_U is zero" in refusal(save_tensors(tmp_path, tensors))
