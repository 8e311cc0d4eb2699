"""What differs between two sites as tables of words, for a terminal and for a page alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from report.comparison.compare import ClaimChange, Comparison
from report.comparison.json_diff import DataChange, NumberChange
from report.comparison.published_site import PublishedClaim
from report.content.safe_text import plain

NOTHING = "–"


@dataclass(frozen=True)
class Section:
    """One kind of difference."""

    title: str
    n_listed: int
    """How many claims, figures or tables it lists; some have several rows."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """The columns that hold numbers."""


def sections(found: Comparison) -> tuple[Section, ...]:
    """A table for each kind of difference that was found; what the two were made from comes last."""
    values = [claim for claim in found.claims if not claim.verdict_changed]
    both = (found.old, found.new)
    run_chapter = (
        Section(
            "Claims whose verdict changed",
            len(found.verdicts),
            ("Claim", *both),
            tuple(
                (
                    plain(one.old.key),
                    _verdict(one.old),
                    _verdict(one.new),
                )
                for one in found.verdicts
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
            for name, claims in zip(both, found.claims_only, strict=True)
        ),
        Section(
            "Figures and tables whose data changed",
            len(found.data),
            ("Figure or table", "Numbers changed", "Largest change", "Largest relative change", "Besides"),
            tuple(map(_data_row, found.data)),
            numeric=(1,),
        ),
        *(
            Section(
                f"Figures and tables only in {name}",
                len(names),
                ("Figure or table",),
                tuple((plain(one),) for one in names),
            )
            for name, names in zip(both, found.data_only, strict=True)
        ),
        Section(
            "Where the two come from",
            len(found.provenance),
            ("What", *both),
            tuple(_or_nothing(row) for row in found.provenance),
        ),
    )
    return tuple(section for section in run_chapter if section.rows)


def summary(found: Comparison) -> str:
    """What the comparison came to, in a line."""
    size = f"{found.tolerance:g} of a number’s size"
    if not found.differs:
        beyond = f" by more than {size}" if found.tolerance else ""
        same = f"nothing differs{beyond}: {found.n_claims:,} claims, {found.n_data:,} figures and tables"
        return f"{same}; only where they come from" if found.provenance else same
    parts = []
    if found.claims:
        verdicts = f"{len(found.verdicts):,} of them in their verdict"
        parts.append(f"claims that changed: {len(found.claims):,} of {found.n_claims:,}, {verdicts}")
    if found.data:
        parts.append(f"figures and tables that changed: {len(found.data):,} of {found.n_data:,}")
    only = {"claims": found.claims_only, "figures and tables": found.data_only}
    for what, (old, new) in only.items():
        if old or new:
            parts.append(f"{what} only in the first: {len(old):,}, only in the second: {len(new):,}")
    if found.tolerance:
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
    for field in claim.reworded:
        yield key, field, plain(getattr(claim.old, field)), plain(getattr(claim.new, field)), ""
        key = ""


def _claim_row(claim: PublishedClaim) -> tuple[str, ...]:
    return plain(claim.key), claim.verdict, plain(claim.statement)


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


def _verdict(claim: PublishedClaim) -> str:
    return f"{claim.verdict}: {plain(claim.value)}" if claim.value else claim.verdict


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}".replace("-", "−")


def _share(relative: float) -> str:
    """A relative change in per cent, to two digits."""
    if math.isinf(relative):
        return NOTHING
    return f"{100 * relative:.2g}%" if relative < 0.995 else f"{100 * relative:.0f}%"


def _or_nothing(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell or NOTHING for cell in row)
