"""How charts look, light and dark.

Figures carry no colours: they draw on a colour axis (`DIVERGING`, `SEQUENTIAL`) or give a trace a role. The
template knows the colours, so switching the theme is switching the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

import plotly.graph_objects as go

from report.figures.palette import PALETTES, Palette, ThemeName

Role = int | Literal["guide"]
"""What a trace stands for: a series, by its number, the same in all panels; or a line that guides the eye."""

DIVERGING: Final = "coloraxis"
SEQUENTIAL: Final = "coloraxis2"
SANS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def template(theme: ThemeName) -> dict[str, Any]:
    """Plotly's template of a theme, complete: what it leaves open is plotly.js's default."""
    palette = PALETTES[theme]
    return {"layout": _layout(palette), "data": _trace_defaults(palette)}


def roles_template(theme: ThemeName, plot: go.Figure) -> dict[str, Any]:
    """The template for one figure, with the colours of its traces' roles.

    Plotly hands a template's defaults for a trace type out in turn, so a list with as many entries as the
    figure has traces of that type gives each its own. The browser does the same with the template it has.
    """
    filled = template(theme)
    palette = PALETTES[theme]
    traces: dict[str, list[dict[str, Any]]] = {}
    for trace in traces_of(plot):
        defaults = filled["data"].get(trace.type, [{}])[0]
        traces.setdefault(trace.type, []).append(_in_role(defaults, trace.meta, palette))
    return {**filled, "data": {**filled["data"], **traces}}


def traces_of(plot: go.Figure) -> tuple[Any, ...]:
    """A figure's traces, for which Plotly declares no type."""
    return cast("tuple[Any, ...]", plot.data)


def _in_role(defaults: Mapping[str, Any], role: Role | None, palette: Palette) -> dict[str, Any]:
    if role is None:
        return dict(defaults)
    colour = palette.guide if role == "guide" else palette.series[role % len(palette.series)]
    parts = defaults.keys() & {"line", "marker"}
    return {**defaults, **{part: {**defaults[part], "color": colour} for part in sorted(parts)}}


def _layout(palette: Palette) -> dict[str, Any]:
    axis = {
        "automargin": True,
        "gridcolor": palette.grid,
        "linecolor": palette.rule,
        "tickcolor": palette.rule,
        "ticks": "outside",
        "ticklen": 4,
        "tickfont": {"color": palette.muted},
        "ticklabelstandoff": 3,
        "title": {"standoff": 10, "font": {"size": 12.5}},
        "zeroline": True,
        "zerolinecolor": palette.rule,
        "zerolinewidth": 1,
        "minor": {"showgrid": False},
    }
    scale = {
        "colorbar": {
            "thickness": 9,
            "outlinewidth": 0,
            "ticks": "",
            "tickfont": {"color": palette.muted, "size": 11},
            "nticks": 6,
            "title": {"side": "right", "font": {"size": 12}},
            "x": 1.02,
            "xpad": 4,
            "ypad": 0,
            "exponentformat": "power",
        }
    }
    polar_axis = {key: axis[key] for key in ("gridcolor", "linecolor", "tickcolor", "tickfont")}
    return {
        "font": {"family": SANS, "size": 12.5, "color": palette.ink},
        "paper_bgcolor": palette.ground,
        "plot_bgcolor": palette.ground,
        "colorway": list(palette.series),
        "margin": {"l": 8, "r": 8, "t": 16, "b": 8, "pad": 0},
        "xaxis": axis,
        "yaxis": axis,
        "coloraxis": {**scale, "colorscale": _stops(palette.diverging)},
        "coloraxis2": {**scale, "colorscale": _stops(palette.sequential)},
        "polar": {
            "bgcolor": palette.ground,
            "radialaxis": {
                **polar_axis,
                "showticklabels": False,
                "ticks": "",
                "showline": False,
                "nticks": 4,
            },
            "angularaxis": {**polar_axis, "ticks": "", **_angle_labels()},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
            "itemsizing": "trace",
        },
        "hoverlabel": {
            "bgcolor": palette.raised,
            "bordercolor": palette.rule,
            "font": {"family": SANS, "size": 12.5, "color": palette.ink},
            "align": "left",
        },
        "shapedefaults": {"line": {"color": palette.muted, "width": 1}, "opacity": 0.5, "layer": "below"},
        "annotationdefaults": {"font": {"color": palette.muted, "size": 12.5}, "showarrow": False},
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": palette.muted,
            "activecolor": palette.accent,
        },
        "separators": ".,",
    }


def _trace_defaults(palette: Palette) -> dict[str, Any]:
    outlined = {"color": palette.ground, "width": 1.5}
    dots = {"size": 9, "line": outlined}
    error_bar = {"thickness": 1, "width": 3}
    return {
        "heatmap": [{"xgap": 1, "ygap": 1, "hoverongaps": False}],
        "bar": [{"marker": {"line": {"width": 0}}, "error_y": {**error_bar, "color": palette.ink}}],
        "scatter": [
            {
                "line": {"width": 1.75},
                "marker": dots,
                "textfont": {"color": palette.ink},
                "error_y": error_bar,
            }
        ],
        "scatterpolar": [{"line": {"width": 1}, "marker": dots, "textfont": {"color": palette.ink}}],
    }


def _stops(colours: tuple[str, ...]) -> list[list[float | str]]:
    last = len(colours) - 1
    return [[round(index / last, 4), colour] for index, colour in enumerate(colours)]


def _angle_labels() -> dict[str, Any]:
    """Angles as the formulas name them, from −π to π, since that is where a phase lies."""
    return {
        "tickmode": "array",
        "tickvals": list(range(0, 360, 45)),
        "ticktext": ["0", "π/4", "π/2", "3π/4", "π", "−3π/4", "−π/2", "−π/4"],
    }
