"""Checkpoints are read as they were written, and whatever is wrong with one is said in one line."""

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from sumint.checkpoints import ARENA_DIGEST
from sumint.errors import InputError
from sumint.files import LARGEST_FILE
from sumint.weights import Architecture, Weights, card_path, read_card, read_weights, write_weights

Tensors = dict[str, np.ndarray]


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    """A good checkpoint of our own, with its card."""
    path = tmp_path / "model.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "tiny"})
    return path


@pytest.fixture
def state_dict(tmp_path: Path, tiny_weights: Weights) -> Path:
    """The same tensors as PyTorch saves them."""
    path = tmp_path / "model.pt"
    torch.save(as_torch(tiny_weights), path)
    return path


def as_torch(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}


def refusal(path: Path) -> str:
    """What is said of a file that is refused: one line, without control characters, that names the file."""
    with pytest.raises(InputError) as caught:
        read_weights(path)
    message = str(caught.value)
    assert message.startswith((f"{path}: ", f"{card_path(path)}: "))
    assert message.isprintable()
    return message


def saved(tmp_path: Path, tensors: Tensors) -> Path:
    path = tmp_path / "changed.safetensors"
    save_file(tensors, path)
    return path


# ---------------------------------------------------------------- what is read


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
def test_the_shapes_tell_the_architecture(tmp_path: Path, architecture: Architecture) -> None:
    tensors = {name: np.zeros(shape, np.float32) for name, shape in architecture.shapes.items()}
    assert architecture.n_parameters == sum(tensor.size for tensor in tensors.values())
    assert read_weights(saved(tmp_path, tensors)).architecture == architecture


def test_the_write_up_s_checkpoint_is_read(arena_checkpoint: Path) -> None:
    weights = read_weights(arena_checkpoint)
    assert weights.architecture == Architecture(n_digits=4, n_heads=3, d_model=48, d_head=24)
    assert weights.digest == ARENA_DIGEST
    assert weights.card == {}


def test_the_digest_tells_the_tensors_whatever_file_they_came_in(
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


def test_a_path_may_have_spaces_and_any_letters(tmp_path: Path, tiny_weights: Weights) -> None:
    folder = tmp_path / "mein Größen-Ordner 加法"
    folder.mkdir()
    write_weights(folder / "ein Modell ∑.safetensors", tiny_weights.tensors, {"note": "naïve ∑"})
    weights = read_weights(folder / "ein Modell ∑.safetensors")
    assert weights.digest == tiny_weights.digest
    assert weights.card["note"] == "naïve ∑"


def test_a_safetensors_file_is_known_by_its_content(checkpoint: Path, tiny_weights: Weights) -> None:
    other_name = checkpoint.with_name("model.bin")
    checkpoint.rename(other_name)
    assert read_weights(other_name).digest == tiny_weights.digest


def test_a_checkpoint_needs_no_card(checkpoint: Path, tiny_weights: Weights) -> None:
    card_path(checkpoint).unlink()
    assert read_weights(checkpoint).digest == tiny_weights.digest
    assert read_card(checkpoint) == {}


# ---------------------------------------------------------------- what is not a readable file


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.safetensors")
    assert "no such file" in refusal(tmp_path / "no folder" / "absent.pt")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path)


