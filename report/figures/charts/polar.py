"""Phasors of logits on a dial of ten digits: each points to the digit whose logit it raises most.

Data files hold the phase in radians. Logits that are largest at a digit d have the phase −2πd/10, so the dial,
with 0 at the top and digits clockwise, shows phases counterclockwise; the theme sets this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from report.content.lazy_chart import lazy_chart
from report.figures.charts.base import chart, hover, numbers, outward
from report.figures.charts.labels import point_labels
from report.figures.charts.number_format import hover_format
from report.figures.roles import GUIDE, Role, role_of

Style = Literal["points", "arrow", "line"]
"""The style of a series: separate points, a line from the centre to a point, or a line from point to point."""

ARROWHEAD = 12
"""The size of an arrowhead in pixels."""


@dataclass(frozen=True)
class Polar:
    """One series of a polar chart."""

    r: ArrayLike
    theta: ArrayLike
    """The phase in radians."""
    labels: Sequence[Any] | None = None
    """The labels of the points, merged where they would overlap."""
    style: Style = "points"
    has_spokes: bool = False
    """Whether points have a line from the centre."""
    role: Role | None = None
    """The role of the series, if it does not follow from its name."""


@lazy_chart
def polar(series: Mapping[str, Polar], *, largest: float | None = None) -> go.Figure:
    """A dial of series; `largest` fixes the end of the radial axis, so that views can be compared."""
    outermost = max((float(numbers(one.r).max(initial=0)) for one in series.values()), default=0)
    reach = outermost if largest is None else largest
    traces: list[go.Scatterpolar] = []
    for number, (name, one) in enumerate(series.items()):
        if one.has_spokes:
            traces.append(_spokes(numbers(one.r), numbers(one.theta)))
        traces.append(_trace(name, one, one.role or role_of(name, number), reach))
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
    """A dial of labelled points, each with a line from the centre; `theta` is the phase in radians."""
    return polar({name: Polar(r, theta, labels, has_spokes=True)}).make()


def _trace(name: str, one: Polar, role: Role, reach: float) -> go.Scatterpolar:
    radius, angle = numbers(one.r), numbers(one.theta)
    text = None if one.labels is None else list(map(str, one.labels))
    about = {
        "r": radius,
        "theta": angle,
        "thetaunit": "radians",
        "name": name,
        "text": text,
        "customdata": _digit_of(angle),
        "hovertemplate": hover(
            ("", "<b>%{text}</b>" if text else f"<b>{name}</b>" if name else ""),
            ("magnitude", f"%{{r:{hover_format(radius)}}}"),
            ("points to digit", "%{customdata:.1f}"),
        ),
        "meta": role,
    }
    match one.style:
        case "arrow":
            # The centre is the first point, so that the line starts there.
            ends = {"r": np.append(np.float32(0), radius), "theta": np.append(angle * 0, angle)}
            tip = {"symbol": ["circle", "arrow"], "size": [0, ARROWHEAD], "angleref": "previous"}
            digits = np.append(_digit_of(angle * 0), _digit_of(angle))
            return go.Scatterpolar(
                **{**about, **ends, "customdata": digits}, mode="lines+markers", line={"width": 2.5}, marker=tip
            )
        case "line":
            return go.Scatterpolar(**about, mode="lines", line={"width": 2.5, "dash": "dot"})
        case "points":
            if not text:
                return go.Scatterpolar(**about, mode="markers")
            across, up = -np.sin(angle), np.cos(angle)
            merged = point_labels(text, radius * across, radius * up, reach=reach)
            position = outward(across, up)
            return go.Scatterpolar(**about, mode="markers+text", textposition=position, texttemplate=merged)


def _digit_of(angle: np.ndarray) -> np.ndarray:
    """The digit, from 0 to 10, to which logits with this phase in radians point."""
    return numbers(np.mod(-angle.astype(np.float64) * 10 / (2 * np.pi), 10))


def _polar_chart(traces: Sequence[Any], reach: float, *, has_labels: bool) -> go.Figure:
    space_for_labels = 1.35 if has_labels else 1.05
    radial = {"range": [0, reach * space_for_labels or 1]}
    # Plotly's automatic margins do not include the digits around the dial.
    return chart(traces, {"polar": {"radialaxis": radial}, "margin": {"l": 48, "r": 48, "t": 32, "b": 32}})


def _spokes(radius: np.ndarray, angle: np.ndarray) -> go.Scatterpolar:
    """Lines from the centre to points, as one trace in which NaN separates the lines."""
    return go.Scatterpolar(
        r=_separate(np.zeros_like(radius), radius),
        theta=_separate(angle, angle),
        thetaunit="radians",
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        meta=GUIDE,
    )


def _separate(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """The coordinates of separate lines: pairs of an inner and an outer value, each followed by NaN."""
    return np.stack([inner, outer, np.full_like(outer, np.nan)], axis=1).ravel()
