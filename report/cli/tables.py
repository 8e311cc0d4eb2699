"""Tables on standard output, laid out by rich: on a terminal they fit its width, elsewhere a row is one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

GAP = 2
"""The number of spaces between columns."""
MIN_WIDTH = 8
"""The width below which a column is not shrunk to make a table fit."""
UNLIMITED = 2**31
"""The width of an output that is not a terminal."""


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
        console.print(_table(rows, head, right, wraps=True))
    else:
        print(*lines_of(rows, head=head, right=right), sep="\n")


def lines_of(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] = (),
    right: Sequence[int] = (),
    max_width: int | None = None,
) -> list[str]:
    """The table as lines of plain text, of at most `max_width` characters if that is given."""
    from rich.console import Console

    console = Console(
        width=max_width or UNLIMITED, color_system=None, force_terminal=False, markup=False, emoji=False
    )
    with console.capture() as printed:
        console.print(_table(rows, head, right, wraps=max_width is not None))
    return [line.rstrip() for line in printed.get().splitlines()]


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], right: Sequence[int], *, wraps: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(head), header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for index in range(len(rows[0])):
        table.add_column(
            Text(head[index]) if head else "",
            justify="right" if index in right else "left",
            min_width=MIN_WIDTH if wraps else None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return table
