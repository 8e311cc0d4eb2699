"""The chart of a result that a chapter draws, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import CodeType
from typing import Any

import plotly.graph_objects as go

from report.content.chapter import Content, Figure, Section
from report.content.failures import LeftOutError
from report.figures.theme import roles_template
from report.outline import OUTLINE, plans
from sumint.lab import Lab, Measured
from sumint.store.sources import sources_of


def figure_of(measured: Measured, name: str, choices: Mapping[str, str]) -> go.Figure:
    """The chart of a result.

    Args:
        measured: where the result comes from.
        name: the name of the figure; empty for the first.
        choices: an option for each control of the figure; the others have their first.

    Raises:
        ValueError: if no chapter draws this result, or there is no such figure or option.
    """
    others = []
    for figure in _figures(measured):
        if name in ("", figure.name):
            return _chart(figure, choices)
        others.append(figure.name)
    analysis = measured.analysis.__name__
    if not others:
        raise ValueError(
            f"no chapter of the report draws this result of {analysis}; its numbers: result.to_frame()"
        )
    similar = get_close_matches(name, others, n=1)
    hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(others)}"
    raise ValueError(f"there is no figure {name!r} of {analysis}; {hint}")


def _figures(measured: Measured) -> Iterator[Figure]:
    """The figures that are drawn from a result, made one after another as they are asked for."""
    names = set()
    for section in _sections(measured.analysis):
        with measured.lab.recording() as requests:
            for content in _contents(section, measured.lab):
                if not isinstance(content, Figure) or content.source is not measured.analysis:
                    continue
                if measured.request in requests and content.name not in names:
                    names.add(content.name)
                    yield content


def _contents(section: Section, lab: Lab) -> Iterator[Content]:
    try:
        yield from section(lab)
    except LeftOutError:
        return


def _sections(analysis: Callable[..., Any]) -> list[Section]:
    """The sections that may draw an analysis: those whose code names it, then the others of their chapters."""
    module = analysis.__module__
    sections = [
        section
        for plan in plans(OUTLINE).values()
        for section in plan.sections
        if module in sources_of(section.__module__)
    ]
    return sorted(sections, key=lambda section: not _names(section, analysis))


def _names(section: Section, analysis: Callable[..., Any]) -> bool:
    """Whether the code of a section names an analysis."""
    code, values = getattr(section, "__code__", None), getattr(section, "__globals__", {})
    return code is not None and any(values.get(name) is analysis for name in _global_names(code))


def _global_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_names(constant)


def _chart(figure: Figure, choices: Mapping[str, str]) -> go.Figure:
    """The chart of one view of a figure, with its title and the light theme."""
    options = {_keyword(control.name): control.options for control in figure.controls}
    for keyword, option in choices.items():
        if keyword not in options:
            controls = ", ".join(options) or "none"
            raise ValueError(f"the figure {figure.name} has no control {keyword!r}; its controls: {controls}")
        if option not in options[keyword]:
            raise ValueError(f"{keyword}={option!r} is not an option; there are {_quoted(options[keyword])}")
    chosen = tuple(choices.get(keyword, of_control[0]) for keyword, of_control in options.items())
    view = next(view for view in figure.views if view.choices == chosen)
    chart = go.Figure(view.plot.figure)
    chart.layout.template = go.layout.Template(roles_template("light", chart))
    chart.update_layout(
        title={"text": figure.title, "subtitle": {"text": view.label}},
        height=figure.height + 80,
        width=figure.width,
    )
    return chart


def _keyword(name: str) -> str:
    """The keyword argument for a control: `replaced_by` for "Replaced by"."""
    return "_".join(name.lower().split())


def _quoted(options: Sequence[str]) -> str:
    return ", ".join(f'"{option}"' for option in options)
