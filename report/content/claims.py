"""Claims: sentences of the report that each build checks, and how their checks make them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab


@dataclass(frozen=True)
class Claim:
    """A sentence of the report that the build checks on this checkpoint."""

    name: str
    statement: str
    """The sentence that is claimed, in Markdown with formulas."""
    value: str
    """The measured value as text, in Markdown."""
    criterion: str
    """The condition on the measured value under which the claim holds, in Markdown."""
    holds: bool | None
    """The verdict; None for a published claim on another checkpoint, and where there was nothing to measure."""
    source: Callable[..., Any]
    """The analysis that measured the value."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The measured numbers behind `value`, by name."""
    kind: Literal["general", "published"] = "general"
    """A general claim is checked on every checkpoint; a published one is the write-up's, on its own checkpoint."""
    otherwise: str = ""
    """What is true instead if the claim does not hold, in Markdown."""

    @property
    def verdict(self) -> Literal["holds", "fails", "open"]:
        """The verdict: holds, fails, or open if the claim was not checked."""
        if self.holds is None:
            return "open"
        return "holds" if self.holds else "fails"

    @property
    def verdict_label(self) -> str:
        """The verdict as the page shows it."""
        words = {
            "holds": "Holds",
            "fails": "Does not hold on these weights",
            "open": "Not checked on these weights",
        }
        return words[self.verdict]

    @property
    def is_about_other_checkpoint(self) -> bool:
        """Whether the claim is the write-up's about its own checkpoint, and the report is on another one."""
        return self.kind == "published" and self.holds is None

    @property
    def kind_label(self) -> str:
        """The kind of the claim as the page shows it."""
        words = {"general": "a general claim", "published": "the write-up’s, on its own checkpoint"}
        return words[self.kind]


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
