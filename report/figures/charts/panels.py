"""Several charts in one figure: panels in a grid, each under its name.

All panels read their colours on the same scale, and a series of the same name has one entry in the legend; so has
an axis one title, at the grid's edge. The grid has fewer columns on a small screen; where everything stands there
is kept in the layout's `meta`, since only the browser knows how wide a screen is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from report.content.lazy_chart import LazyChart, lazy_chart
from report.figures.charts.base import chart
from report.figures.theme import DIVERGING, SEQUENTIAL, traces_of

COLUMN_GAP = 0.24
ROW_GAP = 0.26
"""Between panels, as a share of a panel's own width or height: room for titles and tick labels."""

ROW_GAP_OF_UNLIKE = 0.44
"""Between rows where a panel's axis has another title than the one below it, and so keeps it."""

CLEAR_OF_TICKS = {"polar": 22, "cartesian": 6}
"""How far above a panel its name stands, in pixels."""

LEGEND = 26
NARROW_LEGEND = 52
"""The height that a legend takes above the panels' names, in pixels: one line, and two on a small screen."""

COLUMNS_ON_A_SMALL_SCREEN = 1


@dataclass(frozen=True)
class Place:
    """Where a panel stands, as shares of the figure's width and height, from the left and from below."""

    x: tuple[float, float]
    y: tuple[float, float]


@lazy_chart
def panels(parts: Mapping[str, LazyChart], *, columns: int = 2, narrow_columns: int | None = None) -> go.Figure:
    """Single charts side by side, row by row, each under its name.

    `columns` is how many stand in a row, `narrow_columns` how many on a small screen, one unless it is given.
    """
    charts = {name: part.figure for name, part in parts.items()}
    titles_below = {_titles(one.layout.to_plotly_json()).get("x", "") for one in charts.values()}
    row_gap = ROW_GAP if len(titles_below) == 1 else ROW_GAP_OF_UNLIKE
    wide = _grid(len(parts), columns, row_gap)
    narrow = _grid(len(parts), narrow_columns or COLUMNS_ON_A_SMALL_SCREEN, row_gap)
    traces: list[Any] = []
    layout: dict[str, Any] = {}
    names: dict[str, str] = {}
    in_legend: set[str] = set()
    for number, (name, part) in enumerate(charts.items(), start=1):
        suffix = "" if number == 1 else str(number)
        for trace in traces_of(go.Figure(part)):
            is_shown = bool(trace.name) and trace.showlegend is not False and trace.name not in in_legend
            in_legend |= {trace.name} if is_shown else set()
            traces.append(trace.update(_subplot(trace, suffix), legendgroup=trace.name, showlegend=is_shown))
            names |= dict.fromkeys(_subplot(trace, suffix).values(), name)
        layout |= _axes(part, suffix)
    placed = _placed(charts, wide, layout)
    has_legend = len(in_legend) > 1
    top = 48
    margin = {"l": 64, "r": 48, "t": top + (LEGEND if has_legend else 0), "b": 56}
    arranged = {part: {**layout.get(part, {}), **place} for part, place in placed.items() if part != "annotations"}
    figure = chart(traces, {**layout, **arranged, "annotations": placed["annotations"], "margin": margin})
    # At the figure's upper edge: just above the panels it would cover their names.
    figure.update_layout(showlegend=has_legend, legend={"yref": "container", "y": 1, "yanchor": "top"})
    on_a_small_screen = _placed(charts, narrow, layout)
    if has_legend:
        on_a_small_screen["margin"] = {"t": top + NARROW_LEGEND}
    return figure.update_layout(meta={"panels": names, "axes": _titles(layout), "narrow": on_a_small_screen})


