"""Figures of results, drawn by a package that this one knows nothing of.

A package that draws results has an entry point in its metadata, of the group `sumint.figures`: a
function of what was measured, the name of a figure and its choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from sumint.results.result import Result

GROUP = "sumint.figures"


def figure_of(result: Result, name: str, choices: Mapping[str, str]) -> Any:
    """The Plotly figure of a result; `Result.figure` describes it.

    Raises:
        ValueError: if the result does not come from a lab, or no installed package draws results.
    """
    if result._measured is None:
        raise ValueError(
            f"this {type(result).__name__} does not come from a lab; figures are drawn of what lab.run(…) returns"
        )
    drawers = entry_points(group=GROUP)
    if not drawers:
        raise ValueError("no installed package draws results; install the project again: pip install -e .")
    return next(iter(drawers)).load()(result._measured, name, choices)
