"""Heatmaps: matrices as coloured cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers, on_one_scale
from report.figures.charts.labels import row_ticks
from report.figures.charts.margins import CHARACTER, COLOUR_BAR, SCALE_TITLE, TICK_LINE, margins
from report.figures.charts.number_format import hover_format
from report.figures.theme import DIVERGING, SEQUENTIAL

LONGEST_LINE = 12
"""The most characters of a line of a wrapped name, if words allow it."""
CHARACTERS_ON_PAPER = 66
"""The most characters of the lines of all columns together, so that they fit beside each other on paper."""


@lazy_chart
def heatmap(
    values: ArrayLike,
    x: Sequence[Any],
    y: Sequence[Any],
    x_title: str,
    y_title: str,
    quantity: str,
    *,
    diverging: bool = True,
    square: bool = False,
    text: Sequence[Sequence[str]] | None = None,
    written: Callable[[float], str] | None = None,
    limits: tuple[float, float] | None = None,
    labelled_rows: Sequence[Any] | None = None,
    labelled_columns: Sequence[Any] | None = None,
    gaps: bool = True,
    logarithmic: bool = False,
    is_share: bool = False,
    has_scale: bool = True,
    wrapped_columns: bool = False,
) -> go.Figure:
    """A matrix as coloured cells, with its first row on top.

    `quantity` names the values and titles the colour scale, which is omitted unless `has_scale`. A `diverging`
    scale is centred at zero; a sequential one runs from the smallest value to the largest. `text` is written in
    the cells; with the format `written`, the values themselves are, and the colour scale is omitted. `limits` fix
    the scale, so that views can be compared. Of many rows only the `labelled_rows`, named as in `y`, have a label,
    and of many columns the `labelled_columns`; without `gaps` between cells they remain visible. On a
    `logarithmic` scale a cell with zero is empty; the values are in `customdata`, for the hover label and the data
    files. Values that are shares (`is_share`) are written in per cent. The names of `wrapped_columns` have several
    lines.
    """
    scale = DIVERGING if diverging else SEQUENTIAL
    if text is None and written is not None:
        has_scale = False
        text = [[written(value) for value in row] for row in numbers(values).tolist()]
    channel = "customdata" if logarithmic else "z"
    names = None
    if labelled_rows is not None or labelled_columns is not None:
        # A tick that several rows share would name a single one of them in the hover label, too.
        names = [[_pair(y_title, row, x_title, column) for column in x] for row in y]
    where = "%{hovertext}" if names else _pair(y_title, "%{y}", x_title, "%{x}")
    form = hover_format(values, is_share=is_share)
    trace = go.Heatmap(
        z=_logarithms(values) if logarithmic else numbers(values),
        customdata=numbers(values) if logarithmic else None,
        x=list(x),
        y=list(y),
        coloraxis=scale,
        text=None if text is None else [list(row) for row in text],
        ygap=None if gaps else 0,
        texttemplate=None if text is None else "%{text}",
        hovertext=names,
        hovertemplate=hover(("", where), (quantity, f"<b>%{{{channel}:{form}}}</b>")),
    )
    bar: dict[str, Any] = {"tickformat": ".0~%"} if is_share else {}
    colours: dict[str, Any] = {"showscale": has_scale, "colorbar": bar}
    if logarithmic:
        colours |= _decades(values if limits is None else limits)
    elif limits is not None:
        colours |= {"cmin": limits[0], "cmax": limits[1]}
    elif diverging:
        colours["cmid"] = 0
    axis = {"type": "category", "showgrid": False, "ticks": "", "showline": False}
    across = {**axis, "title": {"text": x_title}}
    down = {**axis, "title": {"text": y_title}, "autorange": "reversed"}
    rows = list(map(str, y))
    if labelled_rows is not None:
        ticks = row_ticks(labelled_rows, list(y))
        down |= {"tickmode": "array", **ticks}
        rows = ticks["ticktext"]
    if labelled_columns is not None:
        across |= {"tickmode": "array", **row_ticks(labelled_columns, list(x))}
    space = margins(rows, colour_bar=has_scale)
    narrow: dict[str, Any] = {}
    if wrapped_columns:
        width = min(LONGEST_LINE, CHARACTERS_ON_PAPER // len(x))
        labels = ["<br>".join(wrap(str(column), max(width, 1), break_long_words=False)) for column in x]
        across |= {"tickmode": "array", "tickvals": list(x), "ticktext": labels, "tickangle": 0}
        space["b"] += TICK_LINE * max(label.count("<br>") for label in labels)
        # On a small screen the names stand upright.
        longest = max(len(str(column)) for column in x)
        narrow = {
            "xaxis": {"ticktext": list(map(str, x)), "tickangle": -90},
            "margin": {"b": space["b"] + CHARACTER * longest},
        }
    layout = {
        scale: colours,
        "xaxis": across,
        "yaxis": down,
        "margin": space,
        "annotations": [scale_title(quantity)] if has_scale else [],
        "meta": {"axes": {"z": quantity}, **({"narrow": narrow} if narrow else {})},
    }
    return chart([trace], on_one_scale(layout) if square else layout)


def scale_title(quantity: str, top: float = 1) -> dict[str, Any]:
    """The title of a colour scale above its bar, which Plotly would shorten for a title of its own."""
    return {
        "text": quantity,
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "xanchor": "right",
        "xshift": COLOUR_BAR,
        "y": top,
        "yanchor": "bottom",
        "yshift": SCALE_TITLE,
    }


def _pair(y_title: str, row: object, x_title: str, column: object) -> str:
    """The names of a cell's row and column; if both axes have the same title, they are a pair: 7 · 4."""
    if x_title == y_title:
        return f"{row} · {column}"
    return "<br>".join(f"{title} {value}".strip() for title, value in ((y_title, row), (x_title, column)))


def _logarithms(values: ArrayLike) -> np.ndarray:
    """The logarithms to the base ten; values that are not positive become NaN."""
    exact = np.asarray(values, dtype=np.float64)
    return numbers(np.log10(exact, out=np.full(exact.shape, np.nan), where=exact > 0))


def _decades(values: ArrayLike) -> dict[str, Any]:
    """A colour scale whose ticks are powers of ten at the positions of their logarithms."""
    highest = int(np.ceil(np.nanmax(_logarithms(values), initial=0)))
    ticks = range(highest + 1)
    # The scale begins below the logarithm of one, so that a value of one is visible.
    scale = {"tickvals": [*ticks], "ticktext": [f"{10**decade:,}" for decade in ticks]}
    return {"cmin": -0.5, "cmax": max(highest, 1), "colorbar": scale}
