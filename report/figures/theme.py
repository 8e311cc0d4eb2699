"""The light and dark themes of charts, as Plotly templates.

Figures contain no colours: a heatmap refers to a colour axis (`DIVERGING`, `SEQUENTIAL`), and any other trace has
a role (`report.figures.roles`). The template defines the colours, so that another template switches the theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import plotly.graph_objects as go

from report.figures.palette import PALETTES, Palette, ThemeName, role_colours
from report.figures.roles import LABEL, MARK, Role

DIVERGING: Final = "coloraxis"
SEQUENTIAL: Final = "coloraxis2"
DEGREES_PER_DIGIT: Final = 36
HALFWAY: Final = -DEGREES_PER_DIGIT / 2
"""The angle at which magnitudes are written on a dial: between the digits 0 and 1, clear of both."""
SANS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def template(theme: ThemeName) -> dict[str, Any]:
    """The complete Plotly template of a theme; all other properties have the defaults of plotly.js."""
    palette = PALETTES[theme]
    return {"layout": _layout(palette), "data": _trace_defaults(palette)}


def roles_template(theme: ThemeName, plot: go.Figure) -> dict[str, Any]:
    """The template for one figure, with the colours of the roles of its traces.

    Plotly assigns the entries of a template's list of defaults for a trace type to the traces of that type in
    order, so a list with one entry per trace sets each trace's colour. The script in the browser does the same.
    """
    filled = template(theme)
    palette = PALETTES[theme]
    traces: dict[str, list[dict[str, Any]]] = {}
    for trace in traces_of(plot):
        defaults = filled["data"].get(trace.type, [{}])[0]
        traces.setdefault(trace.type, []).append(_in_role(defaults, trace.meta, palette))
    return {**filled, "data": {**filled["data"], **traces}}


def traces_of(plot: go.Figure) -> tuple[Any, ...]:
    """The traces of a figure, for which Plotly declares no type."""
    return cast("tuple[Any, ...]", plot.data)


def _in_role(defaults: Mapping[str, Any], role: Role | None, palette: Palette) -> dict[str, Any]:
    if role is None:
        return dict(defaults)
    own = role_colours(palette)
    is_label = isinstance(role, str) and role.startswith(LABEL)
    name = _without_prefix(role)
    colour = own[name] if isinstance(name, str) else palette.series[name % len(palette.series)]
    parts = defaults.keys() & ({"textfont"} if is_label else {"line", "marker"})
    return {**defaults, **{part: {**defaults[part], "color": colour} for part in sorted(parts)}}


def _without_prefix(role: Role) -> Role:
    """The role of the line that a label names; the number of a series is an integer again."""
    if not isinstance(role, str):
        return role
    name = role.removeprefix(LABEL).removeprefix(MARK)
    return int(name) if name.isdigit() else name


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
            "tickfont": {"color": palette.muted, "size": 12},
            "nticks": 6,
            "x": 1.02,
            "xpad": 4,
            "ypad": 0,
            "len": 1,
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
                "tickfont": {"color": palette.muted, "size": 12},
                "angle": HALFWAY,
                "tickangle": 0,
                "ticks": "",
                "showline": False,
                "nticks": 4,
            },
            "angularaxis": {**polar_axis, "ticks": "", **_dial()},
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
        "dragmode": False,
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
                "error_x": error_bar,
                "error_y": error_bar,
            }
        ],
        "scatterpolar": [{"line": {"width": 1}, "marker": dots, "textfont": {"color": palette.ink}}],
    }


def _stops(colours: tuple[str, ...]) -> list[list[float | str]]:
    last = len(colours) - 1
    return [[round(index / last, 4), colour] for index, colour in enumerate(colours)]


def _dial() -> dict[str, Any]:
    """The dial of ten digits: 0 at the top, then clockwise.

    Logits that are largest at a digit have minus its angle as their phase, so phases run counterclockwise.
    """
    return {
        "rotation": 90,
        "direction": "counterclockwise",
        "tickmode": "array",
        "tickvals": [-DEGREES_PER_DIGIT * digit % 360 for digit in range(10)],
        "ticktext": [str(digit) for digit in range(10)],
    }
