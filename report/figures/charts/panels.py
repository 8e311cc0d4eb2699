"""Several charts in one figure: panels in a grid, each under its name.

All panels share one colour scale, series of the same name share one entry in the legend, and axes of the same
title share one title at the edge of the grid. The grid has fewer columns on a small screen; the positions for that
case are in the layout's `meta`, since only the browser knows the width of the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from report.content.lazy_chart import LazyChart, lazy_chart
from report.figures.charts.heatmaps import scale_title
from report.figures.charts.margins import COLOUR_BAR, SCALE_TITLE, TITLE_LINE
from report.figures.theme import DIVERGING, SEQUENTIAL, traces_of

COLUMN_GAP = 0.24
ROW_GAP = 0.26
"""The gaps between panels, as shares of a panel's width and height, for titles and tick labels."""

ROW_GAP_WITH_TITLES = 0.44
"""The gap between rows of panels if the titles of their x axes differ and are shown in each row."""

NAME_OFFSET = {"polar": 22, "cartesian": 6}
"""The distance of a panel's name above the panel, in pixels."""

LEGEND = 26
NARROW_LEGEND = 52
"""The height of a legend above the names of the panels, in pixels: one line, and two on a small screen."""

COLUMNS_ON_A_SMALL_SCREEN = 1


@dataclass(frozen=True)
class Place:
    """The position of a panel, as shares of the figure's width from the left and of its height from below."""

    x: tuple[float, float]
    y: tuple[float, float]


