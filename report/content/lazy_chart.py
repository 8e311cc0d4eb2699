"""A chart as a chapter holds it: how to make it, not what Plotly has made of it.

Plotly checks every property of every trace, which takes longer than all else about a page. A build whose charts
are kept from an earlier one needs none of them, so each is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    import plotly.graph_objects as go

Numbers = ParamSpec("Numbers")


@dataclass(frozen=True, eq=False)
class LazyChart:
    """A chart, made when it is first needed."""

    make: Callable[[], go.Figure]

    @cached_property
    def figure(self) -> go.Figure:
        """What Plotly makes of it, once."""
        return self.make()


def lazy_chart(make: Callable[Numbers, go.Figure]) -> Callable[Numbers, LazyChart]:
    """Turn a function that makes a chart at once into one that does so when the chart is needed."""

    @wraps(make)
    def later(*numbers: Numbers.args, **settings: Numbers.kwargs) -> LazyChart:
        return LazyChart(lambda: make(*numbers, **settings))

    return later
