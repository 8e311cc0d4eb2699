"""A checkpoint is read as it was written, and its shapes determine the architecture."""

import json
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from sumint.checkpoints.card import card_path, read_card
from sumint.checkpoints.files import Architecture, Weights, read_weights, write_weights
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.errors import InputError
from sumint.training.config import TrainingHistory
from tests.hostile.files.conftest import Tensors, as_torch, refusal, save_tensors


def test_what_is_written_is_read_back(checkpoint: Path, tiny_weights: Weights) -> None:
    weights = read_weights(checkpoint)
    assert weights.architecture == tiny_weights.architecture
    assert weights.tensors.keys() == tiny_weights.tensors.keys()
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(tensor, tiny_weights.tensors[name], strict=True)
    assert weights.digest == tiny_weights.digest
    assert weights.card == {"name": "tiny", "tensors_sha256": tiny_weights.digest}


@pytest.mark.parametrize(
    "architecture",
    [
        Architecture(),
        Architecture(n_digits=2, n_heads=1, d_model=5, d_head=7),
        Architecture(n_digits=6, n_heads=4),
    ],
    ids=str,
)
def test_the_shapes_determine_the_architecture(tmp_path: Path, architecture: Architecture) -> None:
    tensors = {name: np.ones(shape, np.float32) for name, shape in architecture.shapes.items()}
    assert architecture.n_parameters == sum(tensor.size for tensor in tensors.values())
    assert read_weights(save_tensors(tmp_path, tensors)).architecture == architecture


def test_the_write_up_s_checkpoint_is_read(arena_checkpoint: Path) -> None:
    weights = read_weights(arena_checkpoint)
    assert weights.architecture == Architecture(n_digits=4, n_heads=3, d_model=48, d_head=24)
    assert weights.digest == ARENA_DIGEST
    assert weights.card == {}


def test_the_digest_is_independent_of_the_file_format(
    tmp_path: Path, state_dict: Path, tiny_weights: Weights
) -> None:
    old_format = tmp_path / "old.pt"
    torch.save(as_torch(tiny_weights), old_format, _use_new_zipfile_serialization=False)
    double = tmp_path / "double.pt"
    torch.save({name: tensor.double() for name, tensor in as_torch(tiny_weights).items()}, double)
    trained = tmp_path / "parameters.pt"
    torch.save({name: torch.nn.Parameter(tensor) for name, tensor in as_torch(tiny_weights).items()}, trained)
    for path in (state_dict, old_format, double, trained):
        assert read_weights(path).digest == tiny_weights.digest


@pytest.mark.parametrize("new_format", [True, False], ids=["archive", "pickles"])
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_state_dict_is_read_however_it_was_saved(
    tmp_path: Path, tiny_weights: Weights, new_format: bool, protocol: int
) -> None:
    flat = torch.cat([tensor.flatten() for tensor in as_torch(tiny_weights).values()])
    parts = flat.split([tensor.size for tensor in tiny_weights.tensors.values()])
    in_one_storage = {
        name: part.view(tensor.shape)
        for (name, tensor), part in zip(tiny_weights.tensors.items(), parts, strict=True)
    }
    transposed = {
        name: tensor.mT.contiguous().mT for name, tensor in as_torch(tiny_weights).items() if tensor.ndim > 1
    }
    with_metadata = OrderedDict(as_torch(tiny_weights))
    with_metadata._metadata = OrderedDict({"": {"version": 1}})  # pyright: ignore[reportAttributeAccessIssue]
    for tensors in (in_one_storage, as_torch(tiny_weights) | transposed, with_metadata):
        path = tmp_path / "model.pt"
        torch.save(tensors, path, _use_new_zipfile_serialization=new_format, pickle_protocol=protocol)
        assert read_weights(path).digest == tiny_weights.digest


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_is_read_exactly(tmp_path: Path, tiny_weights: Weights, dtype: torch.dtype) -> None:
    halved = {name: tensor.to(dtype) for name, tensor in as_torch(tiny_weights).items()}
    torch.save(halved, tmp_path / "model.pt")
    for name, tensor in read_weights(tmp_path / "model.pt").tensors.items():
        np.testing.assert_array_equal(tensor, halved[name].float().numpy(), strict=True)


