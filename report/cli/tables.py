"""Tables in the terminal, as wide as fits."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

GAP = "  "
NARROWEST = 8
"""Columns are made no narrower than this to make a table fit, or than they are."""


def width() -> int | None:
    """How many characters fit on a line; None where the output is no terminal, and lines may be of any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(rows: Sequence[Sequence[str]], fits_in: int | None, right: Sequence[int] = ()) -> list[str]:
    """Rows as lines with aligned columns, those with the numbers in `right` flush right.

    What is too long for a table of `fits_in` characters is broken within its cell.
    """
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if fits_in is not None:
        _shrink(widths, fits_in - len(GAP) * (len(widths) - 1))
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


def _shrink(widths: list[int], room: int) -> None:
    """Make the widest columns narrower until all fit."""
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
