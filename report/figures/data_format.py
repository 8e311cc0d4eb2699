"""How the data of figures and tables are written: as plain JSON, as rows of CSV, and as scripts for the pages.

The data of a figure are a dictionary of views, each with its traces: those of a chart, or a component's series.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

CHANNELS = ("x", "y", "z", "r", "theta", "error_y", "text")
"""The data channels of a trace by Plotly's names, in the order of the columns of the CSV."""

SINGLE_PRECISION = 7
"""The number of significant digits in single precision."""


def plain(values: Any) -> Any:
    """Arrays as lists, numbers in single precision, and numbers that are not finite, which JSON lacks, as null."""
    if isinstance(values, str) or values is None:
        return values
    if isinstance(values, np.ndarray | Sequence):
        return [plain(value) for value in values]
    if isinstance(values, int | np.integer):
        return int(values)
    return float(f"{values:.{SINGLE_PRECISION}g}") if math.isfinite(values) else None


def rows_of(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row of a figure's data for each cell, point or bar."""
    for view in data["views"]:
        for trace in view["traces"]:
            panel = {"panel": trace["panel"]} if "panel" in trace else {}
            about = {"view": view["label"], **panel, "trace": trace["name"]}
            channels = {channel: trace[channel] for channel in CHANNELS if channel in trace}
            if "z" in channels:
                yield from ({**about, **cell} for cell in _cells(channels))
            else:
                for values in zip(*channels.values(), strict=True):
                    yield {**about, **dict(zip(channels, values, strict=True))}


def _cells(channels: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row, y in enumerate(channels["y"]):
        for column, x in enumerate(channels["x"]):
            values = {name: channels[name][row][column] for name in ("z", "text") if name in channels}
            yield {"x": x, "y": y, **values}


def registering_script(function: str, *values: Any) -> bytes:
    """A script that passes values to a function of the namespace that all scripts of the site share."""
    return f"sumint.{function}({', '.join(map(script_text, values))});\n".encode()


def script_text(value: Any) -> str:
    """JSON that is valid JavaScript and cannot end the script element that contains it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def json_file(value: Any) -> bytes:
    """The value as the content of a JSON file."""
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n").encode()


def csv_file(rows: Iterator[dict[str, Any]]) -> bytes:
    """The rows as the content of a CSV file with a column for each of their keys."""
    all_rows = list(rows)
    columns = list(dict.fromkeys(column for row in all_rows for column in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(all_rows)
    return buffer.getvalue().encode()
