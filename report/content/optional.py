"""Placeholders for figures and tables that do not apply to this checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from report.content.chapter import Absent, Figure, Table
from report.content.failures import isolated

Content = TypeVar("Content", bound=Figure | Table | Absent)


def optional(
    name: str, title: str, *, unless: Callable[..., str]
) -> Callable[[Callable[..., Content]], Callable[..., Content | Absent]]:
    """Decorate a function that makes a figure or table from its name, its title and results.

    `unless` takes the same results; if it returns a reason rather than an empty string, an `Absent` with that
    reason takes the place of the figure or table.
    """

    def decorate(make: Callable[..., Content]) -> Callable[..., Content | Absent]:
        @isolated
        @wraps(make)
        def make_or_explain(*results: Any) -> Content | Absent:
            reason = unless(*results)
            return Absent(name, title, reason) if reason else make(name, title, *results)

        return make_or_explain

    return decorate
