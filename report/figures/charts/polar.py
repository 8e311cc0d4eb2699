"""Polar diagrams: what has a magnitude and a phase."""

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

RenderedFigures = Literal["points", "arrow", "line", "cloud"]
"""Points each on its own; a line from the middle to a single point, or from point to point; a cloud of small dots.

Dots are drawn as SVG, as all else is. WebGL would draw many more, but not everywhere: where there is none, Plotly
shows a message and a link instead of the chart.
"""


@dataclass(frozen=True)
class Polar:
    """One series of a polar diagram."""

    r: ArrayLike
    theta: ArrayLike
    """Radians."""
    labels: Sequence[Any] | None = None
    """Written beside the points, as one where they would overlap; in a cloud, in their hover labels only."""
    drawn: RenderedFigures = "points"


@lazy_chart
def polar(series: Mapping[str, Polar], *, largest: float | None = None) -> go.Figure:
    """Series by magnitude and phase; `largest` is where the radial axis ends, so that views can be compared."""
    drawn = max((float(numbers(one.r).max(initial=0)) for one in series.values()), default=0)
    reach = drawn if largest is None else largest
    traces = [_trace(name, one, role, reach) for role, (name, one) in enumerate(series.items())]
    labelled = any(one.labels is not None and one.drawn == "points" for one in series.values())
    return _polar_plot(traces, reach, labelled=labelled)


@lazy_chart
def polar_points(
    r: ArrayLike,
    theta: ArrayLike,
    labels: Sequence[Any],
    *,
    name: str = "",
) -> go.Figure:
    """Labelled points by magnitude and phase, in radians, each with a line from the middle, as arrows have."""
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
    return _polar_plot([spokes, points], reach, labelled=True)


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
    match one.drawn:
        case "cloud":
            dots = {"size": 3, "opacity": 0.5, "line": {"width": 0}}
            return go.Scatterpolar(**about, mode="markers", marker=dots)
        case "arrow":
            # The middle comes first, so that the line starts there.
            ends = {"r": np.append(np.float32(0), radius), "theta": np.append(angle * 0, angle)}
            return go.Scatterpolar(**{**about, **ends}, mode="lines", line={"width": 2.5})
        case "line":
            return go.Scatterpolar(**about, mode="lines", line={"width": 2.5})
        case "points":
            if not text:
                return go.Scatterpolar(**about, mode="markers")
            across, up = np.cos(angle), np.sin(angle)
            written = point_labels(text, radius * across, radius * up, reach=reach)
            place = outward(across, up)
            return go.Scatterpolar(**about, mode="markers+text", textposition=place, texttemplate=written)


def _polar_plot(traces: Sequence[Any], reach: float, *, labelled: bool) -> go.Figure:
    room_for_labels = 1.35 if labelled else 1.05
    radial = {"range": [0, reach * room_for_labels or 1]}
    # Plotly does not count the angles' labels to the margin.
    return chart(traces, {"polar": {"radialaxis": radial}, "margin": {"l": 48, "r": 48, "t": 32, "b": 32}})


def _spokes(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Pairs of values with a gap after each: lines that don't join one another."""
    return np.stack([inner, outer, np.full_like(outer, np.nan)], axis=1).ravel()