def test_a_path_through_a_file_is_refused(checkpoint: Path) -> None:
    assert "cannot be read" in refusal(checkpoint / "model.pt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    assert "not a regular file" in refusal(tmp_path / "pipe.pt")


def test_a_file_without_permission_is_refused(
    checkpoint: Path, ordinary_user: Callable[[], AbstractContextManager[None]]
) -> None:
    checkpoint.chmod(0)
    with ordinary_user():
        assert "no permission" in refusal(checkpoint)


def test_a_file_too_large_for_this_family_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.pt"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert "67,108,865 bytes" in refusal(path)


# ---------------------------------------------------------------- what is not a whole checkpoint


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello, world\nthis is text\n",
        b'{"embed.W_E": [[1, 2], [3, 4]]}',
        bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb") + bytes(range(256)),
        bytes(1000),
        b"PK\x05\x06" + bytes(18),
        b"PK\x03\x04" + bytes(100),
        b"\x80\x02}q\x00.",
        (10**9).to_bytes(8, "little") + b"{}",
    ],
    ids=[
        "empty",
        "newline",
        "text",
        "json",
        "jpeg",
        "zeros",
        "empty-zip",
        "half-zip",
        "empty-dict",
        "long-header",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize("fixture", ["checkpoint", "state_dict"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0])
def test_a_truncated_file_is_refused(fixture: str, share: float, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(fixture)
    content = path.read_bytes()
    path.write_bytes(content[: min(round(share * len(content)), len(content) - 1)])
    refusal(path)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_changed_bit_in_the_tensors_is_noticed_by_the_card(checkpoint: Path, data: st.DataObject) -> None:
    content = bytearray(checkpoint.read_bytes())
    header = 8 + int.from_bytes(content[:8], "little")
    place = data.draw(st.integers(header, len(content) - 1))
    mask = 1 << data.draw(st.integers(0, 7))
    content[place] ^= mask
    changed = checkpoint.with_name("changed.safetensors")
    changed.write_bytes(content)
    card_path(changed).write_bytes(card_path(checkpoint).read_bytes())
    refusal(changed)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_archive_is_refused_or_read_unharmed(
    state_dict: Path, tiny_weights: Weights, data: st.DataObject
) -> None:
    content = bytearray(state_dict.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    changed = state_dict.with_name("changed.pt")
    changed.write_bytes(content)
    try:
        digest = read_weights(changed).digest
    except InputError:
        refusal(changed)
    else:
        assert digest == tiny_weights.digest


@pytest.mark.parametrize("new_format", [True, False])
def test_a_pickle_that_would_run_code_does_not_run_it(tmp_path: Path, new_format: bool) -> None:
    marker = tmp_path / "marker"

    class RunsCode:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(marker),)

    saved_by_torch = tmp_path / "torch.pt"
    torch.save({"embed.W_E": RunsCode()}, saved_by_torch, _use_new_zipfile_serialization=new_format)
    pickled = tmp_path / "pickle.pt"
    pickled.write_bytes(pickle.dumps({"embed.W_E": RunsCode()}))
    for path in (saved_by_torch, pickled):
        assert "tensors alone" in refusal(path)
        assert "weights_only" not in refusal(path)
        assert not marker.exists()


def test_a_whole_pickled_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), path)
    assert "model.state_dict()" in refusal(path)


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb/data.pkl", bytes(LARGEST_FILE + 1))
    assert path.stat().st_size < 10**6
    assert "unpacks to 67,108,865 bytes" in refusal(path)


def test_a_tensor_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.pt"
    torch.save({"embed.W_E": torch.zeros(1).expand(12, 10**9)}, path)
    assert "too large" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        {"epoch": 3},
        {"state_dict": {"embed.W_E": torch.zeros(2)}},
        {3: torch.zeros(2)},
        {"embed.W_E": torch.zeros(12, 4).to_sparse()},
        {"embed.W_E": torch.zeros(12, 4, device="meta")},
        {"embed.W_E": torch.zeros(12, 4, dtype=torch.complex64)},
        {"embed.W_E": torch.zeros(12, 4, dtype=torch.int64)},
        torch.zeros(3),
        {"name\n\x1b[31m" * 50: 1},
    ],
    ids=str,
)
def test_a_file_of_pytorch_s_that_is_no_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pt"
    torch.save(content, path)
    refusal(path)


# ---------------------------------------------------------------- what is no model of this family


def test_a_missing_tensor_is_named(tmp_path: Path, tiny_weights: Weights) -> None:
    for missing in tiny_weights.tensors:
        tensors = {name: tensor for name, tensor in tiny_weights.tensors.items() if name != missing}
        assert missing in refusal(saved(tmp_path, tensors))


def test_a_wrong_shape_is_named(tmp_path: Path, tiny_weights: Weights) -> None:
    for name, tensor in tiny_weights.tensors.items():
        for wrong in (tensor[:-1], tensor[None], tensor.ravel()[0].reshape(()), tensor[:0]):
            tensors = {**tiny_weights.tensors, name: np.ascontiguousarray(wrong)}
            refusal(saved(tmp_path, tensors))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused(tmp_path: Path, tiny_weights: Weights, value: float) -> None:
    for name, tensor in tiny_weights.tensors.items():
        broken = tensor.copy()
        broken.flat[-1] = value
        assert f"{name} holds values that are not finite" in refusal(
            saved(tmp_path, {**tiny_weights.tensors, name: broken})
        )


