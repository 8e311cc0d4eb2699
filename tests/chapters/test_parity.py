"""On the write-up's checkpoint the figures contain the write-up's own numbers.

The numbers come from the notebook's figures, computed on a GPU in single precision, so they agree to about four
digits. `SUMINT_REFERENCE_FIGURES` names the file with them: for each figure its traces as plain lists.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report.content.chapter import Chapter, Figure
from report.content.component import Component
from report.figures.export import figure_data

CHANNELS = ("y", "z", "r", "theta", "error_y")
PICTURES = {
    "cell8_0": ("the-task/sample-probabilities", 0),
    "cell9_0": ("unembedding/unembedding", 0),
    "cell10_0": ("unembedding/frequency-magnitudes", 0),
    "cell12_0": ("unembedding/gram", 0),
    "cell14_0": ("unembedding/singular-values", 0),
    "cell18_0": ("ablation/head-ablation", 0),
    "cell20_0": ("ablation/qkv-ablation", 0),
    "cell22_0": ("layer-0-attention/qk-circuit", 0),
    "cell23_0": ("layer-0-attention/qk-position", 0),
    "cell25_0": ("direct-logit-attribution/components", 0),
    "cell26_0": ("direct-logit-attribution/correct-digit-mean", 0),
    "cell28_0": ("direct-logit-attribution/paths", 0),
    "cell30_0": ("direct-logit-attribution/phases", 0),
    "cell33_0": ("layer-1-ov/digit-embeddings", 0),
    "cell35_0": ("layer-1-ov/digit-sums", 0),
    "cell38_0": ("carries/qkv-ablation-by-carry", 0),
    "cell42_0": ("unembedding/fourier-components", 0),
}
"""Which figure, and which view of it, mirrors a picture of the write-up."""


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    path = os.environ.get("SUMINT_REFERENCE_FIGURES")
    if not path:
        pytest.skip("SUMINT_REFERENCE_FIGURES names no file with the write-up's numbers")
    return json.loads(Path(path).read_text())


@pytest.fixture(scope="module")
def figures(arena_chapters: dict[str, Chapter]) -> dict[str, Any]:
    return {
        f"{stem}/{figure.name}": figure_data(figure.name, figure)
        for stem, chapter in arena_chapters.items()
        for figure in chapter.figures
        if isinstance(figure, Figure | Component)
    }


@pytest.mark.parametrize("picture", PICTURES)
def test_a_figure_holds_the_numbers_of_the_picture_that_it_mirrors(
    picture: str, reference: dict[str, Any], figures: dict[str, Any]
) -> None:
    name, view = PICTURES[picture]
    ours, theirs = figures[name]["views"][view]["traces"], reference[picture]["traces"]
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        compared = [channel for channel in CHANNELS if holds_numbers(their.get(channel))]
        assert compared
        for channel in compared:
            expected = np.array(their[channel], dtype=float)
            np.testing.assert_allclose(our[channel], expected, rtol=1e-3, atol=1e-5 * np.nanmax(np.abs(expected)))


def holds_numbers(values: Any) -> bool:
    return bool(values) and np.asarray(values).dtype.kind in "fi"


def test_the_first_sum_s_attention_is_the_published(reference: dict[str, Any], figures: dict[str, Any]) -> None:
    panels = figures["layer-0-attention/attention-patterns"]["views"][0]["traces"]
    np.testing.assert_allclose(
        [panel["z"] for panel in panels], reference["cell21_0"]["attention"], rtol=1e-3, atol=1e-5
    )


def test_layer_1_s_attention_with_a_carry_is_the_published(
    reference: dict[str, Any], figures: dict[str, Any]
) -> None:
    traces = figures["carries/layer-1-attention"]["views"][0]["traces"]
    ours = [trace for trace in traces if trace["panel"].startswith("carries")]
    for our, their in zip(ours, reference["cell40_0"]["traces"], strict=True):
        assert our["name"] == their["name"]
        np.testing.assert_allclose(our["y"], their["y"], rtol=1e-3)
        np.testing.assert_allclose(our["error_y"], their["error_y"], rtol=1e-3)