def _grid(n_panels: int, columns: int, row_gap: float) -> list[Place]:
    columns = min(columns, n_panels)
    rows = -(-n_panels // columns)
    width = 1 / (columns + COLUMN_GAP * (columns - 1))
    height = 1 / (rows + row_gap * (rows - 1))
    places = []
    for index in range(n_panels):
        row, column = divmod(index, columns)
        left = column * width * (1 + COLUMN_GAP)
        top = 1 - row * height * (1 + row_gap)
        places.append(Place(_rounded(left, left + width), _rounded(top - height, top)))
    return places


def _rounded(start: float, end: float) -> tuple[float, float]:
    return max(round(start, 4), 0), min(round(end, 4), 1)


def _subplot(trace: Any, suffix: str) -> dict[str, str]:
    """The axes that a trace is drawn on, by Plotly's names."""
    return {"subplot": f"polar{suffix}"} if _is_polar(trace) else {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _is_polar(trace: Any) -> bool:
    return "subplot" in trace


def _axes(part: go.Figure, suffix: str) -> dict[str, Any]:
    """A single chart's layout with its axes renamed to those of its panel."""
    renamed: dict[str, Any] = {}
    for key, value in part.layout.to_plotly_json().items():
        if key in ("xaxis", "yaxis", "polar"):
            renamed[f"{key}{suffix}"] = dict(value)
            if value.get("scaleanchor"):
                renamed[f"{key}{suffix}"]["scaleanchor"] = f"x{suffix}"
        elif key not in ("template", "margin", "showlegend"):
            renamed[key] = value
    return renamed


def _titles(layout: Mapping[str, Any]) -> dict[str, str]:
    """The title of each axis, also where the grid leaves it out; for the data files."""
    return {
        key.replace("axis", ""): axis.get("title", {}).get("text", "")
        for key, axis in layout.items()
        if key.startswith(("xaxis", "yaxis"))
    }


def _placed(parts: Mapping[str, go.Figure], places: list[Place], layout: Mapping[str, Any]) -> dict[str, Any]:
    """What of the layout says where panels, their names and their colour scale stand."""
    placed: dict[str, Any] = {"annotations": []}
    heatmaps = []
    for number, (name, place) in enumerate(zip(parts, places, strict=True), start=1):
        suffix = "" if number == 1 else str(number)
        is_polar = f"polar{suffix}" in layout
        if is_polar:
            placed[f"polar{suffix}"] = {"domain": {"x": list(place.x), "y": list(place.y)}}
        else:
            titles = {axis: layout[f"{axis}{suffix}"].get("title", {}) for axis in ("xaxis", "yaxis")}
            below = [layout.get(axis, {}).get("title") for axis in _x_axes_below(place, places)]
            if titles["xaxis"] in below:
                titles["xaxis"] = {**titles["xaxis"], "text": ""}
            if place.x[0] > 0:
                titles["yaxis"] = {**titles["yaxis"], "text": ""}
            placed[f"xaxis{suffix}"] = {
                "domain": list(place.x),
                "anchor": f"y{suffix}",
                "title": titles["xaxis"],
            }
            placed[f"yaxis{suffix}"] = {"domain": list(place.y), "anchor": f"x{suffix}", "title": titles["yaxis"]}
        if any(trace.type == "heatmap" for trace in traces_of(parts[name])):
            heatmaps.append(place)
        placed["annotations"].append(_title(name, place, is_polar=is_polar))
    for scale in (DIVERGING, SEQUENTIAL):
        if "colorbar" in layout.get(scale, {}):
            placed[scale] = {"colorbar": {**layout[scale]["colorbar"], **_beside(heatmaps)}}
    return placed


def _x_axes_below(place: Place, places: list[Place]) -> list[str]:
    """The x axes of the panels below another, by Plotly's names; a polar diagram has none."""
    return [
        f"xaxis{'' if number == 1 else number}"
        for number, other in enumerate(places, start=1)
        if other.x == place.x and other.y < place.y
    ]


def _title(name: str, place: Place, *, is_polar: bool) -> dict[str, Any]:
    return {
        "text": name,
        "x": sum(place.x) / 2,
        "y": place.y[1],
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "bottom",
        "yshift": CLEAR_OF_TICKS["polar" if is_polar else "cartesian"],
    }


def _beside(heatmaps: list[Place]) -> dict[str, Any]:
    """A colour scale to the right of the heatmaps, as high as they are together."""
    right = max(place.x[1] for place in heatmaps)
    low, high = min(place.y[0] for place in heatmaps), max(place.y[1] for place in heatmaps)
    return {"x": right + 0.01, "y": (low + high) / 2, "yanchor": "middle", "len": high - low}
