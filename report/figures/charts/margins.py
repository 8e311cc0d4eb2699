"""The margins of a chart, estimated from its labels before it is drawn.

Plotly fits margins to labels, but it measures the labels after drawing them and then draws the chart a second
time. Margins that are wide enough from the start avoid this. The estimate need not be exact: Plotly widens margins
that are too narrow, and margins that are too wide only add a few pixels.
"""

from __future__ import annotations

from collections.abc import Iterable

CHARACTER = 7
"""The width of a character of a tick label in pixels, in the wider system fonts."""

PADDING = 12
"""The space that Plotly leaves outside the labels, in pixels."""

Y_TITLE = 32
BELOW = 39
"""The space for the title of a y axis, and for the labels and the title of an x axis, in pixels."""

TICKS = 7
"""The space for the ticks of an axis of numbers, in pixels."""

COLOUR_BAR = 64
"""The space for a colour scale with labels of four characters, in pixels."""

SCALE_TITLE = 6
"""The distance of a colour scale's title above the scale, in pixels."""

TICK_LINE = 16
"""The height of a further line of a tick label, in pixels."""

TITLE_LINE = 20
"""The height of a title above a chart, in pixels."""

LEGEND = 36
"""The space for a legend of one line above the chart, in pixels."""

NUMBERS = ("−0.0",)
"""A typical label of an axis of numbers."""


def margins(
    rows: Iterable[str] = NUMBERS, *, ticks: bool = False, colour_bar: bool = False, legend: bool = False
) -> dict[str, int]:
    """The margins, by Plotly's names, of a chart whose y axis has the labels `rows`."""
    sizes = {
        "l": PADDING + Y_TITLE + CHARACTER * max(map(len, rows), default=0),
        "b": PADDING + BELOW + (TICKS if ticks else 0),
    }
    if colour_bar:
        sizes |= {"r": PADDING + COLOUR_BAR, "t": PADDING + TITLE_LINE}
    if legend:
        sizes["t"] = PADDING + LEGEND
    return sizes
