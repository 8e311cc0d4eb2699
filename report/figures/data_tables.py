"""The numbers of a chart as tables, for readers who cannot see the chart or need exact values.

A page contains the tables of a figure with few numbers. Those of other figures are made in the browser, by
`lib/number-tables.js` in the same form, when a reader opens them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from report.content.formats import count, decimals, significant

BESIDE_CHART_UP_TO = 100
"""A figure with more numbers than this has its tables made in the browser."""

SIGNIFICANT = 4
"""The number of significant digits of the largest number of a column."""

MAX_RANGE = 1e6
"""The ratio of the largest number of a column to the smallest up to which both have the same decimal places."""

MAX_COUNT = 1e9
"""A column of whole numbers up to this is formatted as counts."""

CHANNELS = ("text", "x", "y", "r", "theta", "error_y")
"""The data channels of a trace of points that become columns of its table, in order."""


@dataclass(frozen=True)
class NumberTable:
    """The table of one trace of one view."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The rows; the first cell of each is the heading of the row."""


@dataclass(frozen=True)
class NumberView:
    """The tables of one view, with the view's label and address."""

    label: str
    address: str
    tables: tuple[NumberTable, ...]


def n_cells(data: Mapping[str, Any]) -> int:
    """The number of cells that a figure's data fill in tables, labels included."""
    traces = [trace for view in data["views"] for trace in view["traces"]]
    return sum(len(trace["z"]) * (len(trace["x"]) + 1) if "z" in trace else _n_points(trace) for trace in traces)


def number_views(data: Mapping[str, Any]) -> tuple[NumberView, ...]:
    """The tables of a figure's data: one for each trace of each view."""
    return tuple(
        NumberView(
            view["label"],
            view["address"],
            tuple(_table(trace, view["axes"], view["label"]) for trace in view["traces"]),
        )
        for view in data["views"]
    )


def _n_points(trace: Mapping[str, Any]) -> int:
    return sum(len(trace[channel]) for channel in CHANNELS if channel in trace)


def _table(trace: Mapping[str, Any], axes: Mapping[str, str], view: str) -> NumberTable:
    quantity = axes.get("z", "") if "z" in trace else ""
    caption = ", ".join(part for part in (view, trace.get("panel", ""), trace["name"], quantity) if part)
    across, up = axes.get(trace.get("x_axis", "x"), ""), axes.get(trace.get("y_axis", "y"), "")
    if "z" in trace:
        corner = " / ".join(title for title in (up, across) if title)
        rows = zip(trace["y"], trace["z"], strict=True)
        head = (corner, *map(_cell, trace["x"]))
        return NumberTable(caption, head, tuple((_cell(y), *map(_cell, row)) for y, row in rows))
    channels = [channel for channel in CHANNELS if channel in trace]
    names = {
        "text": "point",
        "x": across,
        "y": up,
        "r": "magnitude",
        "theta": "phase (rad)",
        "error_y": "±",
    }
    points = zip(*(_column(trace[channel]) for channel in channels), strict=True)
    return NumberTable(caption, tuple(names[channel] for channel in channels), tuple(points))


def _column(values: Sequence[Any]) -> list[str]:
    """The cells of a column in one format: counts if all its numbers are whole, else fixed decimal places.

    The places give the largest number four significant digits; a column that spans many powers of ten has four
    significant digits in each cell.
    """
    numbers = [value for value in values if isinstance(value, int | float)]
    if all(float(number).is_integer() and abs(number) < MAX_COUNT for number in numbers):
        return [count(int(value)) if isinstance(value, int | float) else _cell(value) for value in values]
    sizes = [abs(number) for number in numbers if number]
    if max(sizes) > MAX_RANGE * min(sizes) or not 1e-4 <= max(sizes) < 1e6:
        return [significant(value, 4) if isinstance(value, int | float) else _cell(value) for value in values]
    places = max(SIGNIFICANT - 1 - math.floor(math.log10(max(sizes))), 0)
    return [decimals(value, places) if isinstance(value, int | float) else _cell(value) for value in values]


def _cell(value: Any) -> str:
    if value is None:
        return "none"
    return significant(value, 4) if isinstance(value, float) else str(value)
