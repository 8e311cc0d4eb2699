"""Charts that are made when they are first needed.

Plotly validates every property of every trace, which takes longer than the rest of the work on a page. A build
that reuses the figures of an earlier one needs no chart, so a chapter holds functions that make charts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    import plotly.graph_objects as go

Numbers = ParamSpec("Numbers")


@dataclass(frozen=True, eq=False)
class LazyChart:
    """A chart that is made when it is first needed."""

    make: Callable[[], go.Figure]

    @cached_property
    def figure(self) -> go.Figure:
        """The Plotly figure, made on first use."""
        return self.make()


def opening(chart: LazyChart, addresses: Mapping[str, str]) -> LazyChart:
    """The chart with the addresses that a click on its cells opens, by "x,y"."""

    def with_addresses() -> go.Figure:
        figure = chart.make()
        meta = figure.layout.to_plotly_json().get("meta", {})
        return figure.update_layout(meta={**meta, "opens": dict(addresses)})

    return LazyChart(with_addresses)


def lazy_chart(make: Callable[Numbers, go.Figure]) -> Callable[Numbers, LazyChart]:
    """Decorate a function that makes a chart, so that it returns a `LazyChart`."""

    @wraps(make)
    def make_lazily(*numbers: Numbers.args, **settings: Numbers.kwargs) -> LazyChart:
        return LazyChart(lambda: make(*numbers, **settings))

    return make_lazily
