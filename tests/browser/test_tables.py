"""A long table shows a few rows on the page, and a reader can sort, filter and page through it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from report.chapters.every_sum.wrong_sums import ROWS_SHOWN
from tests.browser.conftest import Reader

PAGE = "every-sum.html"


@pytest.fixture(scope="session")
def rows(site: Path) -> list[dict[str, str]]:
    """The data file of the table."""
    data = json.loads((site / "data" / "every-sum" / "wrong-sums.json").read_bytes())
    return [dict(zip(data["columns"], map(str, row), strict=True)) for row in data["rows"]]


@pytest.fixture
def reader(from_disk: str, read: Callable[..., Reader]) -> Reader:
    reader = read()
    reader.page.goto(f"{from_disk}/{PAGE}#wrong-sums")
    return reader


def table(reader: Reader) -> Locator:
    return reader.page.locator("#wrong-sums")


def column(reader: Reader, name: str) -> list[str]:
    """The cells of the visible rows in a column."""
    heads = [head.strip() for head in table(reader).locator("thead th").all_text_contents()]
    return table(reader).locator(f"tbody td:nth-child({heads.index(name) + 1})").all_text_contents()


def place(reader: Reader) -> Locator:
    return table(reader).locator(".table-place")


def written(row: dict[str, str]) -> list[str]:
    """A row of the file in the format of the page."""
    margin = f"{float(row['margin']):.3f}".replace("-", "−")
    return [*(value for name, value in row.items() if name != "margin"), margin]


def test_a_head_sorts_by_its_column_and_again_the_other_way(reader: Reader, rows: list[dict[str, str]]) -> None:
    head = table(reader).locator("thead th", has_text="margin")
    assert len(rows) > 10 * ROWS_SHOWN
    assert column(reader, "a") == [row["a"] for row in rows[:ROWS_SHOWN]]
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    falling = sorted(rows, key=lambda row: -float(row["margin"]))
    assert column(reader, "margin") == [written(row)[-1] for row in falling[:ROWS_SHOWN]]
    assert reader.messages == []


def test_rows_are_chosen_by_what_a_column_says_and_by_words(reader: Reader, rows: list[dict[str, str]]) -> None:
    missing = [row for row in rows if "missing" in row["carry"].split(", ")]
    table(reader).get_by_label("Carry").select_option("missing")
    expect(place(reader)).to_have_text(
        f"1–{min(ROWS_SHOWN, len(missing))} of {len(missing)}, chosen from {len(rows):,}"
    )
    assert all("missing" in cell for cell in column(reader, "carry"))
    word = missing[-1]["a"]
    fitting = [row for row in missing if any(word in value for value in written(row))]
    table(reader).get_by_label("Find").fill(f" {word} ")
    expect(place(reader)).to_contain_text(f"of {len(fitting)}, chosen from")
    table(reader).get_by_label("Find").fill("no such row")
    expect(place(reader)).to_have_text(f"0, chosen from {len(rows):,}")
    assert table(reader).locator("tbody").inner_text() == "No row is like that."


def test_it_is_turned_over_to_its_end(reader: Reader, rows: list[dict[str, str]]) -> None:
    back, on = (table(reader).get_by_role("button", name=name, exact=True) for name in ("Previous", "Next"))
    expect(back).to_be_disabled()
    on.click()
    expect(place(reader)).to_have_text(f"{ROWS_SHOWN + 1}–{2 * ROWS_SHOWN} of {len(rows):,}")
    assert column(reader, "b") == [row["b"] for row in rows[ROWS_SHOWN : 2 * ROWS_SHOWN]]
    back.click()
    expect(place(reader)).to_have_text(f"1–{ROWS_SHOWN} of {len(rows):,}")
    table(reader).get_by_label("Find").fill(written(rows[0])[-1])
    expect(on).to_be_disabled()


def test_the_address_brings_back_what_was_shown(reader: Reader) -> None:
    table(reader).get_by_label("Carry").select_option("missing")
    table(reader).get_by_label("Find").fill("1")
    head = table(reader).locator("thead th", has_text="right")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    shown, place_of_it = column(reader, "a"), place(reader).inner_text()
    reader.page.goto("about:blank")
    reader.page.go_back()
    expect(place(reader)).to_have_text(place_of_it)
    assert column(reader, "a") == shown
    assert table(reader).get_by_label("Carry").input_value() == "missing"
    assert reader.messages == []


def test_rows_that_cannot_be_loaded_are_said_to_be_in_the_files(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read()
    reader.page.route("**/wrong-sums.js", lambda route: route.abort())
    reader.page.goto(f"{from_disk}/{PAGE}")
    before = column(reader, "a")
    table(reader).get_by_role("button", name="Next", exact=True).click()
    expect(place(reader)).to_contain_text("The rows could not be loaded")
    assert column(reader, "a") == before


def test_without_scripts_the_first_rows_are_there_and_no_button_that_does_nothing(
    from_disk: str, read: Callable[..., Reader], rows: list[dict[str, str]]
) -> None:
    reader = read(java_script_enabled=False)
    reader.page.goto(f"{from_disk}/{PAGE}")
    assert column(reader, "a") == [row["a"] for row in rows[:ROWS_SHOWN]]
    expect(table(reader).locator("button:visible, select:visible, input:visible")).to_have_count(0)
    expect(place(reader)).to_have_text(f"1–{ROWS_SHOWN} of {len(rows):,}")


def test_words_that_lead_somewhere_do_so_on_every_page_of_the_table(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/other-seeds.html#claims-recurring")
    names = page.locator("#claims-recurring tbody td:first-child a")
    first = names.all_text_contents()
    assert len(first) == page.locator("#claims-recurring tbody tr").count()
    page.locator("#claims-recurring").get_by_role("button", name="Next").click()
    expect(names.first).not_to_have_text(first[0])
    assert names.first.text_content() not in first
    address = names.first.get_attribute("href") or ""
    names.first.click()
    page.wait_for_url(f"**/{address}")
    expect(page.locator(f"#{address.partition('#')[2]}.claim")).to_be_in_viewport()
