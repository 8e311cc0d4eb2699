"""The charts that the chapters share: few kinds, one visual language.

A chart has no title, the page gives it one, and no colours, the theme does: it only says on which colour
scale a heatmap is read and which role a trace plays. Numbers are kept in single precision, in which they were
measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.theme import DIVERGING, SEQUENTIAL, decimals

GUIDE = "guide"
"""The role of a trace that repeats another's numbers as lines, to guide the eye; no data file holds it."""

MARKERS_UP_TO = 24
"""A line over more points than this is drawn without a marker on each."""


def heatmap(
    values: ArrayLike,
    x: Sequence[Any],
    y: Sequence[Any],
    x_title: str,
    y_title: str,
    *,
    diverging: bool = True,
    square: bool = False,
    text: Sequence[Sequence[str]] | None = None,
    places: int | None = None,
    limits: tuple[float, float] | None = None,
    labelled_rows: Sequence[Any] | None = None,
) -> go.Figure:
    """A matrix as coloured cells, its first row on top.

    A diverging scale is centred at zero; the other runs from the least value to the largest. `text` is written
    into the cells, or the values themselves with so many decimal `places`. `limits` fix the scale, so that views
    can be compared. Of many rows only the `labelled_rows`, named as in `y`, get a label.
    """
    scale = DIVERGING if diverging else SEQUENTIAL
    if text is None and places is not None:
        text = [[decimals(value, places) for value in row] for row in _numbers(values)]
    trace = go.Heatmap(
        z=_numbers(values),
        x=list(x),
        y=list(y),
        coloraxis=scale,
        text=None if text is None else [list(row) for row in text],
        texttemplate=None if text is None else "%{text}",
        hovertemplate=_hover((y_title, "%{y}"), (x_title, "%{x}"), ("", "<b>%{z:.4~g}</b>")),
    )
    bounds = {} if limits is None else {"cmin": limits[0], "cmax": limits[1]}
    centre = {"cmid": 0} if diverging and limits is None else {}
    plot = _plot([trace], {scale: {**bounds, **centre}})
    plot.update_xaxes(title_text=x_title, type="category", showgrid=False, ticks="", showline=False)
    plot.update_yaxes(
        title_text=y_title, type="category", autorange="reversed", showgrid=False, ticks="", showline=False
    )
    if labelled_rows is not None:
        plot.update_yaxes(tickmode="array", tickvals=list(labelled_rows))
    return _on_one_scale(plot) if square else plot


def polar_points(
    r: ArrayLike,
    theta: ArrayLike,
    labels: Sequence[Any] | None = None,
    *,
    name: str = "",
) -> go.Figure:
    """Points by magnitude and phase, in radians; labelled ones have a line from the middle, as arrows do."""
    radius, angle = _numbers(r), _numbers(theta)
    points = go.Scatterpolar(
        r=radius,
        theta=angle,
        thetaunit="radians",
        name=name,
        mode="markers" if labels is None else "markers+text",
        text=None if labels is None else list(map(str, labels)),
        textposition=None if labels is None else _outward(np.cos(angle), np.sin(angle)),
        hovertemplate=_hover(
            ("", "<b>%{text}</b>" if labels is not None else ""),
            ("magnitude", "%{r:.4~g}"),
            ("phase", "%{theta:.3f} rad"),
        ),
        meta=0,
    )
    traces: list[go.Scatterpolar] = [points]
    if labels is not None:
        spokes = {"r": _spokes(np.zeros_like(radius), radius), "theta": _spokes(angle, angle)}
        traces = [
            go.Scatterpolar(
                **spokes, thetaunit="radians", mode="lines", hoverinfo="skip", showlegend=False, meta=GUIDE
            ),
            points,
        ]
    room_for_labels = 1.2 if labels is not None else 1.05
    radial = {"range": [0, float(radius.max()) * room_for_labels]}
    # Plotly does not count the angles' labels to the margin.
    return _plot(traces, {"polar": {"radialaxis": radial}, "margin": {"l": 48, "r": 48, "t": 32, "b": 32}})


def points(
    x: ArrayLike,
    y: ArrayLike,
    labels: Sequence[Any],
    x_title: str,
    y_title: str,
    *,
    closed: bool = False,
) -> go.Figure:
    """Labelled points in a plane whose axes share one scale; `closed` joins them in order, all round."""
    across, up = _numbers(x), _numbers(y)
    traces = [
        go.Scatter(
            x=across,
            y=up,
            mode="markers+text",
            text=list(map(str, labels)),
            textposition=_outward(across - across.mean(), up - up.mean()),
            cliponaxis=False,
            hovertemplate=_hover(("", "<b>%{text}</b>"), (x_title, "%{x:.4~g}"), (y_title, "%{y:.4~g}")),
            meta=0,
        )
    ]
    if closed:
        ring = {"x": np.append(across, across[0]), "y": np.append(up, up[0])}
        traces = [go.Scatter(**ring, mode="lines", hoverinfo="skip", showlegend=False, meta=GUIDE), *traces]
    plot = _plot(traces)
    plot.update_xaxes(title_text=x_title)
    plot.update_yaxes(title_text=y_title)
    return _on_one_scale(plot)