def test_a_value_that_float32_cannot_hold_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "ln_final.w": np.full(12, 1e300)}
    assert "ln_final.w holds values that are not finite" in refusal(saved(tmp_path, tensors))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_numbers_that_are_not_floating_point_are_refused(
    tmp_path: Path, tiny_weights: Weights, dtype: type[np.generic]
) -> None:
    tensors = {**tiny_weights.tensors, "embed.W_E": tiny_weights.tensors["embed.W_E"].astype(dtype)}
    assert "floating point is expected" in refusal(saved(tmp_path, tensors))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn], ids=str)
def test_numbers_of_a_type_that_numpy_lacks_are_refused(
    tmp_path: Path, tiny_weights: Weights, dtype: torch.dtype
) -> None:
    from safetensors.torch import save_file as save_torch_file

    path = tmp_path / "short.safetensors"
    save_torch_file({name: tensor.to(dtype) for name, tensor in as_torch(tiny_weights).items()}, path)
    assert "of a type that is not supported; save float32" in refusal(path)


def test_an_mlp_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    tensors = {**tiny_weights.tensors, "blocks.0.mlp.W_in": np.zeros((12, 48), np.float32)}
    message = refusal(saved(tmp_path, tensors))
    assert "blocks.0.mlp.W_in" in message
    assert "attention-only" in message


@pytest.mark.parametrize("n_layers", [1, 3])
def test_another_number_of_layers_is_refused(tmp_path: Path, tiny_weights: Weights, n_layers: int) -> None:
    tensors = {name: tensor for name, tensor in tiny_weights.tensors.items() if "blocks.1" not in name}
    for layer in range(1, n_layers):
        for name, tensor in tiny_weights.tensors.items():
            tensors[name.replace("blocks.0", f"blocks.{layer}")] = tensor
    assert f"has {n_layers} layers; models of 2 layers are supported" in refusal(saved(tmp_path, tensors))


def test_a_vocabulary_or_a_context_of_another_task_is_refused(tmp_path: Path, tiny_weights: Weights) -> None:
    vocabulary = {**tiny_weights.tensors, "embed.W_E": np.zeros((13, 12), np.float32)}
    assert "has 13 tokens; expected 12" in refusal(saved(tmp_path, vocabulary))
    context = {**tiny_weights.tensors, "pos_embed.W_pos": np.zeros((9, 12), np.float32)}
    assert "9 positions do not hold a sum" in refusal(saved(tmp_path, context))


# ---------------------------------------------------------------- cards


@pytest.mark.parametrize("content", [b"", b"not JSON", b'{"half": ', b"\xff\xfe", b"[" * 100_000])
def test_a_card_that_is_not_json_is_refused(checkpoint: Path, content: bytes) -> None:
    card_path(checkpoint).write_bytes(content)
    assert "not a JSON file" in refusal(checkpoint)


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"'])
def test_a_card_that_is_not_an_object_is_refused(checkpoint: Path, content: str) -> None:
    card_path(checkpoint).write_text(content)
    assert "is a JSON object" in refusal(checkpoint)


def test_a_card_that_is_a_directory_is_refused(checkpoint: Path) -> None:
    card_path(checkpoint).unlink()
    card_path(checkpoint).mkdir()
    refusal(checkpoint)


@pytest.mark.parametrize("digest", ["0" * 64, "", None, 7, ["a"], "two\nlines"])
def test_a_card_of_other_tensors_is_refused(checkpoint: Path, digest: object) -> None:
    card_path(checkpoint).write_text(json.dumps({"tensors_sha256": digest}))
    assert "the tensors are not those that model.json describes" in refusal(checkpoint)


# ---------------------------------------------------------------- what is written


def test_weights_of_no_model_are_not_written(checkpoint: Path, tiny_weights: Weights) -> None:
    before = checkpoint.read_bytes()
    with pytest.raises(InputError, match="not finite"):
        write_weights(checkpoint, {**tiny_weights.tensors, "ln_final.w": np.full(12, np.nan)}, {})
    assert checkpoint.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(checkpoint: Path, tiny_weights: Weights) -> None:
    for path in (checkpoint / "in a file.safetensors", checkpoint.parent / "no folder" / "a.safetensors"):
        with pytest.raises(InputError, match="cannot be written") as caught:
            write_weights(path, tiny_weights.tensors, {})
        assert str(caught.value).startswith(f"{path}: ")


def test_nothing_is_left_beside_what_is_written(checkpoint: Path) -> None:
    assert sorted(path.name for path in checkpoint.parent.iterdir()) == ["model.json", "model.safetensors"]
