"""A matrix of marks: what is said of each pair of a row and a column, in a few kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover
from report.figures.charts.margins import LEGEND, PADDING, Y_TITLE, room

SYMBOLS = ({"symbol": "square", "size": 10}, {"symbol": "x", "size": 7}, {"symbol": "circle", "size": 4})
"""Of each kind in turn; they differ in shape and weight, too, for those who do not tell the colours apart."""

COLUMN_LABELS = 60
"""Room for the labels above the columns, in pixels, where they have to be turned."""

HOVER_WIDTH = 48
"""Of what is read on pointing at a mark, in characters; a small screen is not much wider."""


@dataclass(frozen=True)
class Mark:
    """One mark, and what is read when it is pointed at."""

    row: str
    column: str
    predicted: str = ""


@lazy_chart
def marks(
    groups: Mapping[str, Sequence[str]], columns: Sequence[str], kinds: Mapping[str, Sequence[Mark]]
) -> go.Figure:
    """Rows in groups, each under its name, and a mark of some kind for each row and column.

    The columns are labelled above, where a reader of many rows begins.
    """
    headings = {group: f"<b>{group}</b>" for group in groups}
    rows = [row for group, of_group in groups.items() for row in (headings[group], *of_group)]
    traces = [
        go.Scatter(
            x=[mark.column for mark in of_kind],
            y=[mark.row for mark in of_kind],
            text=[mark.predicted for mark in of_kind],
            customdata=["<br>".join(wrap(mark.predicted, HOVER_WIDTH)) for mark in of_kind],
            name=name,
            mode="markers",
            marker=dict(SYMBOLS[index], line={"width": 0}),
            cliponaxis=False,
            hovertemplate=hover(("", "<b>%{y}</b>, %{x}"), ("", name), ("", "%{customdata}")),
            meta=index,
        )
        for index, (name, of_kind) in enumerate(kinds.items())
    ]
    axis = {"type": "category", "categoryorder": "array", "ticks": "", "showline": False, "dtick": 1}
    across = {**axis, "categoryarray": list(columns), "range": [-0.5, len(columns) - 0.5], "side": "top"}
    down = {**axis, "categoryarray": rows, "range": [len(rows) - 0.5, -0.5]}
    labels = [*groups, *(row for of_group in groups.values() for row in of_group)]
    margins = {"l": room(labels)["l"] - Y_TITLE, "t": PADDING + LEGEND + COLUMN_LABELS, "b": PADDING}
    legend = {"yref": "container", "y": 1, "yanchor": "top"}
    return chart(traces, {"xaxis": across, "yaxis": down, "margin": margins, "legend": legend})
