"""A chart's numbers as a table on the page, for those who do not see the chart, or wants to read it exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from report.chapter import Figure
from report.figure_files import figure_data
from report.theme import significant

CELLS_UP_TO = 700
"""A figure with more numbers than this has them in its data files only."""


@dataclass(frozen=True)
class NumberTable:
    """One trace of one view."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each begins with the head of its row."""


def number_tables(figure: Figure) -> tuple[NumberTable, ...]:
    """A table for each trace of each view; none if that would be more than one can read."""
    data = figure_data(figure.name, figure)
    tables = tuple(
        _table(trace, view["axes"], _caption(view["label"], trace.get("panel", ""), trace["name"]))
        for view in data["views"]
        for trace in view["traces"]
    )
    n_cells = sum(len(table.rows) * len(table.head) for table in tables)
    return tables if n_cells <= CELLS_UP_TO else ()


def _table(trace: Mapping[str, Any], axes: Mapping[str, str], caption: str) -> NumberTable:
    across, up = axes.get(trace.get("x_axis", "x"), ""), axes.get(trace.get("y_axis", "y"), "")
    if "z" in trace:
        corner = " / ".join(title for title in (up, across) if title)
        rows = zip(trace["y"], trace["z"], strict=True)
        head = (corner, *map(_written, trace["x"]))
        return NumberTable(caption, head, tuple((_written(y), *map(_written, row)) for y, row in rows))
    channels = [channel for channel in ("text", "x", "y", "r", "theta", "error_y") if channel in trace]
    names = {
        "text": "",
        "x": across,
        "y": up,
        "r": "magnitude",
        "theta": "phase (rad)",
        "error_y": "±",
    }
    points = zip(*(trace[channel] for channel in channels), strict=True)
    head = tuple(names[channel] for channel in channels)
    return NumberTable(caption, head, tuple(tuple(map(_written, point)) for point in points))


def _caption(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _written(value: Any) -> str:
    if value is None:
        return "none"
    return significant(value, 4) if isinstance(value, float) else str(value)
