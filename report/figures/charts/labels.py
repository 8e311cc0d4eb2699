"""Merging of labels that would overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

LINE_BREAK = "<br>"
"""Between the lines of a text of a point; data files have a space there."""

ROWS_WITH_A_LABEL = 20
"""The number of rows of a heatmap that can have separate labels on a small screen."""

NEAR = 0.15
"""The distance below which points share a label, as a share of the radius of the outermost point."""


def row_ticks(rows: Iterable[Any], names: Sequence[Any]) -> dict[str, list[Any]]:
    """The ticks of some of the rows `names`; close rows share a tick, halfway between the first and the last."""
    closest = len(names) / ROWS_WITH_A_LABEL
    groups: list[list[int]] = []
    for row in sorted(map(names.index, rows)):
        if groups and row - groups[-1][-1] < closest:
            groups[-1].append(row)
        else:
            groups.append([row])
    return {
        "tickvals": [names[group[0]] if len(group) == 1 else (group[0] + group[-1]) / 2 for group in groups],
        "ticktext": [", ".join(str(names[row]) for row in group) for group in groups],
    }


def point_labels(labels: Sequence[str], across: np.ndarray, up: np.ndarray, *, reach: float) -> list[str]:
    """The label of each point; of points close to one another, the outermost has the labels of all."""
    distance = np.hypot(across[:, None] - across, up[:, None] - up)
    groups: list[list[int]] = []
    for point in range(len(labels)):
        close = [group for group in groups if (distance[point, group] < NEAR * reach).any()]
        groups = [group for group in groups if group not in close]
        groups.append(sorted([point, *(other for group in close for other in group)]))
    merged = [""] * len(labels)
    for group in groups:
        outermost = max(group, key=lambda point: float(np.hypot(across[point], up[point])))
        merged[outermost] = _ranges(labels, group)
    return merged


def _ranges(labels: Sequence[str], indices: Sequence[int]) -> str:
    """The labels at these indices, separated by commas, with three or more in a row as a range: 0, 2–5."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(
        f"{labels[run[0]]}–{labels[run[-1]]}" if len(run) > 2 else ", ".join(labels[index] for index in run)
        for run in runs
    )
