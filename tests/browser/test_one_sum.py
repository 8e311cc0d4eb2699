"""The worked example can be used by mouse, touch and keyboard, and shows the measured numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader

FIGURE = "worked-example"


@pytest.fixture(scope="module")
def published(trained_site: Path) -> Mapping[tuple[str, str], Any]:
    """The views in the figure's data file, by sum and part."""
    data = json.loads((trained_site / "data" / "how-it-adds" / f"{FIGURE}.json").read_bytes())
    return {tuple(view["choices"]): view for view in data["views"]}


@pytest.fixture(scope="module")
def sums(published: Mapping[tuple[str, str], Any]) -> list[str]:
    return list(dict.fromkeys(total for total, _ in published))


@pytest.fixture
def opened(at_figure: Callable[..., Reader]) -> Callable[..., Reader]:
    """A function that opens the chapter at the figure, with a state of the figure in the address."""
    return partial(at_figure, "how-it-adds.html", FIGURE, ".worked")


def words(page: Page) -> list[str]:
    """The sentences of the three steps."""
    return page.locator(".worked-words").all_inner_texts()


def chosen(page: Page) -> str:
    return page.locator(".worked-digit input:checked").get_attribute("value") or ""


def state_of(page: Page) -> str:
    return page.evaluate(f"new URLSearchParams(location.search).get('{FIGURE}')")


def test_it_opens_with_the_longest_cascade_at_the_digit_that_it_reaches(
    opened: Callable[..., Reader], sums: list[str]
) -> None:
    reader = opened()
    page = reader.page
    assert sums[0].endswith("a carry into C0 through 2 nines")
    assert page.locator(f"#{FIGURE} select option:checked").inner_text() == sums[0]
    assert chosen(page) == "0"
    assert page.locator(".worked-operand.is-nine").count() == 4
    assert "Columns 1 and 2 sum to nine and pass it on to C0." in words(page)[0]
    assert reader.messages == []


def test_it_says_what_was_measured(
    opened: Callable[..., Reader], published: Mapping[tuple[str, str], Any], sums: list[str]
) -> None:
    page = opened().page
    for number in (0, len(sums) - 1):
        page.locator(f"#{FIGURE} select").select_option(sums[number])
        for digit in range(4):
            page.locator(".worked-digit").nth(digit).click()
            (answer,) = published[sums[number], "answer"]["traces"]
            rows = dict(zip(answer["y"], answer["z"], strict=True))
            assert f"{abs(rows['carried, as it is'][digit]):.2f} carried" in words(page)[2]
            assert f"The model predicts {rows['predicted, as it is'][digit]:.0f}" in words(page)[2]
            (seen,) = (one for one in published[sums[number], "attention"]["traces"] if one["panel"] == "as it is")
            weights = [
                round(100 * weight)
                for label, row in zip(seen["y"], seen["z"], strict=True)
                if label.startswith(f"C{digit},")
                for weight in row
                if weight and weight >= 0.1
            ]
            shown = page.locator(".worked-bar--before .worked-percent").all_inner_texts()
            assert list(map(int, shown)) == weights


def test_the_arrows_lead_to_the_tip_of_the_hand(opened: Callable[..., Reader]) -> None:
    page = opened().page
    tips = page.locator(".worked-dial .worked-arrow--part polygon").evaluate_all(
        "all => all.map((one) => one.points[0]).map(({ x, y }) => [x, y])"
    )
    hand = page.locator(".worked-arrow--before polygon").evaluate("({ points: [{ x, y }] }) => [x, y]")
    assert tips[-1] == pytest.approx(hand, abs=0.02)


def test_a_wrong_digit_is_chosen_first_and_shown_beside_the_right_one(
    opened: Callable[..., Reader], sums: list[str]
) -> None:
    wrong = next(label for label in sums if "the model predicts" in label)
    page = opened().page
    page.locator(f"#{FIGURE} select").select_option(wrong)
    digit = page.locator(".worked-wrong")
    assert digit.locator("input").is_checked()
    assert "; right is " in words(page)[2]
    expect(page.locator(".worked-hour--right")).to_have_count(1)
    assert state_of(page).endswith(f".c{chosen(page)}")


def test_sum_and_digit_are_in_the_address_and_come_back_with_it(
    opened: Callable[..., Reader], sums: list[str]
) -> None:
    reader = opened()
    page = reader.page
    page.locator(f"#{FIGURE} select").select_option(sums[1])
    page.locator(".worked-digit").nth(2).click()
    state = state_of(page)
    assert state == f"{re.sub('[^a-z0-9]+', '-', sums[1].lower())}.c2"
    again = opened(state).page
    assert again.locator(f"#{FIGURE} select option:checked").inner_text() == sums[1]
    assert chosen(again) == "2"
    assert words(again) == words(page)
    assert opened("nonsense.c9").page.locator(".worked-digit input:checked").count() == 1
    assert reader.messages == []


def test_the_keyboard_reaches_every_digit_and_the_last_needs_no_carry(opened: Callable[..., Reader]) -> None:
    reader = opened()
    page = reader.page
    page.locator(".worked-digit input:checked").focus()
    for digit in ("1", "2", "3"):
        page.keyboard.press("ArrowRight")
        assert chosen(page) == digit
    assert words(page)[0].startswith("No column stands to the right of C3")
    assert page.locator(".worked-bar--after").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("C3, the model predicts ")
    assert reader.messages == []


def test_nothing_is_wider_than_a_phone_and_a_tap_chooses(opened: Callable[..., Reader]) -> None:
    reader = opened(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    page = reader.page
    page.locator(".worked-digit").nth(1).tap()
    assert chosen(page) == "1"
    assert reader.room >= 0
    assert reader.messages == []