def bars(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    errors: Mapping[str, ArrayLike] | None = None,
) -> go.Figure:
    """Bars side by side, one series per name; `errors` are half the length of each error bar."""
    traces = [
        go.Bar(
            x=list(x),
            y=_numbers(values),
            name=name,
            error_y=None if errors is None else {"type": "data", "array": _numbers(errors[name])},
            hovertemplate=_hover(("", f"<b>{name}</b>"), (x_title, "%{x}"), (y_title, "%{y:.4~g}")),
            meta=index,
        )
        for index, (name, values) in enumerate(series.items())
    ]
    plot = _plot(traces, {"barmode": "group", "bargap": 0.35})
    plot.update_xaxes(title_text=x_title, type="category", showgrid=False, ticks="")
    plot.update_yaxes(title_text=y_title, rangemode="tozero")
    return plot


def lines(
    x: Sequence[Any],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    logarithmic: bool = False,
    errors: Mapping[str, ArrayLike] | None = None,
) -> go.Figure:
    """Lines over a common x, one per name."""
    traces = [
        _line(x, values, name, index, errors=None if errors is None else errors[name])
        for index, (name, values) in enumerate(series.items())
    ]
    plot = _plot(traces, {"hovermode": "x unified"})
    plot.update_xaxes(title_text=x_title, showgrid=False)
    plot.update_yaxes(title_text=y_title, **_logarithmic(logarithmic))
    return plot


def stacked_lines(
    x: Sequence[Any],
    panels: Mapping[str, Mapping[str, ArrayLike]],
    x_title: str,
    *,
    logarithmic: bool = False,
) -> go.Figure:
    """Panels one above the other over a common x, each with its own y axis, whose title is the panel's name.

    A series of the same name has the same colour in every panel, and one entry in the legend.
    """
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    shown: set[str] = set()
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
            traces.append(line.update(yaxis=axis, legendgroup=name, showlegend=name not in shown))
            shown.add(name)
    bottom = "y" if len(panels) == 1 else f"y{len(panels)}"
    plot = _plot(traces, {"hovermode": "x unified", "showlegend": len(names) > 1, **axes})
    plot.update_xaxes(title_text=x_title, anchor=bottom, showgrid=False)
    return plot


def _line(
    x: Sequence[Any], values: ArrayLike, name: str, role: int, *, errors: ArrayLike | None = None
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=_numbers(values),
        name=name,
        mode="lines+markers" if len(x) <= MARKERS_UP_TO else "lines",
        error_y=None if errors is None else {"type": "data", "array": _numbers(errors)},
        hovertemplate="%{y:.4~g}",
        meta=role,
    )


def _plot(traces: Sequence[Any], layout: Mapping[str, Any] | None = None) -> go.Figure:
    """A figure without Plotly's own template; a legend only where there is something to tell apart."""
    named = [trace for trace in traces if trace.name and trace.showlegend is not False]
    return go.Figure(traces, {"template": {}, "showlegend": len(named) > 1, **(layout or {})})


def _on_one_scale(plot: go.Figure) -> go.Figure:
    """Both axes on one scale; with fixed margins, since margins that fit themselves would chase the scale."""
    plot.update_xaxes(constrain="domain", automargin=False)
    plot.update_yaxes(scaleanchor="x", constrain="domain", automargin=False)
    return plot.update_layout(margin={"l": 56, "b": 52})


def _numbers(values: ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def _logarithmic(logarithmic: bool) -> dict[str, Any]:
    return {"type": "log", "dtick": 1, "tickformat": "~g"} if logarithmic else {}


def _hover(*rows: tuple[str, str]) -> str:
    """A hover label of rows of a name and what is read there; a row that reads nothing is left out."""
    written = [f"{name} {reading}".strip() for name, reading in rows if reading]
    return "<br>".join(written) + "<extra></extra>"


def _spokes(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Pairs of values with a gap after each: lines that don't join one another."""
    return np.stack([inner, outer, np.full_like(outer, np.nan)], axis=1).ravel()


def _outward(across: np.ndarray, up: np.ndarray) -> list[str]:
    """Where a label stands clear of the lines that come from the middle: on the far side of its point."""
    sectors = (
        *("middle right", "top right", "top center", "top left"),
        *("middle left", "bottom left", "bottom center", "bottom right"),
    )
    eighths = np.round(np.arctan2(up, across) / (np.pi / 4)).astype(int) % 8
    return [sectors[eighth] for eighth in eighths]
