"""Series over a common x axis: bars, lines and stacked panels of lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers
from report.figures.charts.line_labels import LABELLED_UP_TO, line_labels, room_for
from report.figures.charts.margins import margins
from report.figures.charts.number_format import hover_format, logarithmic_axis, share_axis
from report.figures.roles import MARK, Role, dash_of, role_of, symbol_of

MARGIN = {"r": 16}
"""The space for half of the last label of a numeric axis, in pixels, without which Plotly omits the label."""

MARKERS_UP_TO = 24
"""A line has markers if it has at most this number of points."""


@dataclass(frozen=True)
class LineStyle:
    """How a series of lines is drawn, where this differs from the style of its role."""

    role: Role
    mode: str = "lines"
    """Plotly's mode: lines, markers or both."""
    dash: str = "solid"


@lazy_chart
def bars(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    errors: Mapping[str, ArrayLike] | None = None,
    highest: float | None = None,
    is_share: bool = False,
    stacked: bool = False,
    total: str = "",
) -> go.Figure:
    """Grouped bars, one series per name, or bars `stacked` on one another; `total` names marks at their sums.

    `errors` are standard deviations, drawn as error bars. `highest` fixes the end of the y axis, so that panels
    can be compared. Values that are shares (`is_share`) are written in per cent.
    """
    values = {name: numbers(of_series) for name, of_series in series.items()}
    form = hover_format(*values.values(), is_share=is_share)
    deviation = f" ± %{{customdata:{form}}} (sd)" if errors else ""
    traces: list[Any] = [
        go.Bar(
            x=list(x),
            y=of_series,
            name=name,
            error_y=None if errors is None else {"type": "data", "array": numbers(errors[name])},
            customdata=None if errors is None else numbers(errors[name]),
            hovertemplate=hover(("", f"<b>{name}</b>"), (x_title, "%{x}"), (y_title, f"%{{y:{form}}}{deviation}")),
            meta=role_of(name, index),
        )
        for index, (name, of_series) in enumerate(values.items())
    ]
    if total:
        sums = np.sum(list(values.values()), axis=0)
        traces.append(_totals(list(x), sums, total, form))
    mode = "relative" if stacked else "group"
    plot = chart(traces, {"barmode": mode, "bargap": 0.35, "margin": margins(legend=len(series) > 1)})
    plot.update_xaxes(title_text=x_title, type="category", showgrid=False, ticks="")
    limits = None if highest is None else [0, highest]
    plot.update_yaxes(title_text=y_title, rangemode="tozero", range=limits, **(share_axis() if is_share else {}))
    return plot


def _totals(x: list[Any], sums: np.ndarray, name: str, form: str) -> go.Scatter:
    """Marks at the sums of stacked bars; data files contain only the parts."""
    return go.Scatter(
        x=x,
        y=sums,
        name=name,
        mode="markers",
        marker={"symbol": "diamond"},
        hovertemplate=hover(("", f"<b>{name}</b>"), ("", f"%{{y:{form}}}")),
        meta=f"{MARK}ink",
    )


@lazy_chart
def lines(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    logarithmic: bool = False,
    errors: Mapping[str, ArrayLike] | None = None,
    is_share: bool = False,
    steps: bool = False,
    logarithmic_x: bool = False,
    marked: tuple[float, str] | None = None,
) -> go.Figure:
    """Lines over a common x axis, one series per name; `errors` are standard deviations, drawn as error bars.

    Up to six lines have their names at their right ends. Values that are shares (`is_share`) are written in per
    cent. `marked` is an x value with its name, marked by a vertical line. With `steps` a line is level from
    one point to the next, as in a histogram.
    """
    values = {name: numbers(of_series) for name, of_series in series.items()}
    roles = {name: role_of(name, index) for index, name in enumerate(series)}
    form = hover_format(*values.values(), is_share=is_share)
    traces = [
        _line(x, of_series, name, form, _style(roles[name], len(x)), None if errors is None else errors[name])
        for name, of_series in values.items()
    ]
    is_labelled = 1 < len(series) <= LABELLED_UP_TO
    labels = line_labels(x, values, roles, logarithmic=logarithmic) if is_labelled else []
    margin = {**margins(ticks=True, legend=len(series) > LABELLED_UP_TO), **MARGIN}
    if is_labelled:
        margin["r"] = room_for(list(series))
    plot = chart([*traces, *labels], {"hovermode": "x unified", "margin": margin})
    plot.update_layout(showlegend=len(series) > LABELLED_UP_TO)
    if steps:
        plot.update_traces(line_shape="hvh", selector={"mode": "lines"})
    plot.update_xaxes(title_text=x_title, showgrid=False, **_ticks(x), **_unified(x_title))
    if logarithmic_x:
        plot.update_xaxes(**logarithmic_axis([one for one in x if one > 0], is_share=False), dtick=None)
    plot.update_yaxes(title_text=y_title, **_value_axis(values.values(), logarithmic, is_share=is_share))
    if marked is not None:
        place, text = marked
        plot.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, yref="paper", line={"dash": "dot"})
        at = math.log10(place) if logarithmic_x else place
        plot.add_annotation(x=at, y=0, yref="paper", text=text, xanchor="left", yanchor="bottom", xshift=6)
    return plot


