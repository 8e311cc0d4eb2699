"""The positions of a sum, each with its token, as components show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sumint.task.sums import VOCABULARY


@dataclass(frozen=True)
class PositionToken:
    """A position of a sum and the token there."""

    name: str
    """The name of the position: A0 … C3; + and = are their own names."""
    token: str
    label: str
    """The name with the token, if they differ: A0 2."""


def position_tokens(names: Iterable[str], tokens: Iterable[int]) -> tuple[PositionToken, ...]:
    """The positions with these names and tokens."""
    written = [VOCABULARY[token] for token in tokens]
    return tuple(
        PositionToken(name, token, name if name == token else f"{name} {token}")
        for name, token in zip(names, written, strict=True)
    )
