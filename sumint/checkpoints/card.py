"""A checkpoint's card: the JSON file with the same stem next to it, which records how the model was trained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sumint.errors import InputError
from sumint.machine.files import check_readable, first_line, quote, read_bytes

_MAX_CARD_SIZE = 2**20
"""The largest size of a card in bytes: about that of a training of 10,000 epochs."""


def card_path(path: Path) -> Path:
    """The path of a checkpoint's card: that of the checkpoint, with the suffix `.json`."""
    return path.with_suffix(".json")


def read_card(path: Path) -> dict[str, Any]:
    """The content of the card next to a checkpoint, or an empty dictionary if there is none.

    Raises:
        InputError: if the card is not a JSON object.
    """
    card = card_path(path)
    if not card.exists():  # the checkpoint may be a link: look next to its target
        card = card_path(path.resolve())
    if card == path or not card.exists():
        return {}
    check_readable(card)
    json_bytes = read_bytes(card)
    if len(json_bytes) > _MAX_CARD_SIZE:
        raise InputError(
            f"{card}: has {len(json_bytes):,} bytes; a checkpoint's card has at most {_MAX_CARD_SIZE:,}; "
            "remove it or restore it"
        )
    try:
        content = json.loads(json_bytes.decode("utf-8"), parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{card}: not a JSON file ({first_line(error)}); remove it or restore it") from None
    if not isinstance(content, dict):
        raise InputError(
            f"{card}: the card of a checkpoint must be a JSON object, found {type(content).__name__}; "
            "remove it or restore it"
        )
    return content


def _number(digits: str) -> int | float:
    """The integer, or infinity if it is too large for any computation."""
    return int(digits) if len(digits) < 300 else float(digits)


def n_heads_on(card: Mapping[str, Any], path: Path) -> int | None:
    """The number of heads that a card records; None if it does not.

    Raises:
        InputError: if it is no positive whole number.
    """
    n_heads = card.get("n_heads")
    if n_heads is None:
        return None
    if not isinstance(n_heads, int) or isinstance(n_heads, bool) or n_heads < 1:
        raise InputError(
            f"{card_path(path)}: n_heads: expected a positive whole number, found {quote(str(n_heads))}"
        )
    return n_heads


def check_card(card: Mapping[str, Any], digest: str, path: Path) -> None:
    """Raise an `InputError` if the card of the checkpoint at `path` records the digest of other tensors."""
    expected = card.get("tensors_sha256", digest)
    if expected != digest:
        raise InputError(
            f"{path}: the tensors are not those that {card_path(path).name} describes (expected sha256 "
            f"{quote(expected)[:14]}…, found {digest[:12]}…); restore one of the two files"
        )
