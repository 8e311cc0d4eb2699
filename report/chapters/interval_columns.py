"""The columns of a table with 95% intervals: as text on the page, and as two numbers in the CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from report.content.formats import percent

INTERVAL = "95% interval"
"""The heading of the intervals."""


def with_intervals(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The columns for the page, where each interval, a pair of shares, is a text: 91.1% to 96.4%."""
    texts = tuple(f"{percent(float(low))} to {percent(float(high))}" for low, high in columns[INTERVAL])
    return {**columns, INTERVAL: texts}


def with_interval_ends(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The columns for the CSV, where the ends of each interval, which are shares, have a column each."""
    ends = {
        "interval_low": [float(low) for low, _ in columns[INTERVAL]],
        "interval_high": [float(high) for _, high in columns[INTERVAL]],
    }
    return {**{head: values for head, values in columns.items() if head != INTERVAL}, **ends}
