"""The formats of numbers on axes and in hover labels, in the notation of d3, which Plotly uses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from report.content.formats import decimals, percent

SIGNIFICANT, MOST_PLACES = 4, 6
"""The significant digits of the largest number of a series, and the most decimal places that a number has."""

MOST_DECADES = 8
"""The most powers of ten with a tick of their own on a logarithmic axis."""


def hover_format(*values: ArrayLike, is_share: bool = False) -> str:
    """The format of numbers in hover labels: fixed decimal places that suit the largest, or per cent for shares.

    Fixed places avoid scientific notation, which hides that a number is nearly zero.
    """
    if is_share:
        return ".1%"
    flat = np.concatenate([np.abs(np.asarray(one, dtype=np.float64)).ravel() for one in values])
    finite = flat[np.isfinite(flat)]
    if np.equal(np.mod(finite, 1), 0).all():
        return ",.0f"
    largest = float(finite.max(initial=0))
    before_point = 1 + int(np.floor(np.log10(largest))) if largest > 0 else 1
    return f",.{min(max(SIGNIFICANT - max(before_point, 1), 1), MOST_PLACES)}f"


def share_axis() -> dict[str, Any]:
    """The properties of an axis of shares, with ticks in per cent."""
    return {"tickformat": ".0~%"}


def logarithmic_axis(values: ArrayLike, *, is_share: bool) -> dict[str, Any]:
    """The properties of a logarithmic axis, with ticks at powers of ten in the size of other ticks.

    Plotly's own ticks at powers of ten have larger digits than those of other axes.
    """
    numbers = np.asarray(values, dtype=np.float64)
    positive = numbers[np.isfinite(numbers) & (numbers > 0)]
    if not positive.size:
        return {"type": "log"}
    low, high = int(np.floor(np.log10(positive.min()))), int(np.ceil(np.log10(positive.max())))
    step = 1 + (high - low) // MOST_DECADES
    decades = range(low, high + 1, step)
    written = [_power_of_ten(decade, is_share=is_share) for decade in decades]
    return {"type": "log", "tickvals": [10.0**decade for decade in decades], "ticktext": written}


def _power_of_ten(decade: int, *, is_share: bool) -> str:
    if is_share:
        return percent(10.0**decade, max(0, -decade - 2))
    return decimals(10.0**decade, max(0, -decade))
