"""Every file that a figure or a table is published in.

| file | for | what |
|---|---|---|
| `figures/<chapter>/<figure>.js` | the page | a script that hands the browser all views |
| `figures/<chapter>/<figure>.json` | Plotly | the first view, as `plotly.io.read_json` opens it |
| `figures/<chapter>/<figure>.<view>.json` | Plotly | each other view |
| `data/<chapter>/<figure>.json` | everyone else | every number that it draws, as plain lists |
| `data/<chapter>/<figure>.csv` | everyone else | the same as rows |
| `figures/<chapter>/<diagram>.svg` | everyone else | a diagram; its data files have its arrows |
| `data/<chapter>/<table>.js` | the page | a script that hands the browser the rows of a long table |

The page's script is a script and not JSON because a page opened from a disk may load scripts, but may fetch
nothing. All files are the same for the same figure, byte by byte.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from report.content.chapter import Absent, Failed, Figure, Table, View
from report.content.diagram import Diagram
from report.figures.charts import GUIDE
from report.figures.diagram_svg import svg_file
from report.figures.theme import DIVERGING, SEQUENTIAL, roles_template, traces_of

CHANNELS = ("x", "y", "z", "r", "theta", "error_y", "text")
"""What a trace draws, by Plotly's names, in the order of the CSV's columns."""

SINGLE_PRECISION = 7
"""Significant digits of a number in single precision."""


def files_of(chapter: str, shown: Figure | Diagram | Table | Absent | Failed) -> dict[str, bytes]:
    """The files of a chapter's figure or table, by their path in the site."""
    match shown:
        case Absent() | Failed():
            return {}
        case Table():
            return _table_files(chapter, shown)
        case Diagram():
            return _diagram_files(chapter, shown)
        case Figure():
            return _figure_files(chapter, shown)


def slug(label: str) -> str:
    """A label as it stands in an address: 2968+1606=4574 becomes 2968-1606-4574."""
    return re.sub(r"[\W_]+", "-", label.lower()).strip("-")


def address_of(view: View) -> str:
    """A view's choices as they stand in an address: 2968-1606-4574.c1."""
    return ".".join(map(slug, view.choices))


def _figure_files(chapter: str, figure: Figure) -> dict[str, bytes]:
    for control in figure.controls:
        if len(set(map(slug, control.options))) < len(control.options):
            labels = ", ".join(control.options)
            raise ValueError(f"figure {figure.name}: {labels} need labels whose letters and digits differ")
    name = f"{chapter}/{figure.name}"
    data = figure_data(name, figure)
    files = {
        f"figures/{name}.js": _script(name, figure),
        f"data/{name}.json": _json(data),
        f"data/{name}.csv": _csv(_figure_rows(data)),
    }
    for index, view in enumerate(figure.views):
        suffix = f".{address_of(view)}" if index else ""
        files[f"figures/{name}{suffix}.json"] = _plotly_json(view.plot.figure)
    return files


def figure_data(name: str, figure: Figure) -> dict[str, Any]:
    """Every number that a figure draws, as plain lists to seven significant digits, with the axes' titles."""
    return {
        "figure": name,
        "title": figure.title,
        "controls": [control.name for control in figure.controls],
        "views": [_view_data(view) for view in figure.views],
    }


def _view_data(view: View) -> dict[str, Any]:
    plot = view.plot.figure
    return {
        "label": view.label,
        "choices": list(view.choices),
        "address": address_of(view),
        "axes": _axes(plot),
        **_points_of(plot),
        "traces": [
            {**_panel_of(trace, plot), **_trace_data(trace)} for trace in traces_of(plot) if trace.meta != GUIDE
        ],
    }


def _points_of(plot: go.Figure) -> dict[str, list[str]]:
    """What the points of every trace stand for, in their order, where that is the same for all."""
    points = plot.layout.to_plotly_json().get("meta", {}).get("points")
    return {"points": list(points)} if points else {}


def _panel_of(trace: Any, plot: go.Figure) -> dict[str, str]:
    """The name of the panel that a trace is drawn in, if there are several."""
    panels = plot.layout.to_plotly_json().get("meta", {}).get("panels", {})
    subplot = trace.subplot if "subplot" in trace else trace.xaxis
    return {"panel": panels[subplot]} if subplot in panels else {}


def _axes(plot: go.Figure) -> dict[str, str]:
    """The title of each axis, by Plotly's name of it, and as z that of the colours."""
    layout = plot.layout.to_plotly_json()
    axes = {key: axis for key, axis in layout.items() if re.match(r"[xy]axis\d*$", key)}
    written = {key.replace("axis", ""): axis.get("title", {}).get("text", "") for key, axis in axes.items()}
    scales = [
        layout[scale]["colorbar"] for scale in (DIVERGING, SEQUENTIAL) if "colorbar" in layout.get(scale, {})
    ]
    colours = {"z": scales[0]["title"]["text"]} if scales else {}
    return dict(sorted({**written, **layout.get("meta", {}).get("axes", {}), **colours}.items()))


