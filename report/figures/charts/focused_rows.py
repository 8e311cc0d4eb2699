"""A heatmap of a matrix in which a few rows matter: those are high, with their numbers, and all others are low."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers
from report.figures.charts.heatmaps import scale_title
from report.figures.charts.margins import margins
from report.figures.charts.number_format import hover_format
from report.figures.theme import DIVERGING

HEIGHT = 8
"""The height of a row in focus, in those of the others."""


@lazy_chart
def focused_rows(
    values: Float[np.ndarray, "row column"],
    x: Sequence[Any],
    rows: Sequence[int],
    x_title: str,
    y_title: str,
    quantity: str,
    *,
    written: Callable[[float], str],
    limits: tuple[float, float] | None = None,
) -> go.Figure:
    """The matrix as coloured cells in the order of its rows, of which those numbered `rows` are high.

    The numbers of these rows are written into their cells in the format `written`; `limits` fix the colour scale,
    which is centred at zero otherwise, so that views can be compared.
    """
    heights = np.where(np.isin(np.arange(len(values)), rows), HEIGHT, 1)
    edges = np.concatenate([[0], np.cumsum(heights)])
    names = [[f"{y_title} {row}<br>{x_title} {column}" for column in x] for row in range(len(values))]
    text = [[written(value) if row in rows else "" for value in line] for row, line in enumerate(values.tolist())]
    trace = go.Heatmap(
        z=numbers(values),
        x=list(map(str, x)),
        y=edges.tolist(),
        coloraxis=DIVERGING,
        text=text,
        ygap=0,
        texttemplate="%{text}",
        hovertext=names,
        hovertemplate=hover(("", "%{hovertext}"), (quantity, f"<b>%{{z:{hover_format(values)}}}</b>")),
    )
    colours: dict[str, Any] = {"cmid": 0} if limits is None else {"cmin": limits[0], "cmax": limits[1]}
    axis = {"showgrid": False, "ticks": "", "showline": False, "zeroline": False}
    middles = (edges[:-1] + edges[1:]) / 2
    down = {
        "title": {"text": y_title},
        "range": [int(edges[-1]), 0],
        "tickmode": "array",
        "tickvals": middles[list(rows)].tolist(),
        "ticktext": list(map(str, rows)),
    }
    layout = {
        DIVERGING: colours,
        "xaxis": {**axis, "type": "category", "title": {"text": x_title}},
        "yaxis": {**axis, **down},
        "margin": margins(map(str, rows), colour_bar=True),
        "annotations": [scale_title(quantity)],
        "meta": {"axes": {"z": quantity}},
    }
    return chart([trace], layout)
