"""Names of lines written at their right ends, instead of a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from report.figures.charts.margins import CHARACTER, PADDING
from report.figures.roles import LABEL, Role

LABELLED_UP_TO = 6
"""A chart with more lines has a legend, since their names would not fit beside them."""

SPACE = "\N{EN SPACE}"
"""Between the end of a line and its name."""

NEAREST = 0.075
"""The smallest distance between two names, as a share of the height of the axis."""


def line_labels(
    x: Sequence[Any],
    series: Mapping[str, np.ndarray],
    roles: Mapping[str, Role],
    *,
    logarithmic: bool = False,
    n_panels: int = 1,
    labels: Mapping[str, str] | None = None,
) -> list[go.Scatter]:
    """A trace for each name, at the last point of its line, moved up or down where names would overlap.

    `n_panels` is the number of panels above one another in the chart, of which the lines are in one.
    """
    # A logarithmic axis shows positive values alone.
    ends = {
        name: np.flatnonzero(np.isfinite(values) & (values > 0 if logarithmic else True))
        for name, values in series.items()
    }
    names = [name for name, finite in ends.items() if finite.size]
    if not names:
        return []
    heights = np.array([series[name][ends[name][-1]] for name in names], dtype=np.float64)
    everything = np.concatenate([values[np.isfinite(values)] for values in series.values()])
    if logarithmic:
        heights, everything = np.log10(heights), np.log10(everything[everything > 0])
    spread = _spread(heights, n_panels * NEAREST * float(np.ptp(everything) or 1))
    places = 10**spread if logarithmic else spread
    return [
        go.Scatter(
            x=[x[ends[name][-1]]],
            y=[float(place)],
            texttemplate=SPACE + (labels or {}).get(name, name),
            mode="text",
            textposition="middle right",
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
            meta=f"{LABEL}{roles[name]}",
        )
        for name, place in zip(names, places, strict=True)
    ]


def room_for(names: Sequence[str]) -> int:
    """The right margin in pixels that the names of lines need."""
    return PADDING + CHARACTER * (1 + max(map(len, names), default=0))


def _spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """The heights with at least `gap` between neighbours, in the same order and as near as possible."""
    order = np.argsort(heights, kind="stable")
    blocks: list[tuple[float, int]] = []  # the mean of height minus offset, and the number of names
    for rank, index in enumerate(order):
        blocks.append((float(heights[index]) - rank * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, n_one), (other, n_other) = blocks[-2:]
            n = n_one + n_other
            blocks[-2:] = [((one * n_one + other * n_other) / n, n)]
    bases = np.concatenate([np.full(n, base) for base, n in blocks])
    placed = np.empty(len(heights))
    placed[order] = bases + gap * np.arange(len(heights))
    return placed
