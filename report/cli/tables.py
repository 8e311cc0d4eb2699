"""Tables in the terminal that fit its width."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

GAP = "  "
MIN_WIDTH = 8
"""The width below which a column is not shrunk to make a table fit."""


def width() -> int | None:
    """The number of characters on a line of the terminal; None if the output is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(rows: Sequence[Sequence[str]], max_width: int | None, right: Sequence[int] = ()) -> list[str]:
    """Rows as lines with aligned columns; the columns with the indices in `right` are aligned right.

    Cells are wrapped so that no line has more than `max_width` characters, if that is given.
    """
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if max_width is not None:
        _shrink(widths, max_width - len(GAP) * (len(widths) - 1))
    lines = []
    for row in rows:
        cells = [textwrap.wrap(cell, size) or [""] for cell, size in zip(row, widths, strict=True)]
        for index in range(max(map(len, cells))):
            parts = [cell[index] if index < len(cell) else "" for cell in cells]
            aligned = [
                part.rjust(size) if column in right else part.ljust(size)
                for column, (part, size) in enumerate(zip(parts, widths, strict=True))
            ]
            lines.append(GAP.join(aligned).rstrip())
    return lines


def _shrink(widths: list[int], max_sum: int) -> None:
    """Reduce the widths of the widest columns until all columns fit."""
    while sum(widths) > max_sum and max(widths) > MIN_WIDTH:
        widths[widths.index(max(widths))] -= 1
