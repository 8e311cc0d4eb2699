"""How one claim differs between two models: its verdict, whether it was checked at all, or its numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from report.comparison.json_diff import NumberChange, is_beyond
from report.content.claims.record import ClaimRecord


@dataclass(frozen=True)
class ClaimChange:
    """A claim of both models that differs between them."""

    old: ClaimRecord
    new: ClaimRecord
    numbers: tuple[NumberChange, ...] = ()
    """The numbers that changed, by name, the largest relative change first."""
    changed_fields: tuple[str, ...] = ()
    """Which of the fields statement, criterion and kind changed."""

    @property
    def verdict_changed(self) -> bool:
        """Whether the claim holds for one of the two and does not hold for the other."""
        return self.old.was_checked and self.new.was_checked and self.old.holds != self.new.holds

    @property
    def is_one_sided(self) -> bool:
        """Whether the states differ, and at most one of the two is a verdict."""
        return self.old.state != self.new.state and not (self.old.was_checked and self.new.was_checked)

    @property
    def size(self) -> float:
        """The largest relative change of the claim's numbers; 0 if none changed."""
        return max((number.relative for number in self.numbers), default=0.0)


def claim_change(old: ClaimRecord, new: ClaimRecord, tolerance: float = 0.0) -> ClaimChange | None:
    """How a claim differs; None if it does not, but for relative changes of numbers up to `tolerance`."""
    numbers = [
        NumberChange(name, old.numbers.get(name), new.numbers.get(name))
        for name in dict.fromkeys((*old.numbers, *new.numbers))
    ]
    changes = [number for number in numbers if is_beyond(number.old, number.new, tolerance)]
    changes.sort(key=lambda number: -number.relative)
    changed_fields = tuple(field for field, text in FIELDS.items() if text(old) != text(new))
    # The text of the value follows from the numbers if there are any, so with a tolerance only the numbers count.
    value_changed = old.value != new.value and not (tolerance and numbers)
    if not (changes or changed_fields or value_changed or old.state != new.state):
        return None
    return ClaimChange(old, new, tuple(changes), changed_fields)


FIELDS: dict[str, Callable[[ClaimRecord], str]] = {
    "statement": lambda claim: claim.statement,
    "criterion": lambda claim: claim.criterion,
    "kind": lambda claim: claim.kind,
}
"""The texts of a claim that are compared, by name."""
