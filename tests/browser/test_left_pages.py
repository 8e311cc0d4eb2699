"""What a page shows after the reader was elsewhere: on another page, in another tab, or in the settings."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NAMES, PATIENCE, QUIET, Reader, served

GROUND = "getComputedStyle(document.body).backgroundColor"
CELLS = "#unembedding .hm image"
NOTE_RETURNS = "addEventListener('pageshow', ({ persisted }) => { window.wasKept = persisted; });"


@pytest.fixture
def remembering(browser: Browser) -> Iterator[Page]:
    """A page of a browser that keeps the pages that were left, as readers' browsers do."""
    # The headless shell keeps no pages.
    whole = next(filter(None, map(shutil.which, NAMES[1:])), None)
    if whole is None:
        pytest.skip("no whole Chromium is installed")
    remembers = browser.browser_type.launch(
        executable_path=whole,
        args=[*QUIET, "--headless=new"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = remembers.new_context(color_scheme="light").new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(NOTE_RETURNS)
    yield page
    remembers.close()


def go_back(page: Page, name: str) -> None:
    """Go back to a kept page; Playwright's own function waits for it to load, which it does not."""
    with page.expect_event("framenavigated"):
        page.evaluate("history.back()")
    page.wait_for_function("name => location.pathname.endsWith(name) && window.wasKept", arg=name)


def choose(page: Page, theme: str) -> None:
    page.locator(".theme-switch label", has_text=theme).click()


def test_a_page_that_the_history_kept_has_the_theme_that_was_chosen_on_another(
    server: str, remembering: Page
) -> None:
    remembering.goto(f"{server}/unembedding.html")
    cells = remembering.locator(CELLS).first
    light = cells.get_attribute("href")
    remembering.goto(f"{server}/claims.html")
    choose(remembering, "Dark")
    go_back(remembering, "unembedding.html")
    expect(remembering.locator(":root")).to_have_attribute("data-theme", "dark")
    expect(remembering.locator("input[name=theme][value=dark]")).to_be_checked()
    expect(cells).not_to_have_attribute("href", str(light))


def test_a_page_that_the_history_kept_follows_the_system_meanwhile(server: str, remembering: Page) -> None:
    remembering.goto(f"{server}/unembedding.html")
    light = remembering.locator(CELLS).first.get_attribute("href")
    remembering.goto(f"{server}/claims.html")
    remembering.emulate_media(color_scheme="dark")
    go_back(remembering, "unembedding.html")
    expect(remembering.locator(CELLS).first).not_to_have_attribute("href", str(light))


def test_a_choice_of_a_theme_reaches_other_tabs(server: str, read: Callable[..., Reader]) -> None:
    one = read(color_scheme="light").page
    other = one.context.new_page()
    one.goto(f"{server}/claims.html")
    other.goto(f"{server}/unembedding.html")
    light = other.locator(CELLS).first.get_attribute("href")
    choose(one, "Dark")
    expect(other.locator(":root")).to_have_attribute("data-theme", "dark")
    expect(other.locator("input[name=theme][value=dark]")).to_be_checked()
    expect(other.locator(CELLS).first).not_to_have_attribute("href", str(light))
    choose(one, "Auto")
    expect(other.locator(CELLS).first).to_have_attribute("href", str(light))


def test_the_theme_is_that_of_one_site_of_several_on_an_origin(
    site: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    for name in ("one", "other"):
        shutil.copytree(site / "assets", tmp_path / name / "assets")
        shutil.copy(site / "claims.html", tmp_path / name)
    reader = read(color_scheme="light")
    page = reader.page
    with served(tmp_path) as address:
        page.goto(f"{address}/one/claims.html")
        page.evaluate("localStorage.setItem('theme', 'dark')")
        page.reload()
        light = page.evaluate(GROUND)
        expect(page.locator(":root")).not_to_have_attribute("data-theme", "dark")
        choose(page, "Dark")
        page.evaluate("localStorage.setItem('theme', 'light')")
        page.goto(f"{address}/other/claims.html")
        assert page.evaluate(GROUND) == light
        page.goto(f"{address}/one/claims.html")
        assert page.evaluate(GROUND) != light
        page.evaluate("localStorage.clear()")


STORAGES = {
    "none": "Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no'); } })",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    "no changes of the address": "history.replaceState = () => { throw new DOMException('no'); }",
}


@pytest.mark.parametrize("storage", STORAGES)
def test_choices_apply_to_a_page_that_cannot_store_them(
    storage: str, server: str, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme="light")
    page = reader.page
    page.add_init_script(STORAGES[storage])
    page.goto(f"{server}/unembedding.html")
    choose(page, "Dark")
    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")
    page.locator("#first-frequency-only .control label", has_text="original").click()
    expect(page.locator("#first-frequency-only input[value=original]")).to_be_checked()
    page.goto(f"{server}/claims.html?claims=fails")
    page.locator(".claims-controls [type=search]").fill("digit")
    expect(page.locator(".claims-place")).to_contain_text(" of ")
    assert reader.messages == []


def test_the_address_has_the_choices_that_are_shown_after_going_back_to_another_section(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/unembedding.html")
    choices = page.locator("#first-frequency-only .control label")
    choices.filter(has_text="original").click()
    page.locator(".contents .sections a").first.click()
    other = choices.filter(has_not_text="original").first
    other.click()
    chosen = other.locator("input").get_attribute("value")
    page.go_back()
    expect(page).to_have_url(re.compile(f"first-frequency-only={chosen}"))
    page.reload()
    expect(page.locator(f"#first-frequency-only input[value={chosen}]")).to_be_checked()


def test_a_kept_page_has_its_filters_its_folded_content_and_its_place(server: str, remembering: Page) -> None:
    remembering.goto(f"{server}/unembedding.html?first-frequency-only=original")
    claim = remembering.locator("#few-rows")
    claim.locator("summary").click()
    claim.scroll_into_view_if_needed()
    place = remembering.evaluate("scrollY")
    remembering.goto(f"{server}/claims.html")
    remembering.locator(".claims-controls [type=search]").fill("digit")
    shown = remembering.locator(".claim-row:visible").count()
    remembering.goto(f"{server}/index.html")
    go_back(remembering, "claims.html")
    expect(remembering.locator(".claims-controls [type=search]")).to_have_value("digit")
    assert remembering.locator(".claim-row:visible").count() == shown
    go_back(remembering, "unembedding.html")
    expect(claim.locator(".claim-evidence")).to_be_visible()
    expect(remembering.locator("#first-frequency-only input[value=original]")).to_be_checked()
    assert abs(remembering.evaluate("scrollY") - place) < 5


def test_charts_follow_the_theme_of_the_system_while_the_page_is_open_also_in_a_large_view(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read(color_scheme="light").page
    page.goto(f"{from_disk}/unembedding.html")
    page.locator(CELLS).first.wait_for()
    page.locator("#unembedding .expand").click()
    cells = [page.locator(selector).first for selector in (CELLS, ".expanded .hm image")]
    light = [one.get_attribute("href") for one in cells]
    page.emulate_media(color_scheme="dark")
    for one, before in zip(cells, light, strict=True):
        expect(one).not_to_have_attribute("href", str(before))
