"""Points of a plane in which the ten digits are on a circle, drawn as a dial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers, on_one_scale, outward
from report.figures.charts.number_format import hover_format
from report.figures.roles import GUIDE

MARGIN = 16
"""The margin on all sides of a dial, in pixels."""


@lazy_chart
def scatter(x: ArrayLike, y: ArrayLike, labels: Sequence[Any], x_title: str, y_title: str) -> go.Figure:
    """Labelled points in a plane whose axes share one scale."""
    across, up = numbers(x), numbers(y)
    forms = hover_format(across), hover_format(up)
    points = go.Scatter(
        x=across,
        y=up,
        mode="markers+text",
        text=list(map(str, labels)),
        textposition=outward(across - across.mean(), up - up.mean()),
        cliponaxis=False,
        hovertemplate=hover(
            ("", "<b>%{text}</b>"), (x_title, f"%{{x:{forms[0]}}}"), (y_title, f"%{{y:{forms[1]}}}")
        ),
        meta=0,
    )
    axes = {"xaxis": {"title": {"text": x_title}}, "yaxis": {"title": {"text": y_title}}}
    return chart([points], on_one_scale(axes))


@lazy_chart
def dial(x: ArrayLike, y: ArrayLike, labels: Sequence[Any]) -> go.Figure:
    """Points round a centre, turned so that the first is at the top and the second on its right.

    The plane may be turned and mirrored, since the signs and the order of its axes mean nothing. Spokes mark even
    steps from the first point, and a circle has the points' mean distance from the centre.
    """
    across, up = _upright(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    distance = np.hypot(across, up)
    n, reach = len(across), float(distance.max())
    even = 2 * np.pi * np.arange(n) / n
    round_the_circle = np.linspace(0, 2 * np.pi, 121)
    radius = float(distance.mean())
    nothing = np.full(n, np.nan)
    spokes = [np.stack([0 * even, reach * part(even), nothing], axis=1).ravel() for part in (np.sin, np.cos)]
    guides = [
        _guide(numbers(spokes[0]), numbers(spokes[1])),
        _guide(numbers(radius * np.sin(round_the_circle)), numbers(radius * np.cos(round_the_circle))),
    ]
    steps = np.degrees(np.diff(np.unwrap(np.arctan2(across, up)), prepend=np.nan))
    points = go.Scatter(
        x=numbers(across),
        y=numbers(up),
        mode="markers+text",
        text=list(map(str, labels)),
        textposition=outward(across, up),
        cliponaxis=False,
        customdata=[
            [f"{length:.2f}", "" if np.isnan(step) else f"{step:.1f}° after the one before"]
            for length, step in zip(distance, steps, strict=True)
        ],
        hovertemplate=hover(("", "<b>%{text}</b>"), ("length", "%{customdata[0]}"), ("", "%{customdata[1]}")),
        meta=0,
    )
    hidden = {"visible": False, "range": [-1.25 * reach, 1.25 * reach]}
    layout = on_one_scale({"xaxis": hidden, "yaxis": hidden})
    return chart([*guides, points], {**layout, "margin": dict.fromkeys("lrtb", MARGIN)})


def _upright(across: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points, turned and perhaps mirrored, so that the first is at the top and the second on its right."""
    plane = (across + 1j * up) / (across[0] + 1j * up[0]) * abs(across[0] + 1j * up[0])
    clockwise = plane if plane[1].imag < 0 else plane.conj()
    turned = clockwise * 1j
    return turned.real, turned.imag


def _guide(x: np.ndarray, y: np.ndarray) -> go.Scatter:
    return go.Scatter(x=x, y=y, mode="lines", line={"width": 1}, hoverinfo="skip", showlegend=False, meta=GUIDE)
