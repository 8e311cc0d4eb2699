"""The files in which a figure or a table is published.

| file | for | content |
|---|---|---|
| `figures/<chapter>/<figure>.js` | the page | a script that registers all views, or a component's payloads |
| `data/<chapter>/<figure>.json` | other uses | every number that the figure draws, as plain lists |
| `data/<chapter>/<table>.json` | other uses | the rows of the table in full |
| `data/<chapter>/<table>.csv` | other uses | the same, as numbers, in the columns of `data/columns.json` |
| `figures/<chapter>/<picture>.svg` | other uses | the picture of the mechanism; its data files have its parts |
| `data/<chapter>/<table>.js` | the page | a script that registers the rows of a long table, which has no CSV |

From the script of a figure the browser makes the figure's CSV, its JSON for Plotly and the tables of its numbers,
when a reader asks for them; and from that of a long table its CSV. The page loads scripts rather than JSON because
a page opened from a disk may load scripts, but may not fetch files. All files are identical, byte by byte, for the
same figure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import numpy as np
import plotly.graph_objects as go

from report.content.chapter import Absent, Failed, Figure, Table, View
from report.content.component import Component
from report.content.formats import decimals
from report.content.picture import Picture
from report.figures.charts.labels import LINE_BREAK
from report.figures.columns.entries import Names
from report.figures.columns.labels import cells_of, listed_labels
from report.figures.columns.names import figure_columns, table_columns
from report.figures.compact import compact_views
from report.figures.component_files import component_data, component_files
from report.figures.data_format import CHANNELS, csv_file, json_file, plain, registering_script
from report.figures.picture_svg import svg_file
from report.figures.roles import is_measured
from report.figures.theme import traces_of
from report.figures.view_address import check_addresses, view_address


def files_of(chapter: str, content: Figure | Component | Picture | Table | Absent | Failed) -> dict[str, bytes]:
    """The files of a figure or table of a chapter, by their path in the site."""
    match content:
        case Absent() | Failed():
            return {}
        case Table():
            return _table_files(chapter, content)
        case Picture():
            return _picture_files(chapter, content)
        case Component():
            return component_files(chapter, content)
        case Figure():
            return _figure_files(chapter, content)


def _figure_files(chapter: str, figure: Figure) -> dict[str, bytes]:
    check_addresses(figure.name, figure.controls)
    name = f"{chapter}/{figure.name}"
    data = figure_data(name, figure)
    return {f"figures/{name}.js": _script(name, figure, data), f"data/{name}.json": json_file(data)}


def figure_data(name: str, figure: Figure | Component) -> dict[str, Any]:
    """Every number that a figure draws, as plain lists to seven significant digits, with the axes' titles."""
    if isinstance(figure, Component):
        return component_data(name, figure)
    return {
        "figure": name,
        "title": figure.title,
        "controls": list(figure.number_controls),
        "views": [_view_data(view) for view in figure.number_views],
    }


def _view_data(view: View) -> dict[str, Any]:
    plot = view.plot.figure
    return {
        "label": view.label,
        "choices": list(view.choices),
        "address": view_address(view.choices),
        "axes": _axes(plot),
        "traces": [
            {**_panel_name(trace, plot), **_trace_data(trace)}
            for trace in traces_of(plot)
            if is_measured(trace.meta)
        ],
    }


def _panel_name(trace: Any, plot: go.Figure) -> dict[str, str]:
    """The name of the panel in which a trace is drawn, if there are several panels."""
    panels = plot.layout.to_plotly_json().get("meta", {}).get("panels", {})
    subplot = trace.subplot if "subplot" in trace else trace.xaxis
    return {"panel": panels[subplot]} if subplot in panels else {}


def _axes(plot: go.Figure) -> dict[str, str]:
    """The title of each axis by Plotly's name, with that of the colour scale as z."""
    layout = plot.layout.to_plotly_json()
    axes = {key: axis for key, axis in layout.items() if re.match(r"[xy]axis\d*$", key)}
    titles = {key.replace("axis", ""): axis.get("title", {}).get("text", "") for key, axis in axes.items()}
    return dict(sorted({**titles, **layout.get("meta", {}).get("axes", {})}.items()))


def _trace_data(trace: Any) -> dict[str, Any]:
    data = {"type": trace.type, "name": trace.name or ""}
    if trace.type.startswith("scatterpolar"):
        data["theta_unit"] = trace.thetaunit or "degrees"
    for axis in ("xaxis", "yaxis"):
        if axis in trace and (axis_name := trace[axis]):
            data[f"{axis[0]}_axis"] = axis_name
    for channel in CHANNELS:
        values = _channel(trace, channel)
        if values is not None:
            data[channel] = plain(values)
    return data


def _channel(trace: Any, channel: str) -> Any:
    if channel not in trace:
        return None
    if channel == "z" and trace.customdata is not None:
        return trace.customdata  # the chart draws the logarithms of these values
    if channel == "text" and trace.text is not None and "z" not in trace:
        return [text.replace(LINE_BREAK, " ") for text in trace.text]
    return trace.error_y.array if channel == "error_y" else trace[channel]


