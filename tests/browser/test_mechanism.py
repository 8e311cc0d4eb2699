"""The picture of the mechanism: steps, sums, notes, keys and touch, and no label on another, in every form."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Reader

WIDE, TALL = ".picture-drawing--wide", ".picture-drawing--tall"
FORMS = [(1280, WIDE), (1024, WIDE), (800, TALL), (375, TALL)]


@pytest.fixture(scope="session")
def data(trained_site: Path) -> dict[str, Any]:
    """The data file of the picture."""
    return json.loads((trained_site / "data" / "index" / "mechanism.json").read_bytes())


@pytest.fixture
def opened(trained_site: Path, read: Callable[..., Reader]) -> Callable[..., Reader]:
    """The opening page, in a window of some width."""

    def open_it(width: int = 1280, address: str = "", **options: Any) -> Reader:
        reader = read(viewport={"width": width, "height": 900}, **options)
        reader.page.goto(f"{trained_site.as_uri()}/index.html{address}")
        return reader

    return open_it


def picture(reader: Reader) -> Locator:
    return reader.page.locator("#mechanism")


def words(reader: Reader) -> Locator:
    return picture(reader).locator(".picture-words")


@pytest.mark.parametrize(("width", "form"), FORMS)
def test_a_page_shows_the_form_that_fits_with_no_text_on_another(
    opened: Callable[..., Reader], width: int, form: str
) -> None:
    reader = opened(width)
    expect(picture(reader).locator(form)).to_be_visible()
    expect(picture(reader).locator(TALL if form == WIDE else WIDE)).to_be_hidden()
    assert reader.room >= 0
    boxes = (
        picture(reader)
        .locator(f"{form} text")
        .evaluate_all(
            """texts => texts.filter(text => text.textContent).map(text => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return { text: text.textContent, size: getComputedStyle(text).fontSize, left, right, top, bottom };
        })"""
        )
    )
    assert len(boxes) > 30
    scale = (
        picture(reader)
        .locator(form)
        .evaluate("drawing => drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width")
    )
    assert {box["size"] for box in boxes} == {"12px"}
    assert scale >= 0.999
    # A line of text is higher than its letters, so lines may touch.
    overlapping = [
        (one["text"], other["text"])
        for one, other in combinations(boxes, 2)
        if one["left"] < other["right"] - 1
        and other["left"] < one["right"] - 1
        and one["top"] < other["bottom"] - 5
        and other["top"] < one["bottom"] - 5
    ]
    assert overlapping == []


def test_steps_light_one_layer_after_the_other(opened: Callable[..., Reader], data: dict[str, Any]) -> None:
    reader = opened()
    first = data["sums"][0]
    expect(words(reader)).to_have_text(first["words"][0])
    for step, name in enumerate(("Digits", "Layer 0", "Layer 1"), start=1):
        picture(reader).get_by_role("button", name=f"{step} {name}").click()
        expect(words(reader)).to_have_text(first["words"][step])
        expect(picture(reader)).to_have_attribute("data-step", str(step))
    answers = picture(reader).locator(f"{WIDE} > [data-step='3']").last
    expect(answers).to_have_css("opacity", "1")
    picture(reader).get_by_role("button", name="Back").click()
    expect(picture(reader)).to_have_attribute("data-step", "2")
    expect(answers).to_have_css("opacity", "0.28")
    for expected in ("3", "0", "1"):
        picture(reader).get_by_role("button", name="Next").click()
        expect(picture(reader)).to_have_attribute("data-step", expected)


def test_play_goes_through_all_steps_and_ends(opened: Callable[..., Reader]) -> None:
    reader = opened()
    reader.page.clock.install()
    reader.page.reload()
    button = picture(reader).locator("[data-move=play]")
    button.click()
    expect(button).to_have_text("Pause")
    for step in ("1", "2", "3", "0"):
        expect(picture(reader)).to_have_attribute("data-step", step)
        reader.page.clock.run_for(4000)
    expect(button).to_have_text("Play")
    button.click()
    button.click()
    reader.page.clock.run_for(9000)
    expect(picture(reader)).to_have_attribute("data-step", "1")


def test_another_sum_changes_its_digits_levels_and_answer_and_is_kept_in_the_address(
    opened: Callable[..., Reader], data: dict[str, Any]
) -> None:
    reader = opened()
    number = next(n for n, one in enumerate(data["sums"]) if one["predicted"] != one["answer"])
    one = data["sums"][number]
    picture(reader).get_by_role("combobox").select_option(str(number))
    drawing = picture(reader).locator(WIDE)
    assert drawing.locator("[data-value^=a]:not([data-value=attention])").all_text_contents() == [
        str(digit) for digit in one["a"]
    ]
    wrong = next(d for d, digit in enumerate(one["predicted"]) if digit != one["answer"][d])
    verdict = drawing.locator("[data-value=verdict]").nth(wrong)
    expect(verdict).to_have_text(f"{one['predicted'][wrong]}, not {one['answer'][wrong]}")
    expect(verdict).to_have_class("picture-verdict is-wrong")
    for box, level in one["levels"].items():
        text = drawing.locator(f"[data-value=level][data-box='{box}']").text_content()
        assert text == f"level {level:.2f}".replace("-", "−")
    again = opened(address=reader.page.url.split("index.html")[1])
    assert picture(again).get_by_role("combobox").input_value() == str(number)
    expect(words(again)).to_have_text(one["words"][0])


def test_the_parts_are_one_tab_stop_with_arrow_keys_and_notes_inside(
    opened: Callable[..., Reader], data: dict[str, Any]
) -> None:
    reader = opened()
    picture(reader).get_by_role("link", name="Intervene on this sum").focus()
    reader.page.keyboard.press("Tab")
    names = (
        picture(reader).locator(f"{WIDE} .picture-part").evaluate_all("parts => parts.map(p => p.dataset.part)")
    )
    focused = "document.activeElement.dataset.part"
    assert reader.page.evaluate(focused) == names[0]
    statements = {part["part"]: part["as text"] for part in data["parts"]}
    shown = reader.page.locator(".note:popover-open p").first
    expect(shown).to_have_text(statements[names[0]])
    reader.page.keyboard.press("ArrowRight")
    assert reader.page.evaluate(focused) == names[1]
    expect(shown).to_have_text(statements[names[1]])
    reader.page.keyboard.press("End")
    assert reader.page.evaluate(focused) == names[-1]
    reader.page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    reader.page.keyboard.press("Tab")
    assert not reader.page.evaluate("document.activeElement.closest('.picture-drawing')")
    reader.page.keyboard.press("Shift+Tab")
    assert reader.page.evaluate(focused) == names[-1]


def test_over_a_part_its_note_opens_and_leads_to_the_evidence(opened: Callable[..., Reader]) -> None:
    reader = opened()
    box = picture(reader).locator(f"{WIDE} .picture-box").first
    box.hover()
    note = reader.page.locator(".note:popover-open")
    expect(note).to_be_visible()
    address = box.get_attribute("href") or ""
    link = note.get_by_role("link", name="See the evidence")
    assert link.get_attribute("href") == address
    link.click()
    page, anchor = address.split("#")
    reader.page.wait_for_url(f"**/{page}#{anchor}")
    expect(reader.page.locator(f"#{anchor}")).to_be_in_viewport()


def test_a_tap_opens_a_note_and_stays_on_the_page(opened: Callable[..., Reader]) -> None:
    reader = opened(375, has_touch=True)
    before = reader.page.url
    picture(reader).locator(f"{TALL} .picture-answer").first.tap()
    expect(reader.page.locator(".note:popover-open")).to_be_visible()
    assert reader.page.url == before


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(opened: Callable[..., Reader], width: int, scheme: str) -> None:
    reader = opened(width, color_scheme=scheme)
    picture(reader).scroll_into_view_if_needed()
    assert reader.messages == []
    assert reader.barriers() == []


def test_without_scripts_every_part_leads_to_its_evidence(
    opened: Callable[..., Reader], data: dict[str, Any]
) -> None:
    reader = opened(java_script_enabled=False)
    expect(picture(reader).locator(WIDE)).to_be_visible()
    expect(picture(reader).locator("select")).to_be_hidden()
    links = picture(reader).locator(f"{WIDE} .picture-part")
    addresses = {part["part"]: part["shown at"] for part in data["parts"]}
    for link in links.all():
        assert link.get_attribute("href") == addresses[link.get_attribute("data-part") or ""]
    texts = picture(reader).get_by_text("As text")
    texts.click()
    for part in data["parts"]:
        expect(picture(reader).get_by_text(part["as text"]).first).to_be_attached()
