"""A matrix of marks of a few kinds, one for each pair of a row and a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover
from report.figures.charts.labels import LINE_BREAK
from report.figures.charts.margins import LEGEND, PADDING, Y_TITLE, margins
from report.figures.roles import role_of

SYMBOLS = (
    {"symbol": "circle", "size": 10},
    {"symbol": "diamond-open", "size": 9, "line": {"width": 2}},
    {"symbol": "circle-open", "size": 7, "line": {"width": 1.25}},
)
"""The mark of each kind, ●, ◇ and ○: they differ for readers who cannot distinguish the colours."""

COLUMN_LABELS = 60
"""The space for the labels above the columns if they have to be rotated, in pixels."""

LABEL_WIDTH, NARROW_LABEL_WIDTH = 64, 22
"""The most characters of a row's label, and those on a small screen."""

HOVER_WIDTH = 48
"""The width of a hover label in characters, chosen for small screens."""


@dataclass(frozen=True)
class Mark:
    """A mark in a row and a column, with a description for its hover label."""

    row: str
    column: str
    description: str = ""


@lazy_chart
def mark_matrix(
    groups: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    kinds: Mapping[str, Sequence[Mark]],
    *,
    labels: Mapping[str, str] | None = None,
) -> go.Figure:
    """A matrix of marks with rows in named groups; `kinds` lists the marks of each kind.

    The labels of the columns are above, since there may be many rows. `labels` are longer descriptions of the
    rows: their beginnings label the rows, and hover labels contain them in full.
    """
    described = labels or {}
    headings = {group: f"<b>{group}</b>" for group in groups}
    rows = [row for group, of_group in groups.items() for row in (headings[group], *of_group)]
    traces = [
        go.Scatter(
            x=[mark.column for mark in of_kind],
            y=[mark.row for mark in of_kind],
            text=[_wrapped(mark.description) for mark in of_kind],
            customdata=[[_wrapped(described.get(mark.row, mark.row))] for mark in of_kind],
            name=name,
            mode="markers",
            marker={"line": {"width": 0}, **SYMBOLS[index]},
            cliponaxis=False,
            hovertemplate=hover(("", "<b>%{customdata[0]}</b>"), ("", f"%{{x}}: {name}"), ("", "%{text}")),
            meta=role_of(name, index),
        )
        for index, (name, of_kind) in enumerate(kinds.items())
    ]
    axis = {"type": "category", "categoryorder": "array", "ticks": "", "showline": False, "dtick": 1}
    across = {**axis, "categoryarray": list(columns), "range": [-0.5, len(columns) - 0.5], "side": "top"}
    texts = {heading: heading for heading in headings.values()}
    texts |= {row: described.get(row, row) for row in _rows_of(groups)}
    ticks = {
        "tickmode": "array",
        "tickvals": rows,
        "ticktext": [_shortened(texts[row], LABEL_WIDTH) for row in rows],
    }
    narrow = {"ticktext": [_shortened(texts[row], NARROW_LABEL_WIDTH) for row in rows]}
    down = {**axis, "categoryarray": rows, "range": [len(rows) - 0.5, -0.5], **ticks}
    left, narrow_left = (
        margins([text.replace("<b>", "").replace("</b>", "") for text in of_screen])["l"] - Y_TITLE
        for of_screen in (ticks["ticktext"], narrow["ticktext"])
    )
    margin = {"l": left, "t": PADDING + LEGEND + COLUMN_LABELS, "b": PADDING}
    legend = {"yref": "container", "y": 1, "yanchor": "top"}
    meta = {"narrow": {"yaxis": narrow, "margin": {"l": narrow_left}}}
    return chart(traces, {"xaxis": across, "yaxis": down, "margin": margin, "legend": legend, "meta": meta})


def _rows_of(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """All rows, group by group."""
    return [row for of_group in groups.values() for row in of_group]


def _wrapped(text: str) -> str:
    return LINE_BREAK.join(wrap(text, HOVER_WIDTH, break_long_words=False, break_on_hyphens=False))


def _shortened(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis if it is longer than `width` characters."""
    if len(text) <= width or text.startswith("<b>"):
        return text
    return text[: width - 1].rstrip(" ,;:") + "…"
