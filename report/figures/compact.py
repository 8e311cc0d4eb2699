"""A shorter form of what a figure's script contains, which `lib/views.js` expands when the script has run.

The views of a figure are alike: the first is complete, and each other is what differs from the first. In a chart,
the hover texts of a heatmap's cells are made of a text for the row and one for the column, texts that repeat are
listed once, and logarithms are left out.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

GRID = "grid"
"""The key of the texts of rows and columns, in the place of the texts of cells."""
WITHIN = "within"
"""The key of what texts begin and end with, and the rest of each text is in `middles`."""
LOGARITHMS = "logarithms"
"""The key of the shape of a matrix of the logarithms of `customdata`."""
AMONG = "among"
"""The key of different texts, with the number of each row's texts among them in `at`."""


def compact_views(views: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The views in the shorter form."""
    shorter = [_with_short_texts(view) for view in views]
    return [*shorter[:1], *(_change(shorter[0], view) for view in shorter[1:])]


def _with_short_texts(view: Mapping[str, Any]) -> dict[str, Any]:
    if "data" not in view:
        return dict(view)
    data = [{key: _short(value) for key, value in _without_logarithms(trace).items()} for trace in view["data"]]
    layout = view["layout"]
    if "opens" in layout.get("meta", {}):
        layout = {**layout, "meta": {**layout["meta"], "opens": _within(layout["meta"]["opens"])}}
    return {**view, "data": data, "layout": layout}


def _without_logarithms(trace: Mapping[str, Any]) -> dict[str, Any]:
    """A heatmap on a logarithmic scale without its logarithms, which follow from the numbers in `customdata`."""
    numbers, logarithms = trace.get("customdata"), trace.get("z")
    if trace["type"] != "heatmap" or not (_is_binary(numbers) and _is_binary(logarithms)):
        return dict(trace)
    exact = _decoded(numbers).astype(np.float64)
    computed = np.log10(exact, out=np.full(exact.shape, np.nan), where=exact > 0)
    are_equal = np.allclose(computed, _decoded(logarithms), rtol=1e-6, atol=1e-7, equal_nan=True)
    return {**trace, "z": {LOGARITHMS: numbers["shape"]}} if are_equal else dict(trace)


def _is_binary(value: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and value.get("dtype") == "f4"


def _decoded(value: Mapping[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(value["bdata"]), "<f4")


def _within(texts: Mapping[str, str]) -> Any:
    """Texts without what all of them begin and end with, and these."""
    if len(texts) < 2:
        return dict(texts)
    start = _common_start(list(texts.values()))
    end = _common_start([text[len(start) :][::-1] for text in texts.values()])[::-1]
    middles = {key: text[len(start) : len(text) - len(end)] for key, text in texts.items()}
    return {WITHIN: [start, end], "middles": middles}


def _short(value: Any) -> Any:
    """A matrix of texts in the shorter form, if it has one."""
    is_matrix = isinstance(value, list) and value and all(isinstance(row, list) and row for row in value)
    if not is_matrix or not all(isinstance(cell, str) for row in value for cell in row):
        return value
    return _as_grid(value) or _as_list_of_texts(value)


def _as_grid(cells: list[list[str]]) -> dict[str, Any] | None:
    """The texts of rows and columns that together are those of the cells; None if there are none."""
    if len({len(row) for row in cells}) > 1 or min(len(cells), len(cells[0])) < 2:
        return None
    rows = [_common_start(row) for row in cells]
    columns = [cell[len(rows[0]) :] for cell in cells[0]]
    if cells != [[row + column for column in columns] for row in rows]:
        return None
    return {GRID: [rows, columns]}


def _common_start(texts: Sequence[str]) -> str:
    """The longest text with which all of them begin; the first and the last in order differ most."""
    first, last = min(texts), max(texts)
    n_equal = next(
        (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
    return first[:n_equal]


def _as_list_of_texts(cells: list[list[str]]) -> Any:
    """Each text once, and the number of each cell's text among them, if this is shorter."""
    texts = list(dict.fromkeys(cell for row in cells for cell in row))
    if 2 * sum(map(len, texts)) > sum(len(cell) for row in cells for cell in row):
        return cells
    number = {text: index for index, text in enumerate(texts)}
    return {AMONG: texts, "at": [[number[cell] for cell in row] for row in cells]}


def _change(first: Any, other: Any) -> Any:
    """What turns one value into another of the same kind: `set`, `drop` and, for what is inside, `in`."""
    old, new = _items(first), _items(other)
    change: dict[str, Any] = {"set": {}, "drop": [key for key in old if key not in new], "in": {}}
    for key, value in new.items():
        if key not in old or not _are_alike(old[key], value):
            if key not in old or old[key] != value:
                change["set"][key] = value
        elif old[key] != value:
            change["in"][key] = _change(old[key], value)
    return {part: what for part, what in change.items() if what}


def _are_alike(one: Any, other: Any) -> bool:
    """Whether a change from one value to the other may be shorter than the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        return bool(one.keys() & other.keys())
    is_list = isinstance(one, list) and isinstance(other, list) and len(one) == len(other) and len(one) > 0
    return is_list and all(isinstance(item, dict) for item in (*one, *other))


def _items(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {str(index): item for index, item in enumerate(value)}
