"""Placeholders for figures and tables that do not apply to this checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Literal, TypeVar

from report.content.chapter import Absent, Figure, Table

Content = TypeVar("Content", bound=Figure | Table | Absent)


def _optional(
    kind: Literal["figure", "table"], name: str, title: str, *, unless: Callable[..., str]
) -> Callable[[Callable[..., Content]], Callable[..., Content | Absent]]:
    """Decorate a function that makes a figure or table from its name, its title and results.

    `unless` takes the same results; if it returns a reason rather than an empty string, an `Absent` with that
    reason takes the place of the figure or table.
    """

    def decorate(make: Callable[..., Content]) -> Callable[..., Content | Absent]:
        @wraps(make)
        def make_or_explain(*results: Any) -> Content | Absent:
            reason = unless(*results)
            return Absent(name, title, reason, kind) if reason else make(name, title, *results)

        return make_or_explain

    return decorate


optional_figure = partial(_optional, "figure")
optional_table = partial(_optional, "table")