@lazy_chart
def panels(
    parts: Mapping[str, LazyChart],
    *,
    columns: int = 2,
    narrow_columns: int | None = None,
    row_gap: float | None = None,
) -> go.Figure:
    """Single charts in a grid, row by row, each under its name.

    `columns` is the number of panels in a row, and `narrow_columns` that on a small screen, by default one.
    `row_gap` is the gap between rows as a share of a panel's height, which low panels need to be larger.
    """
    charts = {name: part.figure for name, part in parts.items()}
    titles_below = {_titles(one.layout.to_plotly_json()).get("x", "") for one in charts.values()}
    row_gap = row_gap or (ROW_GAP if len(titles_below) == 1 else ROW_GAP_WITH_TITLES)
    wide = _grid(len(parts), columns, row_gap)
    narrow = _grid(len(parts), narrow_columns or COLUMNS_ON_A_SMALL_SCREEN, row_gap)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    names: dict[str, str] = {}
    in_legend: set[str] = set()
    for number, (name, part) in enumerate(charts.items(), start=1):
        suffix = "" if number == 1 else str(number)
        for trace in traces_of(part):
            is_shown = bool(trace.name) and trace.showlegend is not False and trace.name not in in_legend
            in_legend |= {trace.name} if is_shown else set()
            subplot = _subplot(trace, suffix)
            # As plain values: Plotly would validate a copy of the trace here, and once more in the figure.
            in_panel = {"legendgroup": trace.name, "showlegend": is_shown}
            traces.append({**trace.to_plotly_json(), **subplot, **in_panel})
            names |= dict.fromkeys(subplot.values(), name)
        layout |= _axes(part, suffix)
    positions = _positions(charts, wide, layout)
    has_legend = len(in_legend) > 1
    top = 48
    has_scale = any(positions.get(scale) for scale in (DIVERGING, SEQUENTIAL))
    margin = {"l": 64, "r": COLOUR_BAR if has_scale else 48, "t": top + (LEGEND if has_legend else 0), "b": 56}
    moved = {part: {**layout.get(part, {}), **place} for part, place in positions.items() if part != "annotations"}
    narrow_positions = _positions(charts, narrow, layout)
    if has_legend:
        narrow_positions["margin"] = {"t": top + NARROW_LEGEND}
    axes = {**_titles(layout), **({"z": quantity} if (quantity := _quantity(charts)) else {})}
    return go.Figure(
        traces,
        {
            "template": {},
            **layout,
            **moved,
            "annotations": positions["annotations"],
            "margin": margin,
            "showlegend": has_legend,
            # At the upper edge of the figure, since directly above the panels it would cover their names.
            "legend": {**layout.get("legend", {}), "yref": "container", "y": 1, "yanchor": "top"},
            "meta": {"panels": names, "axes": axes, "narrow": narrow_positions},
        },
    )


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
    """The axes of a trace, by Plotly's names."""
    return {"subplot": f"polar{suffix}"} if _is_polar(trace) else {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _is_polar(trace: Any) -> bool:
    return "subplot" in trace


def _axes(part: go.Figure, suffix: str) -> dict[str, Any]:
    """The layout of a single chart, with its axes renamed to those of its panel."""
    renamed: dict[str, Any] = {}
    for key, value in part.layout.to_plotly_json().items():
        if key in ("xaxis", "yaxis", "polar"):
            renamed[f"{key}{suffix}"] = dict(value)
            if value.get("scaleanchor"):
                renamed[f"{key}{suffix}"]["scaleanchor"] = f"x{suffix}"
        elif key not in ("template", "margin", "showlegend", "annotations", "meta"):
            renamed[key] = value
    return renamed


def _titles(layout: Mapping[str, Any]) -> dict[str, str]:
    """The title of each axis for the data files, including titles that the grid omits."""
    return {
        key.replace("axis", ""): axis.get("title", {}).get("text", "")
        for key, axis in layout.items()
        if key.startswith(("xaxis", "yaxis"))
    }


def _positions(parts: Mapping[str, go.Figure], places: list[Place], layout: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the layout that positions the panels, their names and their colour scale."""
    positions: dict[str, Any] = {"annotations": []}
    heatmaps = []
    for number, (name, place) in enumerate(zip(parts, places, strict=True), start=1):
        suffix = "" if number == 1 else str(number)
        is_polar = f"polar{suffix}" in layout
        if is_polar:
            positions[f"polar{suffix}"] = {"domain": {"x": list(place.x), "y": list(place.y)}}
        else:
            titles = {axis: layout[f"{axis}{suffix}"].get("title", {}) for axis in ("xaxis", "yaxis")}
            below = [layout.get(axis, {}).get("title") for axis in _x_axes_below(place, places)]
            if titles["xaxis"] in below:
                titles["xaxis"] = {**titles["xaxis"], "text": ""}
            if place.x[0] > 0:
                titles["yaxis"] = {**titles["yaxis"], "text": ""}
            positions[f"xaxis{suffix}"] = {
                "domain": list(place.x),
                "anchor": f"y{suffix}",
                "title": titles["xaxis"],
            }
            positions[f"yaxis{suffix}"] = {
                "domain": list(place.y),
                "anchor": f"x{suffix}",
                "title": titles["yaxis"],
            }
        if any(trace.type == "heatmap" for trace in traces_of(parts[name])):
            heatmaps.append(place)
        positions["annotations"].append(_title(name, place, is_polar=is_polar))
    for scale in (DIVERGING, SEQUENTIAL):
        if layout.get(scale, {}).get("showscale") and heatmaps:
            beside = _beside(heatmaps)
            positions[scale] = {"colorbar": {**layout[scale].get("colorbar", {}), **beside}}
            if quantity := _quantity(parts):
                positions["annotations"].append(_above(quantity, heatmaps))
    return positions


def _quantity(parts: Mapping[str, go.Figure]) -> str:
    """The quantity that the colours of the first heatmap show."""
    named = [one.layout.to_plotly_json().get("meta", {}).get("axes", {}).get("z") for one in parts.values()]
    return next(filter(None, named), "")


def _above(quantity: str, heatmaps: list[Place]) -> dict[str, Any]:
    """The title of the colour scale above it, in the line above the names of panels."""
    right, top = max(place.x[1] for place in heatmaps), max(place.y[1] for place in heatmaps)
    return {**scale_title(quantity, top), "x": right, "yshift": SCALE_TITLE + TITLE_LINE}


def _x_axes_below(place: Place, places: list[Place]) -> list[str]:
    """The x axes of the panels below another, by Plotly's names."""
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
        "yshift": NAME_OFFSET["polar" if is_polar else "cartesian"],
    }


def _beside(heatmaps: list[Place]) -> dict[str, Any]:
    """The position of a colour scale to the right of the heatmaps, over their full height."""
    right = max(place.x[1] for place in heatmaps)
    low, high = min(place.y[0] for place in heatmaps), max(place.y[1] for place in heatmaps)
    return {"x": right + 0.01, "y": (low + high) / 2, "yanchor": "middle", "len": high - low}
