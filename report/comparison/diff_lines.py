"""The differences between two sites as lines of text, of a width that a terminal or the log of a CI shows whole.

What matters most comes first: the verdicts that changed, each with the sentence that is true of each model. Every
entry begins with the address of its claim or figure, so that a search for it finds it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from report.comparison.claim_change import ClaimChange
from report.comparison.compare import Comparison
from report.comparison.wording import changed_data, changed_values, deciding_number, verdict
from report.content.claims.record import ClaimRecord
from report.content.formats import NO_BREAK, counted, without_formulas
from report.content.safe_text import plain

NARROWEST = 40
"""The least width of a line, however narrow the terminal is."""


def diff_lines(comparison: Comparison, width: int) -> Iterator[str]:
    """The lines of a comparison, with the result in the last one."""
    lines = _Lines(max(width, NARROWEST))
    if comparison.differs or comparison.provenance:
        for letter, side in zip("AB", comparison.sides, strict=True):
            yield from lines.entry(f"{letter}: {side.name} ({plain(str(side.folder))})")
        yield ""
    yield from lines.section(
        f"Verdicts that changed: {len(comparison.verdicts):,} of {comparison.n_checked:,}, "
        "the claims with a verdict in both",
        (_verdict_entry(change, comparison) for change in comparison.verdicts),
    )
    yield from lines.section(
        f"Claims with a verdict in one of the two at most: {len(comparison.one_sided):,}",
        ([f"{address(one.new)}: {verdict(one.old)} → {verdict(one.new)}"] for one in comparison.one_sided),
    )
    yield from lines.section(
        f"Values that changed, with the same verdict: {len(comparison.values):,}",
        ([f"{address(one.new)} ({verdict(one.new)}): {changed_values(one)}"] for one in comparison.values),
    )
    for side, claims in zip(comparison.sides, comparison.claims_only, strict=True):
        yield from lines.section(
            f"Claims only in {side.name}: {len(claims):,}",
            ([f"{address(claim)}: {verdict(claim)}", _sentence(claim)] for claim in claims),
        )
    yield from lines.section(
        f"Figures and tables that changed: {len(comparison.data):,} of {comparison.n_data:,}",
        ([f"{plain(change.name)}: {changed_data(change)}"] for change in comparison.data),
    )
    for side, names in zip(comparison.sides, comparison.data_only, strict=True):
        yield from lines.section(
            f"Figures and tables only in {side.name}: {len(names):,}", ([plain(name)] for name in names)
        )
    yield from lines.section(
        "Provenance",
        (
            [f"{label}: {old or 'not recorded'} → {new or 'not recorded'}"]
            for label, old, new in comparison.provenance
        ),
    )
    yield from lines.entry(summary(comparison))


def summary(comparison: Comparison) -> str:
    """The result of the comparison in one sentence."""
    compared = f"{counted(comparison.n_claims, 'claim')}"
    if comparison.compares_data:
        compared += f", {comparison.n_data:,} figures and tables"
    size = f"{comparison.tolerance:g} of a number’s size"
    if not comparison.differs:
        beyond = f" by more than {size}" if comparison.tolerance else ""
        same = f"nothing differs{beyond}: {compared}"
        return f"{same}; only where they come from" if comparison.provenance else same
    parts = [
        f"{what}: {number:,}"
        for what, number in (
            ("verdicts that changed", len(comparison.verdicts)),
            ("claims with a verdict in one of the two at most", len(comparison.one_sided)),
            ("values that changed", len(comparison.values)),
            ("figures and tables that changed", len(comparison.data)),
            ("claims in one of the two only", sum(map(len, comparison.claims_only))),
            ("figures and tables in one of the two only", sum(map(len, comparison.data_only))),
        )
        if number
    ]
    if comparison.tolerance:
        parts.append(f"changes of up to {size} do not count")
    return f"{'; '.join(parts)} (compared: {compared})"


def address(claim: ClaimRecord) -> str:
    """The page and the anchor of a claim."""
    return f"{plain(claim.chapter)}.html#{plain(claim.name)}"


def _verdict_entry(change: ClaimChange, comparison: Comparison) -> Sequence[str]:
    return (
        f"{address(change.new)}: {verdict(change.old)} → {verdict(change.new)}",
        *(
            f"{side.name}: {_sentence(claim)} {deciding_number(claim)}"
            for side, claim in zip(comparison.sides, (change.old, change.new), strict=True)
        ),
    )


def _sentence(claim: ClaimRecord) -> str:
    return without_formulas(plain(claim.sentence))


class _Lines:
    """Lines of at most one width; what does not fit is continued, further to the right."""

    def __init__(self, width: int) -> None:
        self._width = width

    def section(self, head: str, entries: Iterable[Sequence[str]]) -> Iterator[str]:
        """A head, the entries below it and an empty line; nothing without entries."""
        listed = list(entries)
        if not listed:
            return
        yield from self.entry(head)
        for first, *others in listed:
            yield from self.entry(first, "  ")
            for other in others:
                yield from self.entry(other, "    ")
        yield ""

    def entry(self, text: str, indent: str = "") -> list[str]:
        """The lines of one text."""
        lines = textwrap.wrap(
            text,
            self._width,
            initial_indent=indent,
            subsequent_indent=f"{indent}    ",
            break_on_hyphens=False,
        )
        return [line.replace(NO_BREAK, " ") for line in lines]  # a search for a number has an ordinary space
