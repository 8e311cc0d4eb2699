"""Good checkpoints, and the error message for a bad one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights, read_weights, write_weights
from sumint.errors import InputError

Tensors = dict[str, np.ndarray]


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    """A good safetensors checkpoint with its card."""
    path = tmp_path / "model.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "tiny"})
    return path


@pytest.fixture
def state_dict(tmp_path: Path, tiny_weights: Weights) -> Path:
    """The same tensors as a state dict saved by PyTorch."""
    path = tmp_path / "model.pt"
    torch.save(as_torch(tiny_weights), path)
    return path


def as_torch(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}


def refusal(path: Path) -> str:
    """The error message for a refused file: one line without control characters that names the file."""
    with pytest.raises(InputError) as caught:
        read_weights(path)
    message = str(caught.value)
    assert message.startswith((f"{path}: ", f"{card_path(path)}: "))
    assert message.isprintable()
    return message


def save_tensors(tmp_path: Path, tensors: Tensors) -> Path:
    path = tmp_path / "changed.safetensors"
    save_file(tensors, path)
    return path
