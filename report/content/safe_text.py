"""Sanitising of untrusted text for a terminal and, once it is escaped, for a page.

A card or a site may come from anybody. Control characters that move the cursor, change the writing direction or
break the terminal's encoding are removed, and very long texts are truncated.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 400
"""The maximum number of characters of a text that are shown."""
MOST_MARKS = 4
"""The maximum number of accents on one letter that are shown; more would overlap the lines above."""


def plain(text: str, longest: int = LONGEST) -> str:
    """A text as one line of visible characters; each invisible one becomes a replacement character."""
    # Category C holds control and format characters and halves of surrogate pairs.
    line = "".join(
        letter if letter == " " or unicodedata.category(letter)[0] not in "CZ" else _replacement(letter)
        for letter in text[: longest + 1]
    )
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def card_text(card: Mapping[str, Any], field: str, otherwise: str) -> str:
    """A field of a card as one line of safe text; `otherwise`, also made safe, if the card has no such text."""
    text = card.get(field)
    return (one_line(text) if isinstance(text, str) else "") or one_line(otherwise)


def one_line(text: str) -> str:
    """A text as one line of visible characters; empty if it contains no visible character."""
    line = " ".join("".join(_visible(text[: 4 * LONGEST])).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)[0]
        marks = marks + 1 if category == "M" else 0
        if marks <= MOST_MARKS:
            # Category C holds control and format characters, including those that change the writing direction.
            yield " " if category in "CZ" else letter


def _replacement(letter: str) -> str:
    return " " if unicodedata.category(letter)[0] == "Z" or letter in "\t\n\r" else "\N{REPLACEMENT CHARACTER}"
