"""A thousand bad files: none executes code, hangs, crashes or is accepted with changed tensors.

A hundred of them are read in each run of the tests, the others nightly.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from report.__main__ import main
from report.publishing.publish import publish
from sumint.checkpoints.files import Weights, digest_tensors, read_weights
from sumint.checkpoints.locate import ARENA_DIGEST
from tests.hostile.files import forged_pickles
from tests.hostile.files.fuzzing import FuzzedFile, Good, fuzz

ROOT = Path(__file__).parent.parent.parent.parent
BLOCKS, BLOCK = 10, 100


@pytest.fixture(scope="module")
def good(tiny_weights: Weights) -> Good:
    published = os.environ.get("SUMINT_ARENA_CHECKPOINT")
    return Good.of(tiny_weights.tensors, Path(published).read_bytes() if published else None)


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit what a process may use")
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, BLOCKS))]
)
def test_a_bad_file_is_refused_in_one_line_or_has_the_original_tensors(
    seed: int, good: Good, tmp_path: Path
) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files = {file.name: file for file in fuzz(good, seed, BLOCK, canary)}
    paths = {file.write(folder) for file in files.values()}
    records = read_in_another_process(folder, tmp_path)
    assert not canary.exists()
    assert records.keys() == {path.name for path in paths}
    faults = [
        f"{files[name].kind} ({name}): {fault}"
        for name, record in records.items()
        if (fault := fault_of(files[name], folder / name, record, good))
    ]
    assert not faults, "\n".join(faults)
    n_refused = sum("refusal" in record for record in records.values())
    assert BLOCK / 2 < n_refused < BLOCK  # some damage is harmless, such as that of padding


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit what a process may use")
def test_every_bad_pickle_is_refused_wherever_it_stands(good: Good, tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files: dict[str, FuzzedFile] = {}
    for number, (kind, program) in enumerate(forged_pickles.programs(canary).items()):
        for place, content in forged_pickles.place_everywhere(program).items():
            file = FuzzedFile(f"{kind}, {place}", f"{number} {place}.pt", content, is_bad=True)
            file.write(folder)
            files[file.name] = file
    records = read_in_another_process(folder, tmp_path)
    assert not canary.exists()
    assert records.keys() == files.keys()
    for name, record in records.items():
        assert not fault_of(files[name], folder / name, record, good), files[name].kind


def test_on_the_command_line_a_bad_file_is_reported_in_one_line_and_the_old_site_is_unchanged(
    good: Good, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    canary, folder, site = tmp_path / "canary", tmp_path / "files", tmp_path / "site"
    folder.mkdir()
    publish({"index.html": b"the old site"}, site)
    forged = [
        FuzzedFile(kind, f"{number}.pt", forged_pickles.place_everywhere(program)["in an archive"], is_bad=True)
        for number, (kind, program) in enumerate(forged_pickles.programs(canary).items())
    ]
    damaged = [file for file in fuzz(good, 0, BLOCK, canary) if file.is_bad]
    for file in (*forged[::3], *damaged[:5]):
        path = file.write(folder)
        assert main(["build", "--weights", str(path), "--site", str(site)]) == 2, file.kind
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: "), file.kind
        assert not canary.exists()
    assert (site / "index.html").read_bytes() == b"the old site"


def read_in_another_process(folder: Path, temporary: Path) -> dict[str, dict[str, str]]:
    """The outcome of reading each file, with limited memory and time and with warnings as errors."""
    process = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.hostile.files.fuzzing", str(folder)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr  # a crash would be negative
    assert process.stderr == ""
    records = map(json.loads, process.stdout.splitlines())
    return {record["name"]: record for record in records}


def fault_of(file: FuzzedFile, path: Path, record: Mapping[str, str], good: Good) -> str:
    """The fault in the outcome of reading a file, or an empty text if there is none."""
    if "fault" in record:
        return record["fault"]
    if "refusal" in record:
        refusal = record["refusal"]
        names_file = refusal.startswith((f"{path}: ", f"{path.with_suffix('.json')}: "))
        is_valid = names_file and refusal.isprintable() and len(refusal) < len(str(path)) + 600
        return "" if is_valid else f"a refusal that is not one short line: {refusal!r}"
    if file.is_bad:
        return "accepted"
    originals = {digest_tensors(good.tensors), ARENA_DIGEST if good.published else ""}
    if (file.is_guarded or file.card is not None) and record["digest"] not in originals:
        return "changed tensors are accepted despite a checksum"
    if file.is_guarded:
        return ""
    try:
        expected = read_with_other_libraries(file)
    except RuntimeError as error:
        return f"accepted, but PyTorch reports {error}"
    return "" if record["digest"] == digest_tensors(expected) else "read as other tensors than by another library"


def read_with_other_libraries(file: FuzzedFile) -> dict[str, np.ndarray]:
    """The tensors of an accepted file, read by PyTorch or safetensors."""
    from safetensors.numpy import load

    if file.name.endswith(".safetensors"):
        return {name: tensor.astype(np.float32) for name, tensor in load(file.content).items()}
    named = torch.load(io.BytesIO(file.content), map_location="cpu", weights_only=True)
    buffers = ("attn.mask", "attn.IGNORE")
    return {name: tensor.float().numpy() for name, tensor in named.items() if not name.endswith(buffers)}


def test_the_good_files_are_read_correctly(good: Good, tmp_path: Path) -> None:
    for name, content in {"a.safetensors": good.safetensors, "b.pt": good.archive, "c.pt": good.pickles}.items():
        path = FuzzedFile("good", name, content, good.card).write(tmp_path)
        assert read_weights(path).digest == digest_tensors(good.tensors)


def test_the_same_seed_gives_the_same_files(good: Good, tmp_path: Path) -> None:
    assert fuzz(good, 3, 30, tmp_path) == fuzz(good, 3, 30, tmp_path)
    assert fuzz(good, 3, 30, tmp_path) != fuzz(good, 4, 30, tmp_path)
