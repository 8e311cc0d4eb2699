"""Cells with one number are recognised, whatever its unit."""

import pytest

from report.content.formats import is_written_number


@pytest.mark.parametrize(
    "text", ["12", "−0.25", "1,234", "98.4%", ">99%", "3 of 4", "1.2 × 10⁻⁷", "–", "not measured"]
)
def test_a_number_with_or_without_a_unit_is_one(text: str) -> None:
    assert is_written_number(text.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")) or is_written_number(
        text
    )


@pytest.mark.parametrize("text", ["H0.1 at B3", "C0", "4505+4095", "90% to 95%", ""])
def test_names_and_ranges_are_none(text: str) -> None:
    assert not is_written_number(text)
