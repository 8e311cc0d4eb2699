"""The values of the columns of a CSV that a label stands for.

A chart abbreviates its labels, and a label may have several parts. In a CSV a column has one vocabulary in every
file: `dim 19` is 19 in the column `dimension`, and `0.1 → 1.2` is H0.1 → H1.2 in `path`. `columns.toml` has the
replacements of each column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from report.figures.columns.entries import Names, entries

PARTS = re.compile(r", |: |(?<=\d)[+=]")
"""What separates the parts of a label that belong in several columns: 1 → C0, on and 2968+1606=4574."""

PLAIN_PARTS = re.compile(r", |: |[+=]")
"""What separates them for the browser, unless the script of the figure lists the values of a label."""


def parts_of(label: object, names: Names) -> list[str]:
    """The values of a label, one for each of its columns."""
    text = str(label)
    for pattern, replacement in entries()["labels"].get(" ".join(names), ()):
        text = re.sub(pattern, replacement, text)
    return _divided(text, names, PARTS)


def cells_of(value: object, names: Names) -> Sequence[object]:
    """The cells of a value of a table, one for each of its columns; a number stays one."""
    if len(names) == 1 and not isinstance(value, str):
        return (value,)
    return [""] * len(names) if value is None else parts_of(value, names)


def listed_labels(labels: Iterable[tuple[Names, Iterable[object]]]) -> dict[str, dict[str, list[str]]]:
    """The values of the labels that the browser cannot divide itself, by their columns and by label."""
    by_columns: dict[Names, set[str]] = {}
    for names, of_columns in labels:
        by_columns.setdefault(names, set()).update(one for one in of_columns if isinstance(one, str))
    listed: dict[str, dict[str, list[str]]] = {}
    for names, texts in by_columns.items():
        for text in sorted(texts) if names else ():
            parts = parts_of(text, names)
            if parts != _divided(text, names, PLAIN_PARTS):
                listed.setdefault(" ".join(names), {})[text] = parts
    return listed


def _divided(text: str, names: Names, separator: re.Pattern[str]) -> list[str]:
    """The parts of a text, one for each column; a column without a part is empty."""
    if len(names) == 1:
        return [text]
    parts = separator.split(text)[: len(names)]
    return [*parts, *[""] * (len(names) - len(parts))]
