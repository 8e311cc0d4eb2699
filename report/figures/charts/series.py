"""Series over a common x axis: bars, lines and stacked panels of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers
from report.figures.charts.margins import margins

MARGIN = {"r": 16}
"""The space for half of the last label of a numeric axis, in pixels, without which Plotly omits the label."""

MARKERS_UP_TO = 24
"""A line has markers if it has at most this number of points."""


@lazy_chart
def bars(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    errors: Mapping[str, ArrayLike] | None = None,
    highest: float | None = None,
) -> go.Figure:
    """Grouped bars, one series per name.

    `errors` are half the lengths of the error bars. `highest` fixes the end of the y axis, so that panels can be
    compared.
    """
    traces = [
        go.Bar(
            x=list(x),
            y=numbers(values),
            name=name,
            error_y=None if errors is None else {"type": "data", "array": numbers(errors[name])},
            hovertemplate=hover(("", f"<b>{name}</b>"), (x_title, "%{x}"), (y_title, "%{y:.4~g}")),
            meta=index,
        )
        for index, (name, values) in enumerate(series.items())
    ]
    plot = chart(traces, {"barmode": "group", "bargap": 0.35, "margin": margins(legend=len(series) > 1)})
    plot.update_xaxes(title_text=x_title, type="category", showgrid=False, ticks="")
    plot.update_yaxes(title_text=y_title, rangemode="tozero", range=None if highest is None else [0, highest])
    return plot


@lazy_chart
def lines(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    logarithmic: bool = False,
    errors: Mapping[str, ArrayLike] | None = None,
) -> go.Figure:
    """Lines over a common x axis, one series per name; `errors` are half the lengths of the error bars."""
    traces = [
        _line(x, values, name, index, errors=None if errors is None else errors[name])
        for index, (name, values) in enumerate(series.items())
    ]
    margin = {**margins(ticks=True, legend=len(series) > 1), **MARGIN}
    plot = chart(traces, {"hovermode": "x unified", "margin": margin})
    plot.update_xaxes(title_text=x_title, showgrid=False, dtick=1 if _are_few_counts(x) else None)
    plot.update_yaxes(title_text=y_title, **_logarithmic(logarithmic))
    return plot


@lazy_chart
def stacked_lines(
    x: Sequence[Any],
    panels: Mapping[str, Mapping[str, ArrayLike]],
    x_title: str,
    *,
    logarithmic: bool = False,
) -> go.Figure:
    """Stacked panels of lines over a common x axis; the title of each panel's y axis is the panel's name.

    Series of the same name have the same colour in every panel, and one entry in the legend.
    """
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    in_legend: set[str] = set()
    traces, axes = [], {}
    gap = 0.1
    height = (1 - gap * (len(panels) - 1)) / len(panels)
    for number, (title, series) in enumerate(panels.items(), start=1):
        axis = "y" if number == 1 else f"y{number}"
        top = 1 - (number - 1) * (height + gap)
        axes[axis.replace("y", "yaxis")] = {
            "title": {"text": title},
            "domain": [max(top - height, 0), top],
            **_logarithmic(logarithmic),
        }
        for name, values in series.items():
            line = _line(x, values, name, names.index(name))
            traces.append(line.update(yaxis=axis, legendgroup=name, showlegend=name not in in_legend))
            in_legend.add(name)
    bottom = "y" if len(panels) == 1 else f"y{len(panels)}"
    margin = {**margins(ticks=True, legend=len(names) > 1), **MARGIN}
    plot = chart(traces, {"hovermode": "x unified", "margin": margin, "showlegend": len(names) > 1, **axes})
    plot.update_xaxes(title_text=x_title, anchor=bottom, showgrid=False, dtick=1 if _are_few_counts(x) else None)
    return plot


def _line(
    x: Sequence[Any], values: ArrayLike, name: str, role: int, *, errors: ArrayLike | None = None
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=numbers(values),
        name=name,
        mode="lines+markers" if len(x) <= MARKERS_UP_TO else "lines",
        error_y=None if errors is None else {"type": "data", "array": numbers(errors)},
        hovertemplate="%{y:.4~g}",
        meta=role,
    )


def _logarithmic(logarithmic: bool) -> dict[str, Any]:
    return {"type": "log", "dtick": 1, "exponentformat": "power"} if logarithmic else {}


def _are_few_counts(x: Sequence[Any]) -> bool:
    """Whether the values are a few whole numbers, so that the axis has a tick at each."""
    return len(x) <= MARKERS_UP_TO and all(isinstance(value, int) for value in x)
