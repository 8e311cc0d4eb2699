"""What a checkpoint's card says in words, made safe to show.

A card comes with a file that anybody may have written. Escaping is for the pages; but a text that is very long,
or whose control characters turn the direction of what stands around it, would spoil any page or terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 400
"""Characters of a text that are shown."""


def card_text(card: Mapping[str, Any], field: str, otherwise: str) -> str:
    """A field of a card as one line of plain text; `otherwise` if the card has no such text."""
    text = card.get(field)
    if not isinstance(text, str):
        return otherwise
    # Category C holds control and format characters, those that turn the direction of writing among them.
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text[: 4 * LONGEST])
    line = " ".join(visible.split())
    if not line:
        return otherwise
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
