"""Every claim of a report beside the same claim of another model's report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from report.comparison.compared_model import ComparedModel
from report.content.claims.record import ClaimRecord

Relation = Literal["differs", "one-sided", "same", "open"]
"""How the outcomes of a claim on two models relate.

- `differs`: it holds on one and does not hold on the other.
- `one-sided`: it has a verdict on one of the two alone.
- `same`: it has the same verdict on both.
- `open`: it has a verdict on neither.
"""
IN_ORDER: tuple[Relation, ...] = ("differs", "one-sided", "same", "open")


@dataclass(frozen=True)
class ClaimPair:
    """A claim of the report, and the same claim on the other model."""

    ours: ClaimRecord
    theirs: ClaimRecord | None
    """None if the other report does not have it."""

    @property
    def relation(self) -> Relation:
        """How the two outcomes relate."""
        checked = (self.ours.was_checked, self.theirs is not None and self.theirs.was_checked)
        if not all(checked):
            return "one-sided" if any(checked) else "open"
        return "same" if self.theirs is not None and self.ours.holds == self.theirs.holds else "differs"

    @property
    def is_near(self) -> bool:
        """Whether one of the two outcomes is near the limit."""
        return self.ours.is_near or (self.theirs is not None and self.theirs.is_near)


@dataclass(frozen=True)
class ClaimPairs:
    """Every claim of the report with that of the other model, different verdicts first."""

    names: tuple[str, str]
    """The names of the report's model and of the other one."""
    pairs: tuple[ClaimPair, ...]

    @property
    def counts(self) -> Counter[Relation]:
        """The number of claims of each relation."""
        return Counter(pair.relation for pair in self.pairs)

    @property
    def n_checked(self) -> int:
        """The number of claims that have a verdict on both models."""
        return self.counts["differs"] + self.counts["same"]

    @classmethod
    def of(cls, names: tuple[str, str], ours: ComparedModel, theirs: ComparedModel) -> ClaimPairs:
        """Pair the claims of two models, but for those about the bundled seeds, which are about neither."""
        pairs = [
            ClaimPair(claim, theirs.claims.get(key)) for key, claim in ours.claims.items() if claim.kind != "seeds"
        ]
        # Claims of the write-up about its own checkpoint follow those of their relation that are about any model.
        pairs.sort(key=lambda pair: (IN_ORDER.index(pair.relation), pair.ours.kind == "published", pair.is_near))
        return cls(names, tuple(pairs))
