"""What the script of a figure or of a long table registers, read as a browser reads it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def registered(script: bytes, function: str = "registerFigure") -> list[Any]:
    """The values that a script passes to a function of the namespace, without the name of the figure."""
    call = re.fullmatch(rf"sumint\.{function}\((.*)\);\n", script.decode(), re.DOTALL)
    assert call is not None
    return json.loads(f"[{call[1]}]")[1:]


def views_of(script: bytes) -> list[dict[str, Any]]:
    """The views of a figure in full."""
    return expanded(registered(script)[0])


def expanded(views: Sequence[Any]) -> list[dict[str, Any]]:
    """The views in full: each but the first is what differs from the first."""
    first, *changes = views
    return [_in_full(view) for view in (first, *(_changed(first, change) for change in changes))]


def decoded(values: Any) -> np.ndarray:
    """An array of a chart, which Plotly packs in base64 if it is one of NumPy's."""
    if isinstance(values, dict):
        array = np.frombuffer(base64.b64decode(values["bdata"]), np.dtype(values["dtype"]))
        return (
            array.reshape([int(length) for length in values["shape"].split(",")]) if "shape" in values else array
        )
    return np.asarray(values)


def _changed(base: Any, change: Mapping[str, Any]) -> Any:
    items: dict[Any, Any] = dict(enumerate(base)) if isinstance(base, list) else dict(base)
    name = int if isinstance(base, list) else str
    items = {key: value for key, value in items.items() if key not in change.get("drop", ())}
    items |= {name(key): value for key, value in change.get("set", {}).items()}
    items |= {name(key): _changed(items[name(key)], inside) for key, inside in change.get("in", {}).items()}
    return [items[index] for index in range(len(items))] if isinstance(base, list) else items


def _in_full(view: dict[str, Any]) -> dict[str, Any]:
    if "data" not in view:
        return view
    data = [{key: _value(value, trace) for key, value in trace.items()} for trace in view["data"]]
    layout = view["layout"]
    opens = layout.get("meta", {}).get("opens", {})
    if "within" in opens:
        start, end = opens["within"]
        texts = {key: f"{start}{middle}{end}" for key, middle in opens["middles"].items()}
        layout = {**layout, "meta": {**layout["meta"], "opens": texts}}
    return {**view, "data": data, "layout": layout}


def _value(value: Any, trace: Mapping[str, Any]) -> Any:
    if not isinstance(value, dict):
        return value
    if "grid" in value:
        rows, columns = value["grid"]
        return [[row + column for column in columns] for row in rows]
    if "among" in value:
        return [[value["among"][place] for place in row] for row in value["at"]]
    if "logarithms" in value:
        numbers = np.frombuffer(base64.b64decode(trace["customdata"]["bdata"]), "<f4").astype(np.float64)
        logarithms = np.log10(numbers, out=np.full(numbers.shape, np.nan), where=numbers > 0).astype("<f4")
        return {
            "dtype": "f4",
            "bdata": base64.b64encode(logarithms.tobytes()).decode(),
            "shape": trace["customdata"]["shape"],
        }
    return value
