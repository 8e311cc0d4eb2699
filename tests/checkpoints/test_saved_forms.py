"""The forms in which training scripts save a model: wrapped, with prefixes and buffers, in half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sumint.checkpoints.files import Weights, digest_tensors, read_weights
from sumint.checkpoints.names import PREFIXES, WRAPPERS, without_prefixes
from sumint.errors import InputError

Tensors = dict[str, torch.Tensor]


@pytest.fixture
def tensors(tiny_weights: Weights) -> Tensors:
    return {name: torch.from_numpy(tensor.copy()) for name, tensor in tiny_weights.tensors.items()}


def saved(content: Any, path: Path) -> Path:
    if path.suffix == ".pt":
        torch.save(content, path)
    else:
        save_file(content, path)
    return path


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_state_dict_is_found_in_the_dictionary_of_a_training_loop(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, wrapper: str
) -> None:
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in tensors.values()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    loop = {
        "epoch": 7,
        "loss": 0.25,
        "note": "best so far",
        wrapper: tensors,
        "optimizer_state_dict": optimizer.state_dict(),
        "history": [1.9, 0.4],
    }
    path = saved(loop, tmp_path / "loop.pt")
    assert read_weights(path).digest == tiny_weights.digest
    nested = saved({wrapper: {"model": tensors}}, tmp_path / "nested.pt")
    assert read_weights(nested).digest == tiny_weights.digest


def test_two_state_dicts_in_one_file_are_not_chosen_between(tmp_path: Path, tensors: Tensors) -> None:
    path = saved({"model": tensors, "state_dict": tensors}, tmp_path / "two.pt")
    with pytest.raises(InputError, match=r"holds state dicts under .*model.* and .*state_dict"):
        read_weights(path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("prefix", [*PREFIXES, "module._orig_mod.", "model.module."])
def test_prefixes_that_all_names_share_are_left_out(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, prefix: str, suffix: str
) -> None:
    renamed = {f"{prefix}{name}": tensor for name, tensor in tensors.items()}
    assert read_weights(saved(renamed, tmp_path / f"prefixed{suffix}")).digest == tiny_weights.digest


def test_a_prefix_of_some_names_alone_stays() -> None:
    assert without_prefixes({"model.a": 1, "b": 2}) == {"model.a": 1, "b": 2}
    assert without_prefixes({}) == {}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_masks_of_attention_are_left_out_whatever_their_type(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, suffix: str
) -> None:
    buffers = {
        "blocks.0.attn.mask": torch.ones(8, 8).bool(),
        "blocks.0.attn.IGNORE": torch.tensor(-torch.inf),
        "blocks.1.attn.mask": torch.ones(8, 8).bool(),
    }
    assert read_weights(saved(tensors | buffers, tmp_path / f"masked{suffix}")).digest == tiny_weights.digest


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
def test_other_precisions_have_the_digest_of_what_they_are_rounded_to(
    tmp_path: Path, tensors: Tensors, dtype: torch.dtype, suffix: str
) -> None:
    rounded = {name: tensor.to(dtype) for name, tensor in tensors.items()}
    found = read_weights(saved(rounded, tmp_path / f"rounded{suffix}"))
    expected = {name: tensor.float().numpy() for name, tensor in rounded.items()}
    assert found.digest == digest_tensors(expected)
    np.testing.assert_array_equal(found.tensors["embed.W_E"], expected["embed.W_E"])
