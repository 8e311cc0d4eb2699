"""A bad checkpoint is refused with an error message of one line, and nothing in it is executed."""

import os
import pickle
import re
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights, read_weights
from sumint.errors import InputError
from sumint.machine.files import MAX_FILE_SIZE
from tests.hostile.files.conftest import refusal


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.safetensors")
    assert "no such file" in refusal(tmp_path / "no folder" / "absent.pt")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path)


def test_a_path_through_a_file_is_refused(checkpoint: Path) -> None:
    assert "cannot be read" in refusal(checkpoint / "model.pt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
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
        file.truncate(MAX_FILE_SIZE + 1)
    assert "67,108,865 bytes" in refusal(path)


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
def test_the_card_detects_a_changed_bit_in_the_tensors(checkpoint: Path, data: st.DataObject) -> None:
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
def test_a_damaged_archive_is_refused_or_read_with_the_original_tensors(
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
        assert re.search("is not a named tensor|tensors alone", refusal(path))
        assert "weights_only" not in refusal(path)
        assert not marker.exists()


def test_a_whole_pickled_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), path)
    assert "model.state_dict()" in refusal(path)


def test_an_archive_that_unpacks_to_a_huge_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb/data.pkl", bytes(MAX_FILE_SIZE + 1))
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
def test_a_pytorch_file_that_is_not_a_state_dict_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pt"
    torch.save(content, path)
    refusal(path)
