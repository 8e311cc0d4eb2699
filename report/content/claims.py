"""Constructors of claims: general ones, checked on every checkpoint, and the write-up's, checked on its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from report.content.chapter import Claim
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab


@dataclass(frozen=True)
class Finding:
    """The outcome of checking a claim."""

    value: str
    """The measured value as text, or the reason why there was nothing to measure."""
    holds: bool | None
    """The verdict; None where there was nothing to measure."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The measured numbers by name; one that is not finite could not be measured."""

    @property
    def finite_numbers(self) -> dict[str, float]:
        """The numbers that could be measured."""
        return {name: number for name, number in self.numbers.items() if math.isfinite(number)}


def general_claim(
    name: str,
    statement: str,
    *,
    criterion: str,
    source: Callable[..., Any],
    otherwise: str,
    finding: Finding,
) -> Claim:
    """A claim about any checkpoint, with the outcome of its check."""
    return Claim(
        name,
        statement,
        finding.value,
        criterion,
        finding.holds,
        source,
        numbers=finding.finite_numbers,
        otherwise=otherwise,
    )


def published_claim(
    lab: Lab,
    name: str,
    statement: str,
    *,
    criterion: str,
    source: Callable[..., Any],
    check: Callable[[], Finding],
) -> Claim:
    """A claim of the write-up about its own checkpoint, checked by `check` on that checkpoint only.

    On another checkpoint the claim is shown, but not checked: the heads and dimensions that it names have another
    meaning there, or do not exist.
    """
    if lab.weights.digest != ARENA_DIGEST:
        return Claim(name, statement, "", criterion, None, source, kind="published")
    finding = check()
    return Claim(
        name,
        statement,
        finding.value,
        criterion,
        finding.holds,
        source,
        numbers=finding.finite_numbers,
        kind="published",
    )
