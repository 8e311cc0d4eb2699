"""The addresses of a figure's views, which the page keeps, and which name the views' files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from report.content.controls import Control


def slug(label: str) -> str:
    """A label in the form for an address: 2968+1606=4574 becomes 2968-1606-4574."""
    return re.sub(r"[\W_]+", "-", label.lower()).strip("-")


def view_address(choices: Sequence[str]) -> str:
    """The address of a view, made from its choices: 2968-1606-4574.c1."""
    return ".".join(map(slug, choices))


def check_addresses(figure: str, controls: Sequence[Control]) -> None:
    """Raise a `ValueError` if two options of a control would have the same address."""
    for control in controls:
        if len(set(map(slug, control.options))) < len(control.options):
            labels = ", ".join(control.options)
            raise ValueError(f"figure {figure}: expected labels whose letters and digits differ, found {labels}")
