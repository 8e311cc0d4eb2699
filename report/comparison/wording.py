"""The words in which a difference between two models is described, in the terminal and on pages."""

from __future__ import annotations

import math

from report.comparison.claim_change import ClaimChange
from report.comparison.json_diff import DataChange, NumberChange
from report.content.claims.condition import Condition
from report.content.claims.record import ClaimRecord
from report.content.claims.states import SHORT_LABELS
from report.content.formats import NO_BREAK
from report.content.safe_text import plain

LONGEST_VALUE = 160
"""The maximum number of characters of a measured value that no single number decides."""


def verdict(claim: ClaimRecord) -> str:
    """The outcome of a claim in a few words: does not hold, near the limit."""
    return f"{SHORT_LABELS[claim.state]}, near the limit" if claim.is_near else SHORT_LABELS[claim.state]


def deciding_number(claim: ClaimRecord) -> str:
    """The number that decides a claim, with its limit: 94.0% (≥ 95%; 95% interval 87.5% to 97.2%).

    The interval is stated if the limit lies within it. A claim without such a number has its value as text.
    """
    check, deciding = claim.check, claim.check.deciding
    if not check.short_value or not isinstance(deciding, Condition) or deciding.deciding is None:
        return plain(claim.value, LONGEST_VALUE)
    details = [plain(check.short_bound).replace(" ", NO_BREAK)]
    if claim.is_near and deciding.deciding.interval is not None:
        low, high = map(deciding.format, deciding.deciding.interval)
        details.append(f"within the 95% interval {plain(low)} to {plain(high)}")
    return f"{plain(check.short_value)} ({'; '.join(details)})"


def changed_values(change: ClaimChange) -> str:
    """What changed of a claim with the same verdict: the number that decides, and the largest other change."""
    numbers = [deciding_number(claim) for claim in (change.old, change.new)]
    parts = [f"{numbers[0]} → {numbers[1]}" if numbers[0] != numbers[1] else numbers[0]]
    if change.old.state != change.new.state:
        parts.append(f"{verdict(change.old)} → {verdict(change.new)}")
    if change.numbers:
        largest = change.numbers[0]
        others = f" of {len(change.numbers):,} numbers" if len(change.numbers) > 1 else ""
        parts.append(f"largest change{others}: {_relative(largest)}")
    for field in change.changed_fields:
        old, new = (plain(getattr(claim, field)) for claim in (change.old, change.new))
        parts.append(f"{field}: {old} → {new}")
    return "; ".join(filter(None, parts))


def changed_data(change: DataChange) -> str:
    """What changed in the data of a figure or table: how many numbers, by how much at most, and what else."""
    parts = []
    if change.n_numbers:
        parts.append(f"{change.n_changed:,} of {change.n_numbers:,} numbers")
    largest, relative = change.largest_absolute, change.largest_relative
    if largest is not None:
        by = "" if math.isinf(largest.absolute) else f"{number(largest.absolute)}: "
        parts.append(f"largest change {by}{_from_to(largest)}")
    if relative is not None and relative != largest:
        parts.append(f"largest relative change {_relative(relative)}")
    elif relative is not None and not math.isinf(relative.relative):
        parts[-1] += f" ({share(relative.relative)})"
    parts += [plain(note) for note in change.notes]
    if change.n_labels:
        parts.append(f"labels changed: {change.n_labels:,}, the first {change.first_label}")
    return "; ".join(parts)


def number(value: float | None) -> str:
    """A number of any size to four digits."""
    return "none" if value is None else f"{value:.4g}".replace("-", "−")


def share(relative: float) -> str:
    """A relative change in per cent, to two digits."""
    return f"{100 * relative:.2g}%" if relative < 0.995 else f"{100 * relative:.0f}%"


def _relative(change: NumberChange) -> str:
    by = "" if math.isinf(change.relative) else f" ({share(change.relative)})"
    return f"{_from_to(change)}{by}"


def _from_to(change: NumberChange) -> str:
    place = f", at {plain(change.place)}" if change.place else ""
    return f"{number(change.old)} → {number(change.new)}{place}"
