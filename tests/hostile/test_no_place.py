"""Every command works, or states what is missing, where nothing can be kept: no home, no rights, no space."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from sumint.checkpoints.files import Weights, write_weights
from tests.namespaces import run_after, skip_without_mounts
from tests.other_user import run_as_another_user

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tiny_weights: Weights) -> Iterator[Path]:
    """A folder that every user can write to, with a checkpoint."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    yield folder
    shutil.rmtree(folder)


def commands(place: Path) -> dict[str, tuple[list[str], int]]:
    """Commands of both packages, and the exit code of each."""
    weights = ["--weights", str(place / "tiny.safetensors")]
    site = str(place / "site")
    short = ["--digits", "2", "--epochs", "1", "--heads", "1", "--d-model", "8", "--d-head", "4"]
    return {
        "verify": (["sumint", "verify", *weights], 1),
        "build": (["report", "build", *weights, "--chapters", "unembedding", "--site", site], 0),
        "check": (["report", "check", site], 0),
        "diff": (["report", "diff", site, site], 0),
        "cache": (["report", "cache"], 0),
        "new": (["report", "new", str(place / "mine")], 0),
        "train": (["sumint", "train", *short, "--out", str(place / "new.safetensors")], 0),
        "convert": (["sumint", "convert", str(place / "tiny.safetensors"), str(place / "c.safetensors")], 0),
    }


def check_commands(place: Path, names: Iterable[str], environment: dict[str, str]) -> None:
    """Run commands as a user whose environment is this alone."""
    for name in names:
        arguments, code = commands(place)[name]
        finished = run_as_another_user(*arguments, environment=environment)
        assert finished.returncode == code, (name, finished.stdout, finished.stderr)
        assert "Traceback" not in finished.stderr


def test_every_command_works_for_a_user_whose_home_folder_cannot_be_written(place: Path) -> None:
    check_commands(place, commands(place), {"HOME": "/"})


def test_a_user_without_a_home_folder_builds(place: Path) -> None:
    check_commands(place, ("build", "cache"), {})
    check_commands(place, ("cache",), {"HOME": "/nonexistent"})


@pytest.mark.parametrize("name", ["file", "~/kept", "missing/deep", "relative"])
def test_the_cache_can_be_any_place_or_none(place: Path, name: str) -> None:
    (place / "file").write_text("a file")
    (place / "home").mkdir()
    cache = name if name in ("~/kept", "relative") else str(place / name)
    environment = {**os.environ, "SUMINT_CACHE": cache, "HOME": str(place / "home"), "PYTHONPATH": str(ROOT)}
    environment.pop("NUMBA_CACHE_DIR", None)
    for command in ("build", "cache"):
        arguments, code = commands(place)[command]
        finished = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=place, env=environment, capture_output=True, text=True
        )
        assert finished.returncode == code, (command, finished.stdout, finished.stderr)
        assert "Traceback" not in finished.stderr
    kept = {"file": None, "~/kept": "home/kept", "missing/deep": "missing/deep", "relative": "relative"}[name]
    assert kept is None or (place / kept / "results").is_dir()
    assert not (place / "~").exists()
    assert (place / "file").read_text() == "a file"


def test_where_nothing_at_all_can_be_written_reading_commands_work_and_others_name_the_place(place: Path) -> None:
    skip_without_mounts()
    listed = commands(place)
    subprocess.run([sys.executable, "-m", *listed["build"][0]], cwd=ROOT, check=True, capture_output=True)
    read_only = "mount --bind / / && mount -o remount,ro,bind /"
    expected = {"verify": 1, "check": 0, "diff": 0, "cache": 0, "build": 2, "new": 2, "train": 2, "convert": 2}
    for name, code in expected.items():
        arguments = [*listed[name][0], *(["--no-cache"] if name == "build" else [])]
        finished = run_after(read_only, "-m", *arguments)
        assert finished.returncode == code, (name, finished.stdout, finished.stderr)
        assert "Traceback" not in finished.stderr
        if code == 2:
            last = finished.stderr.splitlines()[-1]
            assert last.startswith("error: "), name
            assert str(place) in last, name
            assert "measur" not in finished.stdout  # it is known before


def test_a_full_disk_is_named_and_costs_at_most_what_was_to_be_kept(place: Path) -> None:
    skip_without_mounts()
    (place / "small").mkdir()
    mount = f"mount -t tmpfs -o size=16k none '{place}/small'"
    listed = commands(place)
    kept = run_after(mount, "-m", *listed["build"][0], SUMINT_CACHE=f"{place}/small/cache")
    assert kept.returncode == 0, kept.stderr
    assert "results cannot be stored (" in kept.stderr
    assert "No space left on device" in kept.stderr
    for name in ("build", "train"):
        arguments = [word.replace(str(place), f"{place}/small") for word in listed[name][0]]
        arguments = [word.replace(f"{place}/small/tiny", f"{place}/tiny") for word in arguments]
        finished = run_after(mount, "-m", *arguments)
        assert finished.returncode == 2, (name, finished.stdout, finished.stderr)
        assert "No space left on device" in finished.stderr.splitlines()[-1], name
        assert "Traceback" not in finished.stderr
