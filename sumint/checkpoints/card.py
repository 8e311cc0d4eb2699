"""A checkpoint's card: the JSON file with the same stem next to it, which records how the model was trained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
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

    Beside a `.safetensors` file the JSON file of the same stem is its card. Beside any other file it may be
    anything, such as the log of a training script: what is not a card is not taken for one.

    Raises:
        InputError: if the card of a `.safetensors` file is not a JSON object.
    """
    card = card_path(path)
    if not card.exists():  # the checkpoint may be a link: look next to its target
        card = card_path(path.resolve())
    if card == path or not card.exists():
        return {}
    if path.suffix != ".safetensors":
        try:
            content = _content_of(card)
        except InputError:
            return {}
        return content if is_card(content) else {}
    return _content_of(card)


def _content_of(card: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        InputError: if the file holds anything else.
    """
    check_readable(card)
    json_bytes = read_bytes(card)
    if len(json_bytes) > _MAX_CARD_SIZE:
        raise InputError(
            f"{card}: has {len(json_bytes):,} bytes; a checkpoint's card has at most {_MAX_CARD_SIZE:,}; "
            "remove it or restore it"
        )
    try:
        content = json.loads(json_bytes.decode("utf-8-sig"), parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{card}: not a JSON file ({first_line(error)}); remove it or restore it") from None
    if not isinstance(content, dict):
        raise InputError(
            f"{card}: the card of a checkpoint must be a JSON object, found {type(content).__name__}; "
            "remove it or restore it"
        )
    return content


FIELDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "name": (str, "a text"),
    "origin": (str, "a text"),
    "recipe": (dict, "an object"),
    "history": (dict, "an object with lists of one number for each epoch"),
    "n_heads": (int, "a whole number"),
    "best_epoch": (int, "a whole number"),
    "validation_accuracy": ((int, float), "a number"),
    "validation_loss": ((int, float), "a number"),
    "versions": (dict, "an object"),
    "tensors_sha256": (str, "a text"),
}
"""What a card can hold, and of which kind each part is."""

HISTORY = ("training_loss", "validation_loss", "validation_accuracy")


def is_card(content: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a card: it has a part of one, or is empty."""
    return not content or any(name in FIELDS for name in content)


def problems_of(card: Mapping[str, Any]) -> list[str]:
    """What of a card is unknown or malformed, and so has no effect, in a line each."""
    problems = []
    for name, value in card.items():
        if name not in FIELDS:
            similar = get_close_matches(name, FIELDS, n=1)
            hint = f"; did you mean {similar[0]}?" if similar else f"; a card can hold {', '.join(FIELDS)}"
            problems.append(f"{quote(name)} is unknown and has no effect{hint}")
        elif not isinstance(value, FIELDS[name][0]) or isinstance(value, bool):
            problems.append(f"{name}: expected {FIELDS[name][1]}, found {type(value).__name__}; it has no effect")
    history = card.get("history")
    if isinstance(history, dict):
        lists = [history.get(name) for name in HISTORY]
        if not all(isinstance(one, list) and one for one in lists) or len({len(one or ()) for one in lists}) > 1:
            problems.append(f"history: expected {', '.join(HISTORY)}, lists of the same length; it is not drawn")
    return problems


def _number(digits: str) -> int | float:
    """The integer, or infinity if it is too large for any computation."""
    return int(digits) if len(digits) < 300 else float(digits)


def n_heads_on(card: Mapping[str, Any], path: Path) -> int | None:
    """The number of heads that a card records; None if it does not.

    Raises:
        InputError: if it is not a positive whole number.
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
