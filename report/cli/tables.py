"""Tables on standard output: on a terminal rich wraps them to its width, elsewhere each row is one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

GAP = 2
"""The number of spaces between columns."""
MIN_WIDTH = 8
"""The width below which a column is not shrunk to make a table fit."""


def print_table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), right: Sequence[int] = ()) -> None:
    """Print rows with aligned columns, and a `head` in bold before them; nothing if there is no row.

    On a terminal, cells are wrapped so that the table fits. No cell is read as markup.

    Args:
        rows: the cells of each row, all of them of the same number.
        head: the titles of the columns.
        right: the indices of the columns that are aligned right.
    """
    if not rows:
        return
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
        console.print(_table(rows, head, right))
    else:
        print(*_lines([head, *rows] if head else rows, right), sep="\n")


def _lines(rows: Sequence[Sequence[str]], right: Sequence[int]) -> Iterator[str]:
    """Each row as one line, with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        aligned = (
            cell.rjust(size) if index in right else cell.ljust(size) for index, (cell, size) in enumerate(cells)
        )
        yield (" " * GAP).join(aligned).rstrip()


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], right: Sequence[int]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(head), header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for index, column in enumerate(zip(*rows, strict=True)):
        table.add_column(
            Text(head[index]) if head else "",
            justify="right" if index in right else "left",
            min_width=min(MIN_WIDTH, max(map(len, column))),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return table
