"""A thousand bad files: none runs, hangs, crashes or passes as good; each is refused in one line, or harmless."""

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
from tests.hostile.files.fuzzing import Fuzzed, Good, fuzzed

ROOT = Path(__file__).parent.parent.parent.parent
BLOCKS, BLOCK = 10, 100


@pytest.fixture(scope="module")
def good(tiny_weights: Weights) -> Good:
    published = os.environ.get("SUMINT_ARENA_CHECKPOINT")
    return Good.of(tiny_weights.tensors, Path(published).read_bytes() if published else None)


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit what a process may use")
@pytest.mark.parametrize("seed", range(BLOCKS))
def test_a_bad_file_is_refused_in_one_line_or_is_what_it_was(seed: int, good: Good, tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files = {file.name: file for file in fuzzed(good, seed, BLOCK, canary)}
    paths = {file.write(folder) for file in files.values()}
    answers = answers_of_another_process(folder, tmp_path)
    assert not canary.exists()
    assert answers.keys() == {path.name for path in paths}
    faults = [
        f"{files[name].kind} ({name}): {fault}"
        for name, answer in answers.items()
        if (fault := fault_of(files[name], folder / name, answer, good))
    ]
    assert not faults, "\n".join(faults)
    refused = sum("refusal" in answer for answer in answers.values())
    assert BLOCK / 2 < refused < BLOCK  # some damage is harmless, such as to a file's padding


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit what a process may use")
def test_every_bad_pickle_is_refused_wherever_it_stands(good: Good, tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "files"
    folder.mkdir()
    files: dict[str, Fuzzed] = {}
    for number, (kind, program) in enumerate(forged_pickles.programs(canary).items()):
        for place, content in forged_pickles.placed(program).items():
            file = Fuzzed(f"{kind}, {place}", f"{number} {place}.pt", content, is_bad=True)
            file.write(folder)
            files[file.name] = file
    answers = answers_of_another_process(folder, tmp_path)
    assert not canary.exists()
    assert answers.keys() == files.keys()
    for name, answer in answers.items():
        assert not fault_of(files[name], folder / name, answer, good), files[name].kind


def test_on_the_command_line_a_bad_file_is_one_line_and_the_old_site_stands(
    good: Good, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    canary, folder, site = tmp_path / "canary", tmp_path / "files", tmp_path / "site"
    folder.mkdir()
    publish({"index.html": b"the old site"}, site)
    forged = [
        Fuzzed(kind, f"{number}.pt", forged_pickles.placed(program)["in an archive"], is_bad=True)
        for number, (kind, program) in enumerate(forged_pickles.programs(canary).items())
    ]
    damaged = [file for file in fuzzed(good, 0, BLOCK, canary) if file.is_bad]
    for file in (*forged, *damaged[:20]):
        path = file.write(folder)
        assert main(["build", "--weights", str(path), "--site", str(site)]) == 2, file.kind
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: "), file.kind
        assert not canary.exists()
    assert (site / "index.html").read_bytes() == b"the old site"


def answers_of_another_process(folder: Path, place: Path) -> dict[str, dict[str, str]]:
    """What reading each file came to, where memory and time are limited and every warning is an error."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.hostile.files.fuzzing", str(folder)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(place), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr  # a crash would be negative
    assert finished.stderr == ""
    run_chapter = map(json.loads, finished.stdout.splitlines())
    return {answer["name"]: answer for answer in run_chapter}


def fault_of(file: Fuzzed, path: Path, answer: Mapping[str, str], good: Good) -> str:
    """What is wrong with the answer to a file; nothing if it is as it must be."""
    if "fault" in answer:
        return answer["fault"]
    if "refusal" in answer:
        refusal = answer["refusal"]
        names_it = refusal.startswith((f"{path}: ", f"{path.with_suffix('.json')}: "))
        fits = names_it and refusal.isprintable() and len(refusal) < len(str(path)) + 600
        return "" if fits else f"a refusal that is not one short line: {refusal!r}"
    if file.is_bad:
        return "taken for good"
    originals = {digest_tensors(good.tensors), ARENA_DIGEST if good.published else ""}
    if (file.is_guarded or file.card is not None) and answer["digest"] not in originals:
        return "other tensors are taken for good, although a checksum tells them"
    if file.is_guarded:
        return ""
    try:
        others = as_others_read_it(file)
    except RuntimeError as error:
        return f"taken for good, but PyTorch says {error}"
    return "" if answer["digest"] == digest_tensors(others) else "read as other tensors than another library reads"


def as_others_read_it(file: Fuzzed) -> dict[str, np.ndarray]:
    """The tensors of a file that was taken for good, by PyTorch's and safetensors's own readers."""
    from safetensors.numpy import load

    if file.name.endswith(".safetensors"):
        return {name: tensor.astype(np.float32) for name, tensor in load(file.content).items()}
    named = torch.load(io.BytesIO(file.content), map_location="cpu", weights_only=True)
    buffers = ("attn.mask", "attn.IGNORE")
    return {name: tensor.float().numpy() for name, tensor in named.items() if not name.endswith(buffers)}


def test_the_good_files_are_read_as_what_they_are(good: Good, tmp_path: Path) -> None:
    for name, content in {"a.safetensors": good.safetensors, "b.pt": good.archive, "c.pt": good.pickles}.items():
        path = Fuzzed("good", name, content, good.card).write(tmp_path)
        assert read_weights(path).digest == digest_tensors(good.tensors)


def test_the_same_seed_gives_the_same_files(good: Good, tmp_path: Path) -> None:
    assert fuzzed(good, 3, 30, tmp_path) == fuzzed(good, 3, 30, tmp_path)
    assert fuzzed(good, 3, 30, tmp_path) != fuzzed(good, 4, 30, tmp_path)
