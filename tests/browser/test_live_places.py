"""The live model, its links and sums of one's own work over http under a sub-path and in the single file, too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Reader


@dataclass(frozen=True)
class Place:
    """Where a site is: its pages in files of their own, or all in one."""

    page: Page
    address: str
    is_one_file: bool

    def open(self, stem: str, query: str = "") -> None:
        """Open a page of the site."""
        path = f"{query}#{stem}" if self.is_one_file else f"/{stem}.html{query}"
        self.page.goto("about:blank")
        self.page.goto(self.address + path)

    def part(self, stem: str, name: str) -> Locator:
        """The part of a page with an identifier."""
        return self.page.locator(f"[id='{stem}/{name}']" if self.is_one_file else f"[id='{name}']")

    @property
    def live(self) -> Locator:
        return self.part("live-model", "live-model")


@pytest.fixture(params=["http", "one file"])
def place(request: pytest.FixtureRequest, read: Callable[..., Reader]) -> Place:
    is_one_file = request.param == "one file"
    reader = read(viewport={"width": 1280, "height": 900})
    found = request.getfixturevalue("trained_file" if is_one_file else "trained_server")
    return Place(reader.page, found.as_uri() if is_one_file else found, is_one_file)


def test_a_sum_is_typed_and_intervened_on(place: Place) -> None:
    place.open("live-model", "?sum=12_34")
    place.live.scroll_into_view_if_needed()
    expect(place.live.locator(".live-status")).to_contain_text("0012 + 0034 = 0046")
    place.live.locator("[name=head]").select_option(label="H0.2")
    place.live.get_by_role("button", name="Apply").click()
    expect(place.live.locator(".live-status")).to_contain_text("The intervention changes C")
    assert "do=mean.0.2.all" in place.page.url


def test_a_claim_is_tried(place: Place) -> None:
    place.open("how-it-carries")
    claim = place.part("how-it-carries", "carry-sites")
    claim.locator("summary").first.click()
    claim.get_by_role("link", name="Try it on one pair").click()
    place.live.scroll_into_view_if_needed()
    expect(place.live.locator(".live-active")).to_contain_text("patched from")
    expect(place.live.locator(".live-status")).to_contain_text(re.compile(r"The intervention changes .*C\d"))


def test_a_row_of_the_wrong_sums_opens_it(place: Place) -> None:
    place.open("every-sum")
    table = place.part("every-sum", "wrong-sums")
    table.locator("thead button").last.click()
    link = table.locator("tbody a").first
    number = str(link.text_content())
    link.click()
    place.live.scroll_into_view_if_needed()
    expect(place.live.locator(".live-status")).to_contain_text(number)


def test_a_figure_takes_a_sum(place: Place) -> None:
    place.open("the-task")
    figure = place.part("the-task", "sample-probabilities")
    figure.scroll_into_view_if_needed()
    figure.get_by_label("First number").fill("12")
    figure.get_by_label("Second number").fill("34")
    figure.get_by_role("button", name="Show", exact=True).click()
    expect(figure.locator("select").first).to_have_value("own-12-34")
    expect(figure.locator(".main-svg").first).to_be_visible()
    assert "sample-probabilities=own-12-34" in place.page.url.replace("the-task%2F", "")


def test_the_picture_takes_a_sum_and_leads_to_the_live_model(place: Place) -> None:
    place.open("index")
    picture = place.part("index", "mechanism")
    picture.scroll_into_view_if_needed()
    picture.get_by_label("First number").fill("12")
    picture.get_by_label("Second number").fill("34")
    picture.get_by_role("button", name="Predict").click()
    expect(picture.locator(".picture-words")).to_contain_text("0012+0034=0046")
    picture.get_by_role("link", name="Intervene on this sum").click()
    place.live.scroll_into_view_if_needed()
    expect(place.live.locator(".live-status")).to_contain_text("0012 + 0034 = 0046")
