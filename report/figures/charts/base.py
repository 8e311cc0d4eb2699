"""What all charts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

GUIDE = "guide"
"""The role of a trace that repeats another's numbers as lines, to guide the eye; no data file holds it."""


def chart(traces: Sequence[Any], layout: Mapping[str, Any] | None = None) -> go.Figure:
    """A figure without Plotly's own template; a legend only where there is something to tell apart."""
    named = [trace for trace in traces if trace.name and trace.showlegend is not False]
    return go.Figure(traces, {"template": {}, "showlegend": len(named) > 1, **(layout or {})})


def on_one_scale(layout: Mapping[str, Any]) -> dict[str, Any]:
    """A layout with both axes on one scale; its margins are fixed, since fitting ones would chase the scale."""
    fixed = {"constrain": "domain", "automargin": False}
    return {
        **layout,
        "xaxis": {**layout["xaxis"], **fixed},
        "yaxis": {**layout["yaxis"], **fixed, "scaleanchor": "x"},
        "margin": {**layout.get("margin", {}), "l": 56, "b": 52},
    }


def numbers(values: ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def symmetric_limits(*values: np.ndarray) -> tuple[float, float]:
    """The least scale, with zero in its middle, on which all these values can be compared."""
    largest = max(float(np.abs(array).max(initial=0)) for array in values)
    return -largest, largest


def hover(*rows: tuple[str, str]) -> str:
    """A hover label of rows of a name and what is read there; a row that reads nothing is left out."""
    written = [f"{name} {reading}".strip() for name, reading in rows if reading]
    return "<br>".join(written) + "<extra></extra>"


def outward(across: np.ndarray, up: np.ndarray) -> list[str]:
    """Where a label stands clear of the lines that come from the middle: on the far side of its point."""
    sectors = (
        *("middle right", "top right", "top center", "top left"),
        *("middle left", "bottom left", "bottom center", "bottom right"),
    )
    eighths = np.round(np.arctan2(up, across) / (np.pi / 4)).astype(int) % 8
    return [sectors[eighth] for eighth in eighths]