def _trace_data(trace: Any) -> dict[str, Any]:
    drawn = {"type": trace.type, "name": trace.name or ""}
    if trace.type.startswith("scatterpolar"):
        drawn["theta_unit"] = trace.thetaunit or "degrees"
    for axis in ("xaxis", "yaxis"):
        if axis in trace and (drawn_on := trace[axis]):
            drawn[f"{axis[0]}_axis"] = drawn_on
    for channel in CHANNELS:
        values = _channel(trace, channel)
        if values is not None:
            drawn[channel] = _plain(values)
    return drawn


def _channel(trace: Any, channel: str) -> Any:
    if channel not in trace:
        return None
    if channel == "z" and trace.customdata is not None:
        return trace.customdata  # what is drawn is its logarithm
    return trace.error_y.array if channel == "error_y" else trace[channel]


def _plain(values: Any) -> Any:
    """Arrays as lists, numbers to single precision; what is not finite has no place in JSON and is null."""
    if isinstance(values, str) or values is None:
        return values
    if isinstance(values, np.ndarray | Sequence):
        return [_plain(value) for value in values]
    if isinstance(values, int | np.integer):
        return int(values)
    return float(f"{values:.{SINGLE_PRECISION}g}") if math.isfinite(values) else None


def _figure_rows(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each thing that is drawn: a cell, a point, a bar."""
    for view in data["views"]:
        for trace in view["traces"]:
            panel = {"panel": trace["panel"]} if "panel" in trace else {}
            about = {"view": view["label"], **panel, "trace": trace["name"]}
            drawn = {channel: trace[channel] for channel in CHANNELS if channel in trace}
            if "z" in drawn:
                yield from ({**about, **cell} for cell in _cells(drawn))
            else:
                for values in zip(*drawn.values(), strict=True):
                    yield {**about, **dict(zip(drawn, values, strict=True))}


def _cells(drawn: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row, y in enumerate(drawn["y"]):
        for column, x in enumerate(drawn["x"]):
            inside = {channel: drawn[channel][row][column] for channel in ("z", "text") if channel in drawn}
            yield {"x": x, "y": y, **inside}


def _diagram_files(chapter: str, diagram: Diagram) -> dict[str, bytes]:
    name = f"{chapter}/{diagram.name}"
    data = {"figure": name, "title": diagram.title, "arrows": list(diagram.rows)}
    return {
        f"figures/{name}.svg": svg_file(diagram),
        f"data/{name}.json": _json(data),
        f"data/{name}.csv": _csv(map(dict, diagram.rows)),
    }


def _table_files(chapter: str, table: Table) -> dict[str, bytes]:
    name = f"{chapter}/{table.name}"
    rows = [[_whole(value) for value in row] for row in table.rows]
    data = {"table": name, "title": table.title, "columns": list(table.columns), "rows": rows}
    as_csv = table.frame.to_csv(index=False, lineterminator="\n")
    files = {f"data/{name}.json": _json(data), f"data/{name}.csv": as_csv.encode()}
    if table.is_browsed:
        files[f"data/{name}.js"] = f"registerTable({_safe(name)}, {_safe(_browsed(table))});\n".encode()
    return files


def _browsed(table: Table) -> list[dict[str, Any]]:
    """A table column by column: as it is written, and as it is sorted where that differs.

    A column with few different values has each once, and the place of each row's among them. Where its words lead
    to is kept by the word.
    """
    columns = []
    for head, values in table.columns.items():
        if head in table.chosen_by:
            different = sorted(set(values))
            place = {value: number for number, value in enumerate(different)}
            columns.append({"values": different, "which": [place[value] for value in values]})
        elif head in table.formats:
            columns.append({"values": _plain(values), "written": list(map(table.formats[head], values))})
        else:
            columns.append({"values": [_whole(value) for value in values]})
        if addresses := table.addresses.get(head):
            columns[-1]["addresses"] = addresses
    return columns


def _whole(value: Any) -> Any:
    """A cell in full: a NumPy number as Python's own."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _script(name: str, figure: Figure) -> bytes:
    views = [
        {"label": view.label, "slug": address_of(view), **_without_template(view.plot.figure)}
        for view in figure.views
    ]
    return f"registerFigure({_safe(name)}, {_safe(views)});\n".encode()


def _plotly_json(plot: go.Figure) -> bytes:
    """The figure with our light template in it, so that it looks the same wherever it is opened."""
    bare = _without_template(plot)
    return _json({**bare, "layout": {**bare["layout"], "template": roles_template("light", plot)}})


def _without_template(plot: go.Figure) -> dict[str, Any]:
    figure = json.loads(str(plot.to_json()))
    return {"data": figure["data"], "layout": {k: v for k, v in figure["layout"].items() if k != "template"}}


def _safe(value: Any) -> str:
    """JSON that is also JavaScript, and that nothing in it can end early."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def _json(value: Any) -> bytes:
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n").encode()


def _csv(rows: Iterator[dict[str, Any]]) -> bytes:
    collected = list(rows)
    columns = list(dict.fromkeys(column for row in collected for column in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(collected)
    return written.getvalue().encode()