@lazy_chart
def stacked_lines(
    x: Sequence[Any],
    panels: Mapping[str, Mapping[str, ArrayLike]],
    x_title: str,
    *,
    logarithmic: bool = False,
    shares: Sequence[str] = (),
    styles: Mapping[str, LineStyle] | None = None,
    labels: Mapping[str, str] | None = None,
) -> go.Figure:
    """Stacked panels of lines over a common x axis; the title of each panel's y axis is the panel's name.

    Series of the same name have the same colour in every panel, and their names at the right end of their lines
    or, if there are more than six, in the legend. The values of panels named in `shares` are written in per cent.
    `styles` replaces the style of the role of a series, and `labels` its name at the end of its line.
    """
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    roles = {name: role_of(name, index) for index, name in enumerate(names)}
    roles |= {name: style.role for name, style in (styles or {}).items()}
    is_labelled = len(names) <= LABELLED_UP_TO
    in_legend: set[str] = set()
    traces, axes = [], {}
    gap = 0.1
    height = (1 - gap * (len(panels) - 1)) / len(panels)
    for number, (title, series) in enumerate(panels.items(), start=1):
        axis = "y" if number == 1 else f"y{number}"
        top = 1 - (number - 1) * (height + gap)
        values = {name: numbers(of_series) for name, of_series in series.items()}
        is_share = title in shares
        axes[axis.replace("y", "yaxis")] = {
            "title": {"text": title},
            "domain": [max(top - height, 0), top],
            **_value_axis(values.values(), logarithmic, is_share=is_share),
        }
        form = hover_format(*values.values(), is_share=is_share)
        for name, of_series in values.items():
            style = (styles or {}).get(name) or _style(roles[name], len(x))
            line = _line(x, of_series, name, form, style)
            traces.append(line.update(yaxis=axis, legendgroup=name, showlegend=name not in in_legend))
            in_legend.add(name)
        if is_labelled and len(names) > 1:
            written = line_labels(x, values, roles, logarithmic=logarithmic, labels=labels, n_panels=len(panels))
            traces += [label.update(yaxis=axis) for label in written]
    bottom = "y" if len(panels) == 1 else f"y{len(panels)}"
    margin = {**margins(ticks=True, legend=not is_labelled), **MARGIN}
    if is_labelled and len(names) > 1:
        margin["r"] = room_for([(labels or {}).get(name, name) for name in names])
    plot = chart(traces, {"hovermode": "x unified", "margin": margin, **axes})
    plot.update_layout(showlegend=not is_labelled)
    plot.update_xaxes(title_text=x_title, anchor=bottom, showgrid=False, **_ticks(x), **_unified(x_title))
    return plot


def _style(role: Role, n_points: int) -> LineStyle:
    return LineStyle(role, "lines+markers" if n_points <= MARKERS_UP_TO else "lines", dash_of(role))


def _line(
    x: Sequence[Any],
    values: np.ndarray,
    name: str,
    form: str,
    style: LineStyle,
    errors: ArrayLike | None = None,
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=values,
        name=name,
        mode=style.mode,
        zorder=1 if style.mode == "markers" else 0,
        line={"dash": style.dash},
        marker={"symbol": symbol_of(style.role)},
        error_y=None if errors is None else {"type": "data", "array": numbers(errors)},
        customdata=None if errors is None else numbers(errors),
        hovertemplate=f"%{{y:{form}}}" + (f" ± %{{customdata:{form}}} (sd)" if errors is not None else ""),
        meta=style.role,
    )


def _value_axis(values: Any, logarithmic: bool, *, is_share: bool) -> dict[str, Any]:
    if logarithmic:
        return logarithmic_axis(np.concatenate([np.ravel(one) for one in values]), is_share=is_share)
    return share_axis() if is_share else {}


def _ticks(x: Sequence[Any]) -> dict[str, Any]:
    """Ticks of a x axis: one at each value if the values are a few whole numbers."""
    are_few_counts = len(x) <= MARKERS_UP_TO and all(isinstance(value, int) for value in x)
    return {"dtick": 1} if are_few_counts else {}


def _unified(title: str) -> dict[str, Any]:
    """The heading of hover labels that list all lines at one x value: the name of the axis before the value."""
    return {"unifiedhovertitle": {"text": f"{title} %{{x}}"}}
