"""A figure or a table that these weights may have nothing for: absent then, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from report.content.chapter import Absent, Figure, Table
from report.content.failures import isolated

Shown = TypeVar("Shown", bound=Figure | Table | Absent)


def optional(
    name: str, title: str, *, unless: Callable[..., str]
) -> Callable[[Callable[..., Shown]], Callable[..., Shown | Absent]]:
    """Makes a part of a function that takes its name, its title and what was measured.

    `unless` is given what was measured, too, and says why there is nothing to show, or nothing.
    """

    def absent_or(make: Callable[..., Shown]) -> Callable[..., Shown | Absent]:
        @isolated
        @wraps(make)
        def made(*measured: Any) -> Shown | Absent:
            reason = unless(*measured)
            return Absent(name, title, reason) if reason else make(name, title, *measured)

        return made

    return absent_or
