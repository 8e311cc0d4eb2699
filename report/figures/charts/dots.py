"""A dot plot: one point for each row, or one for each series of a row, with bars for the deviations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers
from report.figures.charts.margins import margins
from report.figures.charts.number_format import hover_format
from report.figures.roles import role_of, symbol_of

SIZE = 9
"""The size of a point of the last series in pixels."""
LARGER = 4
"""How much larger the points of the series before it are."""


@lazy_chart
def dots(
    rows: Sequence[str],
    series: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    *,
    deviations: Mapping[str, ArrayLike] | None = None,
    limits: tuple[float, float] | None = None,
    is_share: bool = False,
) -> go.Figure:
    """Points by row, the first row on top; NaN leaves a row out of a series.

    `deviations` are standard deviations, drawn as error bars. `limits` fix the x axis, so that panels can be
    compared. Where points of several series coincide, all can be seen: the earlier ones are larger. Values that
    are shares (`is_share`) are written in per cent.
    """
    form = hover_format(*series.values(), is_share=is_share)
    sizes = np.linspace(SIZE + LARGER * (len(series) - 1), SIZE, len(series)).tolist()
    with_deviation = f" ± %{{customdata:{form}}} (sd)" if deviations else ""
    traces = [
        go.Scatter(
            x=numbers(values),
            y=list(rows),
            name=name,
            showlegend=name not in rows,
            mode="markers",
            marker={"size": sizes[number], "symbol": symbol_of(role_of(name, number))},
            error_x=None if deviations is None else {"type": "data", "array": numbers(deviations[name])},
            customdata=None if deviations is None else numbers(deviations[name]),
            hovertemplate=hover(
                ("", "<b>%{y}</b>"),
                ("", name if len(series) > 1 and name not in rows else ""),
                (x_title, f"%{{x:{form}}}{with_deviation}"),
            ),
            meta=role_of(name, number),
        )
        for number, (name, values) in enumerate(series.items())
    ]
    plot = chart(traces, {"margin": margins(rows, legend=len(series) > 1)})
    names = [name for name in series if name not in rows]
    plot.update_layout(showlegend=len(names) > 1)
    shares: dict[str, Any] = {"tickformat": ".0~%"} if is_share else {}
    plot.update_xaxes(title_text=x_title, range=limits, zeroline=True, **shares)
    rows_on_top_first = {"categoryorder": "array", "categoryarray": list(rows), "autorange": "reversed"}
    plot.update_yaxes(title_text=y_title, type="category", ticks="", **rows_on_top_first)
    return plot
