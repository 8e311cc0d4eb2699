"""Labels that would overlap, written as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

ROWS_WITH_A_LABEL = 20
"""How many rows of a heatmap can have a label each, on a small screen."""

NEAR = 0.15
"""How close points have to be to share a label, as a share of how far out the outermost is."""


def row_ticks(rows: Iterable[Any], names: Sequence[Any]) -> dict[str, list[Any]]:
    """The ticks of some rows among all `names`; close ones share one, halfway between the first and the last."""
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
    """What is written beside each point; of points close to one another only the outermost says something."""
    apart = np.hypot(across[:, None] - across, up[:, None] - up)
    groups: list[list[int]] = []
    for point in range(len(labels)):
        close = [group for group in groups if (apart[point, group] < NEAR * reach).any()]
        groups = [group for group in groups if group not in close]
        groups.append(sorted([point, *(other for group in close for other in group)]))
    written = [""] * len(labels)
    for group in groups:
        outermost = max(group, key=lambda point: float(np.hypot(across[point], up[point])))
        written[outermost] = _listed(labels, group)
    return written


def _listed(labels: Sequence[str], chosen: Sequence[int]) -> str:
    """Labels with commas between them, and only the ends of three or more in a row: 0, 2–5."""
    runs: list[list[int]] = []
    for index in chosen:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(
        f"{labels[run[0]]}–{labels[run[-1]]}" if len(run) > 2 else ", ".join(labels[index] for index in run)
        for run in runs
    )
