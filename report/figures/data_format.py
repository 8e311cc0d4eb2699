"""How the data of figures and tables are written: as plain JSON, as CSV, and as scripts for the pages.

The data of a figure are a dictionary of views, each with its traces: those of a chart, or a component's series.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

CHANNELS = ("x", "y", "z", "r", "theta", "error_y", "text")
"""The data channels of a trace by Plotly's names."""

ESCAPED = re.compile("<(?=[/!s])|[\u2028\u2029]", flags=re.IGNORECASE)
"""Line separators of JavaScript, and a < that may begin `<!--`, `<script` or `</script`, but none that may not."""

SINGLE_PRECISION = 7
"""The number of significant digits in single precision."""


def plain(values: Any) -> Any:
    """Arrays as lists, numbers in single precision, and numbers that are not finite, which JSON lacks, as null."""
    # The most frequent kinds first: a figure may have a hundred thousand numbers.
    if isinstance(values, float):
        return float(f"{values:.{SINGLE_PRECISION}g}") if math.isfinite(values) else None
    if isinstance(values, int):
        return int(values)
    if isinstance(values, str) or values is None:
        return values
    if isinstance(values, np.ndarray | np.number):
        return plain(values.tolist())
    return [plain(value) for value in values]


def registering_script(function: str, *values: Any) -> bytes:
    """A script that passes values to a function of the namespace that all scripts of the site share."""
    return f"sumint.{function}({', '.join(map(script_text, values))});\n".encode()


def script_text(value: Any) -> str:
    """JSON that is valid JavaScript and cannot end the script element that contains it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return ESCAPED.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def json_file(value: Any) -> bytes:
    """The value as the content of a JSON file."""
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n").encode()


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows as the content of a CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode()
