"""Histograms: the number of cases by the value of a quantity, as step lines on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Int

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart
from report.figures.charts.margins import margins
from report.figures.charts.number_format import logarithmic_axis
from report.figures.roles import role_of

POINT = 7
"""The size of a point in pixels."""


@lazy_chart
def histogram(
    middles: Sequence[float],
    counts: Mapping[str, Int[np.ndarray, " bin"]],
    x_title: str,
    y_title: str,
    *,
    points: Mapping[str, Int[np.ndarray, " bin"]] | None = None,
    largest: int,
) -> go.Figure:
    """The counts of each series by bin; those of `points` are drawn as points, and bins without a case are empty.

    `middles` are the middles of the bins. `largest` fixes the end of the logarithmic axis, so that histograms can
    be compared.
    """
    shown = {**counts, **(points or {})}
    traces = [
        go.Scatter(
            x=list(middles),
            y=np.where(of_series > 0, of_series, np.nan),
            name=name,
            mode="markers" if points and name in points else "lines",
            line_shape="hvh",
            marker_size=POINT,
            hovertemplate="%{y:,d}",
            meta=role_of(name, number),
        )
        for number, (name, of_series) in enumerate(shown.items())
    ]
    plot = chart(traces, {"hovermode": "x unified", "margin": margins(ticks=True, legend=True)})
    plot.update_xaxes(title_text=x_title, showgrid=False, unifiedhovertitle_text=f"{x_title} %{{x}}")
    axis = logarithmic_axis(np.array([1, largest]), is_share=False)
    return plot.update_yaxes(title_text=y_title, **axis, range=[np.log10(0.7), np.log10(1.4 * largest)])
