"""The pages in a real browser, from disk and over http."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PAGES, Reader


@pytest.fixture
def read(browser: Browser) -> Iterator[Callable[..., Reader]]:
    contexts = []

    def opened(**settings: Any) -> Reader:
        contexts.append(browser.new_context(**settings))
        return Reader.opens(contexts[-1])

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_all_its_charts_and_says_and_asks_for_nothing(
    page: str, scheme: str, address: str, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme=scheme)
    reader.page.goto(f"{address}/{page}")
    reader.scroll_through()
    assert reader.said == []
    assert reader.outside(address) == []


@pytest.mark.parametrize("width", [375, 768, 1024])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_trained_weights_says_nothing_at_any_width(
    page: str, width: int, bundled_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(viewport={"width": width, "height": 900})
    reader.page.goto(f"{bundled_site.as_uri()}/{page}")
    reader.scroll_through()
    assert reader.said == []


def test_only_charts_near_the_viewport_are_drawn(from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 1200, "height": 700})
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.wait_for_selector(".chart .main-svg")
    reader.page.wait_for_timeout(500)
    drawn = reader.page.evaluate("document.querySelectorAll('.chart .main-svg').length > 0")
    charts = reader.page.locator(".chart").count()
    undrawn = reader.page.evaluate(
        "[...document.querySelectorAll('.chart')].filter(chart => !chart.querySelector('.main-svg')).length"
    )
    assert drawn
    assert undrawn > charts / 2


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_a_phone(page: str, from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 375, "height": 700}, has_touch=True)
    reader.page.goto(f"{from_disk}/{page}")
    reader.scroll_through()
    width, room = reader.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= room


def test_the_choice_of_a_theme_recolours_page_and_charts_and_is_remembered(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme="light")
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.wait_for_selector("#unembedding .main-svg")
    ground = "getComputedStyle(document.body).backgroundColor"
    cells = "document.querySelector('#unembedding .hm image').getAttribute('href')"
    before = reader.page.evaluate(f"[{ground}, {cells}]")
    reader.page.locator(".theme-switch label", has_text="Dark").click()
    reader.page.wait_for_function(f"{cells} !== {before[1]!r}")
    after = reader.page.evaluate(f"[{ground}, {cells}]")
    assert after[0] != before[0]
    reader.page.reload()
    assert reader.page.evaluate(ground) == after[0]


def test_a_chosen_view_is_in_the_address_and_comes_back_with_it(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read()
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.locator("#first-frequency-only .control label", has_text="original").click()
    assert "first-frequency-only=original" in reader.page.url
    reader.page.goto(reader.page.url)
    assert reader.page.locator("#first-frequency-only input[value=original]").is_checked()


def test_formulas_are_set_in_the_maths_font(from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read()
    reader.page.goto(f"{from_disk}/the-task.html")
    heights = reader.page.evaluate(
        "[...document.querySelectorAll('math')].map(formula => formula.getBoundingClientRect().height)"
    )
    assert len(heights) > 5
    assert min(heights) > 5
    assert reader.page.evaluate("document.fonts.check('16px \"Report Math\"')")


def test_without_scripts_the_text_the_tables_and_the_way_to_the_numbers_are_there(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read(java_script_enabled=False)
    reader.page.goto(f"{from_disk}/the-task.html")
    assert reader.page.get_by_text("cannot work column by column").is_visible()
    assert reader.page.locator("table").first.is_visible()
    assert reader.page.locator("#sample-probabilities .chart").get_by_role("link", name="a file").is_visible()


def test_a_chart_that_fails_says_so_and_leaves_the_others_alone(
    site: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    damaged = tmp_path / "site"
    shutil.copytree(site, damaged)
    (damaged / "figures" / "unembedding" / "unembedding.js").unlink()
    reader = read()
    reader.page.goto(f"{damaged.as_uri()}/unembedding.html")
    note = reader.page.locator("#unembedding .chart-note")
    note.get_by_text("could not be drawn").wait_for()
    assert note.get_by_role("link").get_attribute("href") == "data/unembedding/unembedding.csv"
    reader.page.locator("#gram").scroll_into_view_if_needed()
    reader.page.wait_for_selector("#gram .main-svg")
