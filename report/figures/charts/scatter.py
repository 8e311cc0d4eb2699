"""Scatter charts of labelled points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import GUIDE, chart, hover, numbers, on_one_scale, outward


@lazy_chart
def scatter(
    x: ArrayLike,
    y: ArrayLike,
    labels: Sequence[Any],
    x_title: str,
    y_title: str,
    *,
    closed: bool = False,
) -> go.Figure:
    """Labelled points in a plane whose axes share one scale; `closed` joins the points by a closed line."""
    across, up = numbers(x), numbers(y)
    traces = [
        go.Scatter(
            x=across,
            y=up,
            mode="markers+text",
            text=list(map(str, labels)),
            textposition=outward(across - across.mean(), up - up.mean()),
            cliponaxis=False,
            hovertemplate=hover(("", "<b>%{text}</b>"), (x_title, "%{x:.4~g}"), (y_title, "%{y:.4~g}")),
            meta=0,
        )
    ]
    if closed:
        ring = {"x": np.append(across, across[0]), "y": np.append(up, up[0])}
        traces = [go.Scatter(**ring, mode="lines", hoverinfo="skip", showlegend=False, meta=GUIDE), *traces]
    axes = {"xaxis": {"title": {"text": x_title}}, "yaxis": {"title": {"text": y_title}}}
    return chart(traces, on_one_scale(axes))
