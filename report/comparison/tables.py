"""The differences between two sites as tables of text, for the terminal and for a page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from report.comparison.compare import ClaimChange, Comparison
from report.comparison.json_diff import DataChange, NumberChange
from report.content.claims.record import ClaimRecord
from report.content.claims.states import LABELS
from report.content.safe_text import plain

NOTHING = "–"


@dataclass(frozen=True)
class Section:
    """A table of the differences of one kind."""

    title: str
    n_listed: int
    """The number of claims, figures or tables in the section; some have several rows."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """The indices of the columns that contain numbers."""


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """A section for each kind of difference that occurs; the provenance is last."""
    values = [claim for claim in comparison.claims if not claim.verdict_changed]
    both = (comparison.old, comparison.new)
    all_sections = (
        Section(
            "Claims whose verdict changed",
            len(comparison.verdicts),
            ("Claim", *both),
            tuple(
                (
                    plain(one.old.key),
                    _verdict(one.old),
                    _verdict(one.new),
                )
                for one in comparison.verdicts
            ),
        ),
        Section(
            "Claims whose verdict is the same, but whose value changed",
            len(values),
            ("Claim", "What", *both, "Relative change"),
            tuple(row for claim in values for row in _claim_rows(claim)),
            numeric=(4,),
        ),
        *(
            Section(
                f"Claims only in {name}",
                len(claims),
                ("Claim", "Verdict", "Statement"),
                tuple(map(_claim_row, claims)),
            )
            for name, claims in zip(both, comparison.claims_only, strict=True)
        ),
        Section(
            "Figures and tables whose data changed",
            len(comparison.data),
            ("Figure or table", "Numbers changed", "Largest change", "Largest relative change", "Besides"),
            tuple(map(_data_row, comparison.data)),
            numeric=(1,),
        ),
        *(
            Section(
                f"Figures and tables only in {name}",
                len(names),
                ("Figure or table",),
                tuple((plain(one),) for one in names),
            )
            for name, names in zip(both, comparison.data_only, strict=True)
        ),
        Section(
            "Where the two come from",
            len(comparison.provenance),
            ("What", *both),
            tuple(_mark_empty(row) for row in comparison.provenance),
        ),
    )
    return tuple(section for section in all_sections if section.rows)


def summary(comparison: Comparison) -> str:
    """The result of the comparison on one line."""
    size = f"{comparison.tolerance:g} of a number’s size"
    if not comparison.differs:
        beyond = f" by more than {size}" if comparison.tolerance else ""
        same = f"nothing differs{beyond}: {comparison.n_claims:,} claims, {comparison.n_data:,} figures and tables"
        return f"{same}; only where they come from" if comparison.provenance else same
    parts = []
    if comparison.claims:
        verdicts = f"{len(comparison.verdicts):,} of them in their verdict"
        parts.append(f"claims that changed: {len(comparison.claims):,} of {comparison.n_claims:,}, {verdicts}")
    if comparison.data:
        parts.append(f"figures and tables that changed: {len(comparison.data):,} of {comparison.n_data:,}")
    only = {"claims": comparison.claims_only, "figures and tables": comparison.data_only}
    for what, (old, new) in only.items():
        if old or new:
            parts.append(f"{what} only in the first: {len(old):,}, only in the second: {len(new):,}")
    if comparison.tolerance:
        parts.append(f"changes of up to {size} do not count")
    return "; ".join(parts)


def _claim_rows(claim: ClaimChange) -> Iterator[tuple[str, ...]]:
    key = plain(claim.old.key)
    if claim.old.value != claim.new.value:
        yield key, "value", plain(claim.old.value) or NOTHING, plain(claim.new.value) or NOTHING, ""
        key = ""
    for number in claim.numbers:
        yield key, plain(number.place), _number(number.old), _number(number.new), _share(number.relative)
        key = ""
    for field in claim.changed_fields:
        yield key, field, plain(getattr(claim.old, field)), plain(getattr(claim.new, field)), ""
        key = ""


def _claim_row(claim: ClaimRecord) -> tuple[str, ...]:
    return plain(claim.key), LABELS[claim.state], plain(claim.statement)


def _data_row(change: DataChange) -> tuple[str, ...]:
    besides = [plain(note) for note in change.notes]
    if change.n_labels:
        besides.append(f"labels changed: {change.n_labels:,}, the first {change.first_label}")
    return (
        plain(change.name),
        f"{change.n_changed:,} of {change.n_numbers:,}" if change.n_numbers else NOTHING,
        _change(change.largest_absolute, "absolute"),
        _change(change.largest_relative, "relative"),
        "; ".join(besides),
    )


def _change(number: NumberChange | None, size: str) -> str:
    if number is None:
        return NOTHING
    by = _share(number.relative) if size == "relative" else _number(number.absolute)
    by = "" if math.isinf(number.absolute) else f"{by}: "
    place = f", at {number.place}" if number.place else ""
    return f"{by}{_number(number.old)} → {_number(number.new)}{place}"


def _verdict(claim: ClaimRecord) -> str:
    return f"{LABELS[claim.state]}: {plain(claim.value)}" if claim.value else LABELS[claim.state]


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}".replace("-", "−")


def _share(relative: float) -> str:
    """A relative change in per cent, to two digits."""
    if math.isinf(relative):
        return NOTHING
    return f"{100 * relative:.2g}%" if relative < 0.995 else f"{100 * relative:.0f}%"


def _mark_empty(row: tuple[str, ...]) -> tuple[str, ...]:
    """The row with a dash in each empty cell."""
    return tuple(cell or NOTHING for cell in row)
