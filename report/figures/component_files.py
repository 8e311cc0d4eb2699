"""The files of a component: a script with its payloads for the page, and the data file of its numbers.

The script contains a payload as an object whose properties are the fields of the payload's dataclasses. Numbers,
strings and lists are plain JSON. An array of floating-point numbers is an object, since binary is smaller. Its
`float32` contains the numbers in single precision, row by row and in base64, and its `shape` the
lengths of the axes. Its bytes are grouped by significance, the lowest of all numbers first. A missing number is a
NaN. Very many numbers have 16 bits each: `uint16` counts the steps of length `step` from the smallest, `least`.

The data file contains the payload's parts in the form of a chart's data. A matrix is a trace of the type heatmap,
bars are one of the type bar, and complex numbers are one of the type scatterpolar.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

import numpy as np

from report.content.component import Coarse, Component, Matrix, Part, Phasors, Series
from report.figures.columns.names import figure_columns
from report.figures.compact import compact_views
from report.figures.data_format import json_file, plain, registering_script
from report.figures.view_address import check_addresses, view_address

MOST_STEPS = 2**16 - 1
"""The number of steps from the smallest of some numbers in 16 bits to the largest."""


def component_files(chapter: str, component: Component) -> dict[str, bytes]:
    """The files of a component of a chapter, by their path in the site."""
    check_addresses(component.name, component.controls)
    name = f"{chapter}/{component.name}"
    data = component_data(name, component)
    return {f"figures/{name}.js": _script(name, component, data), f"data/{name}.json": json_file(data)}


def component_data(name: str, component: Component) -> dict[str, Any]:
    """Every number of a component, as plain lists to seven significant digits, in the form of a chart's data."""
    return {
        "figure": name,
        "title": component.title,
        "controls": [*(control.name for control in component.controls), component.part_title],
        "views": [
            _view((*choices, part_name), part)
            for choices, payload in component.payloads.items()
            for part_name, part in payload.parts().items()
        ],
    }


def packed(value: Any) -> Any:
    """A payload in the form in which a script contains it."""
    if isinstance(value, Coarse):
        return _in_16_bits(value.numbers)
    if is_dataclass(value):
        return {field.name: packed(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: packed(item) for key, item in value.items()}
    if isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating):
        return {"float32": _in_base64(np.ascontiguousarray(value, dtype="<f4")), "shape": list(value.shape)}
    if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
        return [packed(item) for item in value]
    return value if isinstance(value, bool) else plain(value)


def _in_16_bits(numbers: np.ndarray) -> dict[str, Any]:
    least, most = float(numbers.min()), float(numbers.max())
    step = (most - least) / MOST_STEPS or 1.0
    steps = np.round((numbers - least) / step).astype("<u2")
    return {"uint16": _in_base64(steps), "shape": list(numbers.shape), "least": least, "step": step}


def _in_base64(numbers: np.ndarray) -> str:
    """The lowest bytes of all numbers, then the next ones: the highest are alike, and compress well together."""
    content = numbers.ravel().view(np.uint8).reshape(-1, numbers.itemsize).T.tobytes()
    return base64.b64encode(content).decode()


def _script(name: str, component: Component, data: Mapping[str, Any]) -> bytes:
    views = [
        {"choices": list(choices), "slug": view_address(choices), "payload": packed(payload)}
        for choices, payload in component.payloads.items()
    ]
    numbers = {"controls": data["controls"], "columns": figure_columns(name, data).to_json()}
    return registering_script("registerFigure", name, compact_views(views), numbers)


def _view(choices: tuple[str, ...], part: Part) -> dict[str, Any]:
    panels = [*dict.fromkeys(series.panel for series in part.series)]
    # The axes of panels are numbered as Plotly numbers them: x, x2, x3.
    suffixes = {panel: "" if number == 1 else str(number) for number, panel in enumerate(panels, start=1)}
    axes = dict(chain.from_iterable(_axes(series, suffixes).items() for series in part.series))
    return {
        "label": ", ".join(choices),
        "choices": list(choices),
        "address": view_address(choices),
        "axes": dict(sorted(axes.items())),
        **({"points": list(part.points)} if part.points else {}),
        "traces": [_trace(series, suffixes) for series in part.series],
    }


def _axes(series: Series, suffixes: Mapping[str, str]) -> dict[str, str]:
    """The title of each axis of a series by Plotly's name, with that of a matrix's numbers as z."""
    match series:
        case Matrix():
            suffix = suffixes[series.panel]
            return {f"x{suffix}": series.column_title, f"y{suffix}": series.row_title, "z": series.quantity}
        case Phasors():
            return {}


def _trace(series: Series, suffixes: Mapping[str, str]) -> dict[str, Any]:
    match series:
        case Matrix():
            about: dict[str, Any] = {"type": "heatmap", "name": ""}
            if series.panel:
                suffix = suffixes[series.panel]
                about = {"panel": series.panel, **about, "x_axis": f"x{suffix}", "y_axis": f"y{suffix}"}
            numbers = {"x": plain(series.columns), "y": plain(series.rows), "z": _single(series.values)}
            return {**about, **numbers, **({} if series.text is None else {"text": plain(series.text)})}
        case Phasors():
            about = {"panel": series.panel, "type": "scatterpolar", "name": series.name, "theta_unit": "radians"}
            numbers = {"r": _single(series.magnitudes), "theta": _single(series.phases)}
            return {**about, **numbers, **({} if series.labels is None else {"text": plain(series.labels)})}


def _single(values: np.ndarray) -> list[Any]:
    return plain(np.asarray(values, dtype=np.float32))
