"""The role of a series, which determines its colour, its dash and its marker in every figure.

A role is found from the name of the series, not from its place among others, so that a head or a digit looks the
same wherever it appears. The themes give each role its colour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Role = int | str
"""The name of a role with a colour of its own, or the number of a series without one."""

GUIDE: Final = "guide"
"""The role of a trace that repeats the numbers of another as guide lines; data files omit it."""

LABEL: Final = "label:"
"""Before the role of a line in the role of a trace that writes the line's name; data files omit it."""

MARK: Final = "mark:"
"""Before the role of a trace of marks that follow from the numbers of other traces; data files omit it."""

N_HEADS, N_LAYERS, N_DIGITS = 8, 2, 6
"""The numbers of heads in a layer, of layers and of answer digits that differ in colour; others repeat."""

BY_NAME: Final[Mapping[str, str]] = {
    "carry": "carry",
    "with a carry": "carry",
    "no carry": "no-carry",
    "without": "no-carry",
    "measured": "ink",
    "predicted wrongly": "ink",
    "holds": "holds",
    "does not hold": "fails",
    "not checked": "unchecked",
    "embed": "ink",
    "pos_embed": "muted",
    "direct": "muted",
    "directly": "muted",
    "the rest": "muted",
}
"""The roles of series other than heads and digits of the answer."""

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon")
"""The marker of each head of a layer, and of each digit of the answer."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""The dash of the lines of each layer, and of each digit of the answer."""


def role_of(name: str, number: int) -> Role:
    """The role of the series `name`, or its `number` if it has no role of its own."""
    if head := re.fullmatch(r"H(\d+)\.(\d+)", name):
        return f"layer-{int(head[1]) % N_LAYERS}-{int(head[2]) % N_HEADS}"
    if digit := re.fullmatch(r"C(\d+)", name):
        return f"digit-{int(digit[1]) % N_DIGITS}"
    return BY_NAME.get(name, number)


def is_measured(role: Role | None) -> bool:
    """Whether a trace holds numbers of its own, so that data files contain it."""
    return not (isinstance(role, str) and (role == GUIDE or role.startswith((LABEL, MARK))))


def symbol_of(role: Role) -> str:
    """The marker of a role: that of a head or digit is its own, others have a circle."""
    return SYMBOLS[_last_number(role) % len(SYMBOLS)]


def dash_of(role: Role) -> str:
    """The dash of a role's line: by layer for a head, by number for a digit; others are solid."""
    if isinstance(role, str) and role.startswith("layer-"):
        return DASHES[int(role.split("-")[1])]
    is_digit = isinstance(role, str) and role.startswith("digit-")
    return DASHES[_last_number(role) % len(DASHES)] if is_digit else "solid"


def _last_number(role: Role) -> int:
    """The number at the end of a role's name; 0 if there is none, and for the numbers of series."""
    number = re.search(r"-(\d+)$", str(role)) if isinstance(role, str) else None
    return int(number[1]) if number else 0
