"""A checkpoint's card: the JSON file of the same stem beside it, which records how it was trained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sumint.errors import InputError
from sumint.machine.files import check_readable, first_line, quote, read_bytes

_LARGEST_CARD = 2**20
"""Bytes; the card of a training of 10,000 epochs has about as many."""


def card_path(path: Path) -> Path:
    """Where the card of a checkpoint lies: beside it, with the ending `.json`."""
    return path.with_suffix(".json")


def read_card(path: Path) -> dict[str, Any]:
    """What the card beside a checkpoint says, or an empty dictionary if it has none.

    Raises:
        InputError: if the card is not a JSON object.
    """
    card = card_path(path)
    if not card.exists():  # a link to a checkpoint finds the card beside the checkpoint itself
        card = card_path(path.resolve())
    if card == path or not card.exists():
        return {}
    check_readable(card)
    written = read_bytes(card)
    if len(written) > _LARGEST_CARD:
        raise InputError(f"{card}: {len(written):,} bytes; no checkpoint's card has more than {_LARGEST_CARD:,}")
    try:
        content = json.loads(written.decode("utf-8"), parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{card}: not a JSON file ({first_line(error)}); remove it or restore it") from None
    if not isinstance(content, dict):
        raise InputError(f"{card}: the card of a checkpoint is a JSON object, not a {type(content).__name__}")
    return content


def _number(digits: str) -> int | float:
    """A whole number, or infinity for one that no computation could use."""
    return int(digits) if len(digits) < 300 else float(digits)


def check_card(card: Mapping[str, Any], digest: str, path: Path) -> None:
    """Raise an `InputError` unless the card of the checkpoint at `path` is that of tensors with this digest."""
    recorded = card.get("tensors_sha256", digest)
    if recorded != digest:
        raise InputError(
            f"{path}: the tensors are not those that {card_path(path).name} describes (sha256 "
            f"{digest[:12]}…, not {quote(recorded)[:14]}…); restore one of the two files"
        )
