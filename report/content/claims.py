"""How claims come about: measured on any weights, or the write-up's own, checked on the write-up's checkpoint."""

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
    """What the check of a claim came to."""

    value: str
    """What was measured; or why there was nothing to measure."""
    holds: bool | None
    """The verdict; None where there was nothing to measure."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """By name; one that is not finite could not be measured, and the claim does without it."""

    @property
    def measured(self) -> dict[str, float]:
        """The numbers that there are."""
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
    """A sentence about any weights, and what was found of it."""
    return Claim(
        name,
        statement,
        finding.value,
        criterion,
        finding.holds,
        source,
        numbers=finding.measured,
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
    """A sentence of the write-up about its own checkpoint, names and all.

    On other weights it is shown, but not checked: its names of heads and dimensions mean nothing there, and may
    not even exist.
    """
    if lab.weights.digest != ARENA_DIGEST:
        return Claim(name, statement, "", criterion, None, source, kind="published")
    found = check()
    return Claim(
        name, statement, found.value, criterion, found.holds, source, numbers=found.measured, kind="published"
    )
