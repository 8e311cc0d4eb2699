"""Measurements as a Markdown table, and its place in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measurement import Measurement

BEGIN, END = "<!-- benchmarks -->", "<!-- end of benchmarks -->"
HEAD = ("quantity", "median", "range", "ratio", "range of the ratio", "to")


def table(found: Sequence[Measurement], machine: str, rounds: int) -> str:
    """A paragraph on the machine and a row for each measurement."""
    rows = [HEAD, tuple("---" if column in (0, 5) else "---:" for column in range(len(HEAD)))]
    rows += [
        (
            one.name,
            f"{_number(one.median)} {one.unit}",
            _range(one.values),
            "" if one.ratio is None else _number(one.ratio),
            "" if one.ratio is None else _range(one.ratios),
            one.reference,
        )
        for one in found
    ]
    lines = (f"| {' | '.join(row)} |" for row in rows)
    return f"{machine}; {rounds} rounds, in turn:\n\n" + "\n".join(lines) + "\n"


def fill(document: Path, text: str) -> None:
    """Replace what stands between the two marks of a document.

    Raises:
        ValueError: if the document lacks one of the marks.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document} has no {BEGIN} … {END}")
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _range(values: Sequence[float]) -> str:
    return f"{_number(min(values))} to {_number(max(values))}"


def _number(value: float) -> str:
    """Three significant digits, and thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
