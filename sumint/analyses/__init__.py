"""The analyses: one function in a module of the same name, grouped by what they measure."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any


def analysis_names() -> tuple[str, ...]:
    """The name of every analysis, in alphabetical order."""
    return tuple(sorted(path.stem for path in _modules()))


def analysis_by_name(name: str) -> Callable[..., Any]:
    """The analysis of this name.

    Raises:
        ValueError: if there is none; the message suggests similar names.
    """
    for path in _modules():
        if path.stem == name:
            return getattr(import_module(f"{__name__}.{path.parent.name}.{name}"), name)
    similar = get_close_matches(name, analysis_names()) or analysis_names()
    raise ValueError(f"there is no analysis {name!r}; did you mean {' or '.join(similar)}?")


def _modules() -> list[Path]:
    return list(Path(__file__).parent.glob("*/[!_]*.py"))
