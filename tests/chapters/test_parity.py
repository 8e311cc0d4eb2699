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
    "cell8_0": "the-task/sample-probabilities",
    "cell9_0": "unembedding/unembedding",
    "cell10_0": "unembedding/frequency-magnitudes",
    "cell12_0": "unembedding/gram",
    "cell14_0": "unembedding/singular-values",
    "cell18_0": "ablation/head-ablation",
    "cell20_0": "ablation/qkv-ablation",
    "cell22_0": "layer-0-attention/qk-circuit",
    "cell23_0": "layer-0-attention/qk-position",
    "cell25_0": "direct-logit-attribution/components",
    "cell26_0": "direct-logit-attribution/correct-digit-mean",
    "cell28_0": "direct-logit-attribution/paths",
    "cell30_0": "direct-logit-attribution/phases",
    "cell33_0": "layer-1-ov/digit-embeddings",
    "cell35_0": "layer-1-ov/digit-sums",
    "cell38_0": "carries/qkv-ablation-by-carry",
    "cell42_0": "unembedding/fourier-components",
}
"""Which figure mirrors a picture of the write-up: its first view as published, or the first view of all."""


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
    ours, theirs = published_view(figures[PICTURES[picture]])["traces"], reference[picture]["traces"]
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        compared = [channel for channel in CHANNELS if holds_numbers(their.get(channel))]
        assert compared
        for channel in compared:
            expected = np.array(their[channel], dtype=float)
            np.testing.assert_allclose(our[channel], expected, rtol=1e-3, atol=1e-5 * np.nanmax(np.abs(expected)))


def published_view(figure: dict[str, Any]) -> dict[str, Any]:
    """The first view of a figure as published, or its first view if it has one version only."""
    return next((view for view in figure["views"] if "as published" in view["label"]), figure["views"][0])


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
    traces = published_view(figures["carries/layer-1-attention"])["traces"]
    ours = [trace for trace in traces if trace["panel"].startswith("carries")]
    for our, their in zip(ours, reference["cell40_0"]["traces"], strict=True):
        assert our["name"] == their["name"]
        np.testing.assert_allclose(our["y"], their["y"], rtol=1e-3)
        np.testing.assert_allclose(our["error_y"], their["error_y"], rtol=1e-3)
