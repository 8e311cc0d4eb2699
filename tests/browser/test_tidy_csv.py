"""Every CSV of a report is tidy: numbers are plain, and each column has one vocabulary in all files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from report.figures.columns.dictionary import DICTIONARY
from tests.csv_rows import rows_of_every_csv

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
WRITTEN = r"[-+−]?\d[\d,.]*"
"""A number as a page shows it."""
NOT_TIDY = {
    "a number with a unit, as a percentage or after a sign": rf"[→±<>~]? ?{WRITTEN}[ \u00a0]?(%|°|[a-zA-Z]+)",
    "a number with a true minus sign, a plus sign or separators": r"[+−]\d.*|\d{1,3}(,\d{3})+",
    "a number after an arrow": rf"→ {WRITTEN}",
    "a number of others": rf"{WRITTEN} of {WRITTEN}",
    "two numbers": rf"{WRITTEN}%? (to|and|or) {WRITTEN}%?",
    "a number in brackets": rf".*\({WRITTEN}(%|[ \u00a0][a-z]+)?\)",
    "a mark for no value": r"[–—-]|unknown|not measured|NaN|nan|None|null",
    "a space that does not break": r".*\u00a0.*",
}
"""What no cell is, as patterns of whole cells."""

HEAD, POSITION = r"H\d+\.\d+", r"[ABC]\d+|[+=]"
SITE, ROUTE = rf"{HEAD} at ({POSITION})", r"\d+ → C\d+"
VOCABULARIES = {
    **dict.fromkeys(("head", "other_head"), HEAD),
    "heads": rf"{HEAD}|all",
    "layer_0_head": r"H0\.\d+",
    "layer_1_head": r"H1\.\d+",
    **dict.fromkeys(("position", "from_position", "to_position"), POSITION),
    **dict.fromkeys(("token", "from_token", "to_token"), r"\d|[+=]"),
    **dict.fromkeys(("dimension", "column", "to_column", "epochs", "digit_a", "digit_b"), r"\d+"),
    **dict.fromkeys(("answer_digit", "wrong_digit"), r"C\d+"),
    "carry_error": "missing|too many|neither",
    "site": SITE,
    "sites": rf"{SITE}(, {SITE})*",
    "route": ROUTE,
    "path": rf"(embed|{HEAD})( → {HEAD})?|b_O\[\d\]|[a-z_ ]+.*",
    "checkpoint": r"this checkpoint|seed \d+(, \d+ epochs)?",
    "claim": r"[a-z0-9]+(-[a-z0-9]+)*",
    "outcome": "holds|does not hold|not checked",
    "on_this_checkpoint": "holds|does not hold|not checked",
    "carry_switched": "on|off",
    "is_kept": "true|false",
    "large_digit": "first|second",
    "operand": "A|B",
    "ablated": "queries|keys|values",
    **dict.fromkeys(("ablation", "all_else", "other_sites"), "mean|zero|conditional mean|resample|no ablation"),
}
"""The pattern of every value of a column, in whichever file it is."""


@pytest.fixture(scope="module", params=["site", "trained_site"])
def any_site(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def cells(any_site: Path) -> dict[str, dict[str, set[str]]]:
    """The different cells of each column but empty ones, by column and file."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, rows in rows_of_every_csv(any_site):
        for row in rows:
            for column, value in row.items():
                if value:
                    found[column][name].add(value)
    return found


@pytest.fixture(scope="module")
def units(any_site: Path) -> dict[str, str]:
    """The unit of each column, of which texts have none."""
    return {
        entry["column"]: entry["unit"] for entry in json.loads((any_site / DICTIONARY).read_bytes())["columns"]
    }


def listed(cells: dict[str, dict[str, set[str]]]) -> list[tuple[str, str, str]]:
    return [
        (column, name, value)
        for column, by_file in cells.items()
        for name, values in by_file.items()
        for value in values
    ]


def test_every_cell_of_a_column_with_a_unit_is_a_plain_number(
    cells: dict[str, dict[str, set[str]]], units: dict[str, str]
) -> None:
    found = [one for one in listed(cells) if units[one[0]] and not NUMBER.fullmatch(one[2])]
    assert found == []


def test_a_column_of_numbers_has_a_unit(cells: dict[str, dict[str, set[str]]], units: dict[str, str]) -> None:
    values = {column: set().union(*by_file.values()) for column, by_file in cells.items()}
    found = [column for column, of_column in values.items() if all(map(NUMBER.fullmatch, of_column))]
    assert [column for column in found if not units[column] and column != "predicted"] == []


def test_a_share_is_no_percentage(cells: dict[str, dict[str, set[str]]], units: dict[str, str]) -> None:
    found = [one for one in listed(cells) if units[one[0]] == "share" and float(one[2]) > 1 + 1e-6]
    assert found == []


@pytest.mark.parametrize("kind", NOT_TIDY)
def test_no_cell_contains_a_number_as_a_page_shows_it(kind: str, cells: dict[str, dict[str, set[str]]]) -> None:
    found = [one for one in listed(cells) if re.fullmatch(NOT_TIDY[kind], one[2])]
    assert found == []


def test_each_column_has_one_vocabulary_in_all_files(cells: dict[str, dict[str, set[str]]]) -> None:
    found = [
        one for one in listed(cells) if one[0] in VOCABULARIES and not re.fullmatch(VOCABULARIES[one[0]], one[2])
    ]
    assert found == []
    assert len(VOCABULARIES.keys() & cells.keys()) > 15
