"""The notes of terms and citations: how they are opened and closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Reader

PAGE = "circuit.html"


def words(reader: Reader, key: str) -> Locator:
    return reader.page.locator(f"main [aria-describedby='note-{key}']").first


def note(reader: Reader, key: str) -> Locator:
    return reader.page.locator(f"#note-{key}")


@pytest.fixture
def opened(trained_site: Path, read: Callable[..., Reader]) -> Callable[..., Reader]:
    """A function that opens a page from disk, with a context's settings."""

    def opens(**settings: object) -> Reader:
        reader = read(**{"viewport": {"width": 1000, "height": 700}, **settings})
        reader.page.goto(f"{trained_site.as_uri()}/{PAGE}")
        return reader

    return opens


@pytest.mark.parametrize("key", ["site", "geiger2021"])
def test_a_note_is_shown_while_the_pointer_is_over_the_words_or_the_note(
    opened: Callable[..., Reader], key: str
) -> None:
    reader = opened()
    words(reader, key).scroll_into_view_if_needed()
    words(reader, key).hover()
    expect(note(reader, key)).to_be_visible()
    note(reader, key).locator("p").first.hover()
    reader.page.wait_for_timeout(600)
    expect(note(reader, key)).to_be_visible()
    reader.page.mouse.move(5, 5)
    expect(note(reader, key)).to_be_hidden()
    assert reader.messages == []


def test_a_note_is_shown_while_the_words_have_the_focus_and_escape_hides_it(opened: Callable[..., Reader]) -> None:
    reader = opened()
    reader.page.keyboard.press("Tab")  # from now on the focus is shown
    words(reader, "site").focus()
    expect(note(reader, "site")).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(note(reader, "site")).to_be_hidden()
    expect(words(reader, "site")).to_be_focused()
    words(reader, "geiger2021").focus()
    expect(note(reader, "geiger2021")).to_be_visible()
    reader.page.keyboard.press("Tab")
    expect(note(reader, "geiger2021")).to_be_hidden()


def test_a_tap_shows_a_note_and_a_tap_elsewhere_hides_it(opened: Callable[..., Reader]) -> None:
    reader = opened(has_touch=True, viewport={"width": 375, "height": 800})
    words(reader, "site").tap()
    expect(note(reader, "site")).to_be_visible()
    box = note(reader, "site").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    assert reader.room >= 0
    reader.page.locator("h1").tap()
    expect(note(reader, "site")).to_be_hidden()
    words(reader, "geiger2021").tap()
    expect(note(reader, "geiger2021")).to_be_visible()
    assert reader.page.url.endswith(PAGE)


def test_the_link_of_a_note_leads_to_the_glossary(opened: Callable[..., Reader]) -> None:
    reader = opened(has_touch=True)
    words(reader, "site").tap()
    note(reader, "site").get_by_role("link").tap()
    reader.page.wait_for_url("**/glossary.html#site")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_click_on_a_term_leads_to_the_glossary(opened: Callable[..., Reader], scripts: bool) -> None:
    reader = opened(java_script_enabled=scripts)
    words(reader, "site").click()
    reader.page.wait_for_url("**/glossary.html#site")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_with_an_open_note_is_accessible(opened: Callable[..., Reader], scheme: str) -> None:
    reader = opened(color_scheme=scheme)
    words(reader, "site").hover()
    expect(note(reader, "site")).to_be_visible()
    assert reader.barriers() == []


def test_on_paper_terms_are_not_marked(opened: Callable[..., Reader]) -> None:
    reader = opened()
    words(reader, "site").hover()
    expect(note(reader, "site")).to_be_visible()
    reader.page.emulate_media(media="print")
    expect(note(reader, "site")).to_be_hidden()
    expect(words(reader, "site")).to_have_css("text-decoration-line", "none")
