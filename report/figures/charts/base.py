"""Functions that all charts use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike


def chart(traces: Sequence[Any], layout: Mapping[str, Any] | None = None) -> go.Figure:
    """A figure without Plotly's own template, with a legend if it has more than one named trace."""
    named = [trace for trace in traces if trace.name and trace.showlegend is not False]
    return go.Figure(traces, {"template": {}, "showlegend": len(named) > 1, **(layout or {})})


def on_one_scale(layout: Mapping[str, Any]) -> dict[str, Any]:
    """A layout with both axes on one scale; the margins are fixed, since automatic ones would alter the scale."""
    fixed = {"constrain": "domain", "automargin": False}
    return {
        **layout,
        "xaxis": {**layout["xaxis"], **fixed},
        "yaxis": {**layout["yaxis"], **fixed, "scaleanchor": "x"},
        "margin": {**layout.get("margin", {}), "l": 56, "b": 52},
    }


def numbers(values: ArrayLike) -> np.ndarray:
    """The values as an array in single precision."""
    return np.asarray(values, dtype=np.float32)


def symmetric_limits(*values: np.ndarray) -> tuple[float, float]:
    """The smallest limits, symmetric about zero, that include all values."""
    largest = max(float(np.abs(array).max(initial=0)) for array in values)
    return -largest, largest


def hover(*rows: tuple[str, str]) -> str:
    """A template of a hover label with rows of a name and a value; rows with an empty value are omitted."""
    lines = [f"{name} {value}".strip() for name, value in rows if value]
    return "<br>".join(lines) + "<extra></extra>"


def outward(across: np.ndarray, up: np.ndarray) -> list[str]:
    """The position of the label of each point: on its far side from the centre, clear of lines from there."""
    sectors = (
        *("middle right", "top right", "top center", "top left"),
        *("middle left", "bottom left", "bottom center", "bottom right"),
    )
    eighths = np.round(np.arctan2(up, across) / (np.pi / 4)).astype(int) % 8
    return [sectors[eighth] for eighth in eighths]
