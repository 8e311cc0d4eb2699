"""Compiled code is kept in the store, under a key of its sources; a damaged file of it is compiled again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sumint.exhaustive.kernel.jit import entry_point
from sumint.store.results import Store


def total(values: np.ndarray) -> float:
    result = 0.0
    for value in values:
        result += value
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    return tmp_path / "results" / "compiled-total"


def n_compiled(function: Callable[..., Any]) -> tuple[float, int]:
    """The total of three numbers, and how often the function had to be compiled for it."""
    compiled = entry_point(function)
    result = compiled(np.arange(3.0))
    return result, sum(compiled.stats.cache_misses.values())


def test_a_function_is_compiled_once(folder: Path) -> None:
    assert n_compiled(total) == (3.0, 1)
    assert n_compiled(total) == (3.0, 0)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "damage", [lambda stored: b"", lambda stored: stored[:-100], lambda stored: stored[:-9] + b"?" + stored[-8:]]
)
def test_damaged_code_is_compiled_again_with_a_warning(
    damage: Callable[[bytes], bytes], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    n_compiled(total)
    (stored,) = folder.iterdir()
    stored.write_bytes(damage(stored.read_bytes()))
    assert n_compiled(total) == (3.0, 1)
    assert "the stored compiled-total is damaged" in caplog.text
    assert n_compiled(total) == (3.0, 0)


def test_code_that_cannot_be_loaded_is_compiled_again_with_a_warning(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_compiled(total)
    monkeypatch.setattr(Store, "load", lambda *_: b"no pickle")
    assert n_compiled(total) == (3.0, 1)
    assert "the stored code of total cannot be loaded" in caplog.text
    assert folder.is_dir()


def test_without_a_folder_that_can_be_written_the_function_is_compiled_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert [n_compiled(total), n_compiled(total)] == [(3.0, 1), (3.0, 1)]
