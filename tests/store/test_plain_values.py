"""An analysis may return an array, a dictionary of arrays or a data frame; its result is kept like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.model.load import Model
from sumint.store.plain_values import PlainValue
from sumint.store.results import Store
from sumint.task.sums import Sums


def an_array(model: Model, sample: Sums) -> np.ndarray:
    return np.arange(12.0).reshape(3, 4) * len(sample) * model.cfg.n_heads


def arrays(model: Model, sample: Sums) -> dict[str, np.ndarray]:
    return {"heads": np.arange(model.cfg.n_heads), "sums": sample.a}


def a_frame(model: Model, sample: Sums) -> pd.DataFrame:
    heads = [f"H0.{head}" for head in range(model.cfg.n_heads)]
    frame = pd.DataFrame(
        {
            "head": heads,
            "value": np.linspace(0, 1, len(heads)) / 3,
            "is_first": [True] + [False] * (len(heads) - 1),
        }
    )
    return frame.assign(n=len(sample)).set_index("n")


def without_annotations(model, sample):
    return {"size": np.array([model.cfg.d_model, len(sample)])}


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    return tmp_path / "tiny.safetensors"


@pytest.mark.parametrize("analysis", [an_array, arrays, a_frame, without_annotations])
def test_the_result_is_measured_once_and_read_as_the_same(
    checkpoint: Path, tmp_path: Path, analysis: Callable[..., Any]
) -> None:
    store = Store(tmp_path / "kept")
    first, second = (Lab(checkpoint, store=store) for _ in range(2))
    measured, reused = first.run(analysis), second.run(analysis)
    assert [lab.runs[-1].state for lab in (first, second)] == ["measured", "reused"]
    if isinstance(measured, pd.DataFrame):
        pd.testing.assert_frame_equal(measured, reused)
    elif isinstance(measured, dict):
        assert list(measured) == list(reused)
        for name in measured:
            np.testing.assert_array_equal(measured[name], reused[name])
            assert measured[name].dtype == reused[name].dtype
    else:
        np.testing.assert_array_equal(measured, reused)


@pytest.mark.parametrize(
    "value",
    [
        7,
        {},
        {"a": 1},
        {1: np.zeros(2)},
        np.array([object()]),
        pd.DataFrame({"a": [object()]}),
        pd.DataFrame({1: [2]}),
        pd.DataFrame({"a": ["x", None]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_array_can_hold_is_kept_in_memory_alone(value: object) -> None:
    assert PlainValue.of(value) is None