def _picture_files(chapter: str, picture: Picture) -> dict[str, bytes]:
    name = f"{chapter}/{picture.name}"
    sums = [asdict(one) for one in picture.sums]
    data = {"figure": name, "title": picture.title, "parts": list(picture.rows), "sums": sums}
    return {
        f"figures/{name}.svg": svg_file(picture),
        f"data/{name}.json": json_file(data),
        f"data/{name}.csv": _table_csv(name, picture.columns),
    }


def _table_files(chapter: str, table: Table) -> dict[str, bytes]:
    name = f"{chapter}/{table.name}"
    data = json_file(table_data(name, table))
    if table.is_paginated:
        names = table_columns(name, table.tidy_columns)
        script = registering_script(
            "registerTable", name, _paginated_columns(table), list(map(list, names)), _csv_of_page(table, names)
        )
        return {f"data/{name}.json": data, f"data/{name}.js": script}
    return {f"data/{name}.json": data, f"data/{name}.csv": _table_csv(name, table.tidy_columns)}


def _table_csv(name: str, columns: Mapping[str, Sequence[Any]]) -> bytes:
    """The CSV of a table in full precision."""
    names = table_columns(name, columns)
    cells = [
        [cells_of(_whole(value), of_column) for value in values]
        for of_column, values in zip(names, columns.values(), strict=True)
    ]
    rows = (list(chain.from_iterable(row)) for row in zip(*cells, strict=True))
    return csv_file(list(chain.from_iterable(names)), rows)


def _csv_of_page(table: Table, names: Sequence[Names]) -> dict[str, Any]:
    """What the page that makes the CSV of a long table needs beside it: other columns, lists and values."""
    own = {} if table.csv_columns is None else {"columns": _own_columns(table.csv_columns)}
    lists = [number for number, head in enumerate(table.columns) if head in table.parallel_lists]
    labels = listed_labels(zip(names, table.tidy_columns.values(), strict=True))
    return {**own, **({"lists": lists} if lists else {}), **({"labels": labels} if labels else {})}


def _own_columns(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [{"values": _lines([_whole(value) for value in values])} for values in columns.values()]


def table_data(name: str, table: Table) -> dict[str, Any]:
    """Every cell of a table in full precision, row by row."""
    rows = [[_whole(value) for value in row] for row in table.rows]
    return {"table": name, "title": table.title, "columns": list(table.columns), "rows": rows}


def _paginated_columns(table: Table) -> list[dict[str, Any]]:
    """The columns of a long table for the page: values for sorting, and formatted values if they differ.

    A filter column, which has few different values, lists each value once, with the index of each row's value
    among them. The addresses of links are listed by word.
    """
    columns = []
    places = {head: f"{{{number}}}" for number, head in enumerate(table.columns)}
    for head, values in table.columns.items():
        if head in table.filter_columns:
            unique = sorted(set(values))
            index = {value: number for number, value in enumerate(unique)}
            columns.append({"values": unique, "which": _numbers_in_text([index[value] for value in values])})
        elif head in table.formats:
            columns.append({"values": plain(values), **_written(list(map(table.formats[head], values)), values)})
        else:
            columns.append({"values": _lines([_whole(value) for value in values])})
        if addresses := table.addresses.get(head):
            columns[-1]["addresses"] = addresses
        if pattern := table.address_patterns.get(head):
            # The script finds a column by its number.
            columns[-1]["pattern"] = pattern.format_map(places)
    return columns


def _numbers_in_text(numbers: list[int]) -> list[int] | str:
    """Numbers of one digit each as one text, which is shorter."""
    return "".join(map(str, numbers)) if max(numbers, default=0) < 10 else numbers


def _written(texts: list[str], values: Sequence[Any]) -> dict[str, Any]:
    """The formatted values of a column, or their decimal places if that is all there is to their format."""
    are_numbers = all(isinstance(value, int | float) for value in values)
    places = len(texts[0].partition(".")[2]) if texts else 0
    if are_numbers and texts == [decimals(value, places) for value in values]:
        return {"places": places}
    return {"written": "\n".join(texts)}


def _lines(values: list[Any]) -> list[Any] | str:
    """Texts as the lines of one text, which is shorter, unless one of them has several lines."""
    return "\n".join(values) if all(isinstance(one, str) and "\n" not in one for one in values) else values


def _whole(value: Any) -> Any:
    """A cell in full precision, with a NumPy number as a Python number."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _script(name: str, figure: Figure, data: Mapping[str, Any]) -> bytes:
    views = [
        {"choices": list(view.choices), "slug": view_address(view.choices), **_without_template(view.plot.figure)}
        for view in figure.views
    ]
    numbers: dict[str, Any] = {
        "controls": list(figure.number_controls),
        "columns": figure_columns(name, data).to_json(),
    }
    if figure.numbers is not None:
        # The page draws other charts than these.
        numbers["views"] = compact_views(data["views"])
    return registering_script("registerFigure", name, compact_views(views), numbers)


def _without_template(plot: go.Figure) -> dict[str, Any]:
    figure = json.loads(str(plot.to_json()))
    return {"data": figure["data"], "layout": {k: v for k, v in figure["layout"].items() if k != "template"}}