def test_reading_a_state_dict_needs_no_torch(state_dict: Path) -> None:
    code = (
        "import sys, pathlib, sumint.checkpoints.files as weights\n"
        "weights.read_weights(pathlib.Path(sys.argv[1])); print('torch' in sys.modules)"
    )
    process = subprocess.run([sys.executable, "-c", code, state_dict], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "False"


def test_the_digest_depends_on_every_value_name_and_shape(tiny_weights: Weights) -> None:
    def digest(tensors: Tensors) -> str:
        return Weights(tiny_weights.architecture, tensors).digest

    tensors = dict(tiny_weights.tensors)
    nudged = tensors["embed.W_E"].copy()
    nudged[0, 0] = np.nextafter(nudged[0, 0], np.float32(9))
    renamed = {name.replace("ln_final.w", "ln_final.v"): tensor for name, tensor in tensors.items()}
    digests = {
        digest(tensors),
        digest(tensors | {"embed.W_E": nudged}),
        digest(renamed),
        digest(tensors | {"embed.W_E": tensors["embed.W_E"].T.reshape(tensors["embed.W_E"].shape[::-1])}),
    }
    assert len(digests) == 4
    assert digest(dict(reversed(tensors.items()))) == tiny_weights.digest


def test_hooked_transformer_s_buffers_are_left_out(tmp_path: Path, tiny_weights: Weights) -> None:
    buffers = {
        "blocks.0.attn.mask": torch.ones(8, 8).bool(),
        "blocks.0.attn.IGNORE": torch.tensor(-torch.inf),
    }
    path = tmp_path / "buffers.pt"
    torch.save(as_torch(tiny_weights) | buffers, path)
    assert read_weights(path).digest == tiny_weights.digest


def test_a_path_can_contain_spaces_and_any_letters(tmp_path: Path, tiny_weights: Weights) -> None:
    folder = tmp_path / "mein Größen-Ordner 加法"
    folder.mkdir()
    write_weights(folder / "ein Modell ∑.safetensors", tiny_weights.tensors, {"note": "naïve ∑"})
    weights = read_weights(folder / "ein Modell ∑.safetensors")
    assert weights.digest == tiny_weights.digest
    assert weights.card["note"] == "naïve ∑"


def test_a_safetensors_file_is_recognised_by_its_content(checkpoint: Path, tiny_weights: Weights) -> None:
    other_name = checkpoint.with_name("model.bin")
    checkpoint.rename(other_name)
    assert read_weights(other_name).digest == tiny_weights.digest


def test_a_checkpoint_needs_no_card(checkpoint: Path, tiny_weights: Weights) -> None:
    card_path(checkpoint).unlink()
    assert read_weights(checkpoint).digest == tiny_weights.digest
    assert read_card(checkpoint) == {}


@pytest.mark.parametrize("content", [b"", b"not JSON", b'{"half": ', b"\xff\xfe", b"[" * 100_000])
def test_a_card_that_is_not_json_is_refused(checkpoint: Path, content: bytes) -> None:
    card_path(checkpoint).write_bytes(content)
    assert "not a JSON file" in refusal(checkpoint)


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"'])
def test_a_card_that_is_not_an_object_is_refused(checkpoint: Path, content: str) -> None:
    card_path(checkpoint).write_text(content)
    assert "must be a JSON object" in refusal(checkpoint)


def test_a_very_long_card_is_refused(checkpoint: Path) -> None:
    card_path(checkpoint).write_text(json.dumps({"name": "x" * 2**20}))
    assert "a checkpoint's card has at most 1,048,576" in refusal(checkpoint)


@pytest.mark.parametrize("loss", ["1" * 400, "1" * 100_000, "1e999", "-Infinity", "NaN"])
def test_a_history_with_unbounded_numbers_is_ignored(checkpoint: Path, loss: str) -> None:
    history = '{"training_loss": [LOSS], "validation_loss": [1], "validation_accuracy": [1]}'.replace("LOSS", loss)
    card_path(checkpoint).write_text(f'{{"history": {history}}}')
    assert TrainingHistory.from_card(read_card(checkpoint)) is None


def test_a_card_that_is_a_directory_is_refused(checkpoint: Path) -> None:
    card_path(checkpoint).unlink()
    card_path(checkpoint).mkdir()
    refusal(checkpoint)


@pytest.mark.parametrize("digest", ["0" * 64, "", None, 7, ["a"], "two\nlines"])
def test_a_card_of_other_tensors_is_refused(checkpoint: Path, digest: object) -> None:
    card_path(checkpoint).write_text(json.dumps({"tensors_sha256": digest}))
    assert "the tensors are not those that model.json describes" in refusal(checkpoint)


def test_invalid_weights_are_not_written(checkpoint: Path, tiny_weights: Weights) -> None:
    before = checkpoint.read_bytes()
    with pytest.raises(InputError, match="not finite"):
        write_weights(checkpoint, {**tiny_weights.tensors, "ln_final.w": np.full(12, np.nan)}, {})
    assert checkpoint.read_bytes() == before


def test_a_path_that_cannot_be_written_is_named(checkpoint: Path, tiny_weights: Weights) -> None:
    for path in (checkpoint / "in a file.safetensors", checkpoint.parent / "no folder" / "a.safetensors"):
        with pytest.raises(InputError, match="cannot be written") as caught:
            write_weights(path, tiny_weights.tensors, {})
        assert str(caught.value).startswith(f"{path}: ")


def test_no_temporary_file_is_left(checkpoint: Path) -> None:
    assert sorted(path.name for path in checkpoint.parent.iterdir()) == ["model.json", "model.safetensors"]
