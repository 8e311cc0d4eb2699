"""The names of the columns of the CSV files.

A CSV file is tidy: a row for each observation, and a column for each variable and for everything that identifies
the row. The columns follow from the titles of controls and axes, and from the headings of tables. `columns.toml`
names them; a title that it does not list becomes a column of its own, so that a chapter from outside the package
needs no entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from report.figures.columns.entries import Names, entries
from report.figures.columns.labels import listed_labels
from report.figures.view_address import slug

KINDS = {r"H\d+\.\d+": "head", r"C\d+": "answer_digit"}
"""The columns of labels that show themselves what they are."""

UNIT = re.compile(r"^(.*\S)\s*\(([^()]*)\)$")
"""A title with a unit in brackets: rise in loss (nats)."""


@dataclass(frozen=True)
class FigureColumns:
    """The columns of a figure's CSV, by what of its data they hold."""

    controls: tuple[Names, ...]
    """Those of the choices of a view, by control."""
    panel: Names
    series: Names
    """Those of the panel and of the name of a trace; empty if all traces have the same, or none."""
    axes: Mapping[str, Mapping[str, Names]]
    """Those of the values along x, y and z, and `error` for the deviations of y, by the title of the axis."""
    points: Names
    """Those of the labels that all traces of a view share."""
    text: Names
    """Those of the texts of a trace; empty if they only repeat its numbers."""
    r: Names
    theta: Names
    labels: Mapping[str, Mapping[str, Sequence[str]]]
    """The values of the labels that the browser cannot divide itself, by their columns and by label."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every column in order, once."""
        of_axes = (names for by_title in self.axes.values() for names in by_title.values())
        order = (
            *(*self.controls, self.panel, self.series, self.points),
            *(*of_axes, self.r, self.theta, self.text),
        )
        return tuple(dict.fromkeys(chain.from_iterable(order)))

    def to_json(self) -> dict[str, Any]:
        """The columns in the form in which the script of a figure contains them."""
        return {
            "controls": list(map(list, self.controls)),
            "axes": {
                axis: {title: list(names) for title, names in one.items()} for axis, one in self.axes.items()
            },
            **{
                part: list(getattr(self, part))
                for part in ("panel", "series", "points", "text", "r", "theta", "all")
            },
            "labels": {names: dict(listed) for names, listed in self.labels.items()},
        }


def figure_columns(name: str, data: Mapping[str, Any]) -> FigureColumns:
    """The columns of a figure, by its name (ablation/head-ablation) and its data in the form of `figure_data`."""
    own = entries()["in"].get(name, {})
    views = data["views"]
    traces = [(view["axes"], trace) for view in views for trace in view["traces"]]
    choices = zip(*(view["choices"] for view in views), strict=True)
    controls = [_titled(own, title, labels) for title, labels in zip(data["controls"], choices, strict=False)]
    panel = _part(own, "panel", [trace.get("panel", "") for _, trace in traces])
    series = _part(own, "series", [trace["name"] for _, trace in traces])
    taken = set(chain.from_iterable((*controls, panel, series)))
    # The rows of a matrix come before its columns, and the place of a point before its value.
    in_order = ("y", "x", "z") if any("z" in trace for _, trace in traces) else ("x", "y", "z")
    axes: dict[str, dict[str, Names]] = {axis: {} for axis in (*in_order, "error")}
    for titles, trace in traces:
        used: set[str] = set()
        for axis in in_order:
            title = titles.get("z", "") if axis == "z" else titles.get(trace.get(f"{axis}_axis", axis), "")
            if axis in trace and title not in axes[axis]:
                labels = trace[axis] if axis != "z" else ()
                names = _names(own[axis]) if axis in own and not title else _titled(own, title or axis, labels)
                axes[axis][title] = tuple(f"other_{one}" if one in used | taken else one for one in names)
            used |= set(axes[axis].get(title, ()))
        if "error_y" in trace:
            title = titles.get(trace.get("y_axis", "y"), "")
            axes["error"][title] = (f"{axes['y'][title][0]}_sd",)
    channels = set(chain.from_iterable(trace for _, trace in traces))
    is_labelled = any("text" in trace and "z" not in trace for _, trace in traces)
    has_text = "text" in own or is_labelled
    shared = next((view["points"] for view in views if "points" in view), ())
    columns = FigureColumns(
        controls=tuple(controls),
        panel=panel,
        series=series,
        axes={axis: dict(names) for axis, names in axes.items() if names},
        points=_titled(own, "Sum", shared) if shared else (),
        text=_names(own.get("text", "label")) if has_text else (),
        r=("magnitude",) if "r" in channels else (),
        theta=("phase",) if "theta" in channels else (),
        labels={},
    )
    return replace(columns, labels=listed_labels(_labels_of(columns, views)))


def _labels_of(
    columns: FigureColumns, views: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Names, Iterable[object]]]:
    """The columns of every label of a figure, with the labels."""
    for view in views:
        yield from ((names, [one]) for names, one in zip(columns.controls, view["choices"], strict=False))
        yield columns.points, view.get("points", ())
        for trace in view["traces"]:
            yield columns.panel, [trace.get("panel", "")]
            yield columns.series, [trace["name"]]
            for axis in ("x", "y"):
                title = view["axes"].get(trace.get(f"{axis}_axis", axis), "")
                yield columns.axes.get(axis, {}).get(title, ()), trace.get(axis, ())
            texts = trace.get("text", ())
            yield columns.text, chain.from_iterable(texts) if "z" in trace else texts


def table_columns(name: str, columns: Mapping[str, Sequence[Any]]) -> tuple[Names, ...]:
    """The columns of a table for each of its own, by its name and the values of each; a sum has its operands."""
    own = entries()["in"].get(name, {})
    names = [_titled(own, heading, values) for heading, values in columns.items()]
    if len(set(chain.from_iterable(names))) < sum(map(len, names)):
        return tuple((column_name(heading),) for heading in columns)
    return tuple(names)


def _titled(own: Mapping[str, Any], title: str, labels: Iterable[Any] = ()) -> Names:
    """The columns of what has a title: those of its entry, of the kind of its labels, or of the title itself."""
    if title in own:
        return _names(own[title])
    kind = _kind(labels)
    if kind and title.lower() in ("digit", "head", ""):
        return (kind,)
    return _names(entries()["titles"].get(title) or column_name(title))


def _part(own: Mapping[str, Any], part: str, names: Sequence[str]) -> Names:
    """The columns of the names of panels or series; none if they are all the same."""
    if len(set(names) - {""}) < 2:
        return ()
    return _names(own.get(part) or _kind(filter(None, names)) or part)


def _kind(labels: Iterable[Any]) -> str:
    """The column of labels that show themselves what they are; empty for others."""
    texts = list(labels)
    return next(
        (
            name
            for pattern, name in KINDS.items()
            if texts and all(isinstance(one, str) and re.fullmatch(pattern, one) for one in texts)
        ),
        "",
    )


def column_name(title: str) -> str:
    """A title in the form of a name: rise in loss (nats) becomes rise_in_loss."""
    with_unit = UNIT.match(title)
    bare = with_unit[1] if with_unit else title
    return (
        slug(bare.replace("²", "2").replace("−", " minus ").replace("%", " percent ")).replace("-", "_") or "value"
    )


def _names(entry: str | Sequence[str]) -> Names:
    return (entry,) if isinstance(entry, str) else tuple(entry)
