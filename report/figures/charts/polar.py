"""Polar charts of quantities with a magnitude and a phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import GUIDE, chart, hover, numbers, outward
from report.figures.charts.labels import point_labels

Style = Literal["points", "arrow", "line"]
"""The style of a series: separate points, a line from the centre to a point, or a line from point to point."""


@dataclass(frozen=True)
class Polar:
    """One series of a polar chart."""

    r: ArrayLike
    theta: ArrayLike
    """The phase in radians."""
    labels: Sequence[Any] | None = None
    """The labels of the points, merged where they would overlap."""
    style: Style = "points"


@lazy_chart
def polar(series: Mapping[str, Polar], *, largest: float | None = None) -> go.Figure:
    """A polar chart of series; `largest` fixes the end of the radial axis, so that views can be compared."""
    outermost = max((float(numbers(one.r).max(initial=0)) for one in series.values()), default=0)
    reach = outermost if largest is None else largest
    traces = [_trace(name, one, role, reach) for role, (name, one) in enumerate(series.items())]
    has_labels = any(one.labels is not None and one.style == "points" for one in series.values())
    return _polar_chart(traces, reach, has_labels=has_labels)


@lazy_chart
def polar_points(
    r: ArrayLike,
    theta: ArrayLike,
    labels: Sequence[Any],
    *,
    name: str = "",
) -> go.Figure:
    """A polar chart of labelled points, each with a line from the centre; `theta` is in radians."""
    radius, angle = numbers(r), numbers(theta)
    spokes = go.Scatterpolar(
        r=_spokes(np.zeros_like(radius), radius),
        theta=_spokes(angle, angle),
        thetaunit="radians",
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        meta=GUIDE,
    )
    reach = float(radius.max(initial=0))
    points = _trace(name, Polar(radius, angle, labels), 0, reach)
    return _polar_chart([spokes, points], reach, has_labels=True)


def _trace(name: str, one: Polar, role: int, reach: float) -> go.Scatterpolar:
    radius, angle = numbers(one.r), numbers(one.theta)
    text = None if one.labels is None else list(map(str, one.labels))
    about = {
        "r": radius,
        "theta": angle,
        "thetaunit": "radians",
        "name": name,
        "text": text,
        "hovertemplate": hover(
            ("", "<b>%{text}</b>" if text else f"<b>{name}</b>" if name else ""),
            ("magnitude", "%{r:.4~g}"),
            ("phase", "%{theta:.3f} rad"),
        ),
        "meta": role,
    }
    match one.style:
        case "arrow":
            # The centre is the first point, so that the line starts there.
            ends = {"r": np.append(np.float32(0), radius), "theta": np.append(angle * 0, angle)}
            return go.Scatterpolar(**{**about, **ends}, mode="lines", line={"width": 2.5})
        case "line":
            return go.Scatterpolar(**about, mode="lines", line={"width": 2.5})
        case "points":
            if not text:
                return go.Scatterpolar(**about, mode="markers")
            across, up = np.cos(angle), np.sin(angle)
            merged = point_labels(text, radius * across, radius * up, reach=reach)
            position = outward(across, up)
            return go.Scatterpolar(**about, mode="markers+text", textposition=position, texttemplate=merged)


def _polar_chart(traces: Sequence[Any], reach: float, *, has_labels: bool) -> go.Figure:
    space_for_labels = 1.35 if has_labels else 1.05
    radial = {"range": [0, reach * space_for_labels or 1]}
    # Plotly's automatic margins do not include the labels of the angles.
    return chart(traces, {"polar": {"radialaxis": radial}, "margin": {"l": 48, "r": 48, "t": 32, "b": 32}})


def _spokes(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """The coordinates of separate lines: pairs of an inner and an outer value, each followed by NaN."""
    return np.stack([inner, outer, np.full_like(outer, np.nan)], axis=1).ravel()
