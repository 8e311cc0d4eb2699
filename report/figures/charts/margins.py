"""The room that labels need around a chart, estimated before it is drawn.

Plotly fits margins to labels, but notices how large they are only when it has drawn them, and then draws it all a
second time. Margins that are wide enough from the start spare the reader that. The estimate need not be right:
Plotly widens what is too narrow, and what is too wide shows as a few pixels of air.
"""

from __future__ import annotations

from collections.abc import Iterable

CHARACTER = 7
"""The width of a tick label's character in pixels, in the wider fonts that systems have."""

PADDING = 12
"""What Plotly leaves free outside the labels, in pixels."""

Y_TITLE = 32
BELOW = 39
"""The title beside a y axis; the labels and the title below an x axis."""

TICKS = 7
"""The ticks of an axis of numbers."""

COLOUR_BAR = 76
"""A colour scale on the right with labels of four characters and a title."""

LEGEND = 36
"""A legend of one line above the chart."""

NUMBERS = ("−0.0",)
"""What an axis of numbers may be labelled with."""


def room(
    rows: Iterable[str] = NUMBERS, *, ticks: bool = False, colour_bar: bool = False, legend: bool = False
) -> dict[str, int]:
    """The margins of a chart whose y axis has these labels, and whose x axis may have ticks, by Plotly's names."""
    margins = {
        "l": PADDING + Y_TITLE + CHARACTER * max(map(len, rows), default=0),
        "b": PADDING + BELOW + (TICKS if ticks else 0),
    }
    if colour_bar:
        margins["r"] = PADDING + COLOUR_BAR
    if legend:
        margins["t"] = PADDING + LEGEND
    return margins
