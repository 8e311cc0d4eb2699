"""The diagram on the opening page: in the form that fits, with every arrow a link that states its measurement."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Reader


@pytest.fixture(scope="session")
def arrows(trained_site: Path) -> list[dict[str, Any]]:
    """The data file of the diagram."""
    return json.loads((trained_site / "data" / "index" / "the-algorithm.json").read_bytes())["arrows"]


def diagram(reader: Reader) -> Locator:
    return reader.page.locator("#the-algorithm")


@pytest.mark.parametrize(("width", "fits", "other"), [(1300, "wide", "tall"), (375, "tall", "wide")])
def test_a_page_shows_the_form_that_fits(
    trained_site: Path, read: Callable[..., Reader], width: int, fits: str, other: str
) -> None:
    reader = read(viewport={"width": width, "height": 800})
    reader.page.goto(f"{trained_site.as_uri()}/index.html")
    expect(diagram(reader).locator(f".diagram-drawing--{fits}")).to_be_visible()
    expect(diagram(reader).locator(f".diagram-drawing--{other}")).to_be_hidden()
    assert reader.room >= 0
    for text in diagram(reader).locator(f".diagram-drawing--{fits} .diagram-node").all():
        inside = text.evaluate(
            "node => ['text', 'rect'].map(part => node.querySelector(part).getBoundingClientRect().width)"
        )
        assert inside[0] <= inside[1]


def test_every_arrow_is_a_link_to_the_claim_behind_it(
    trained_site: Path, read: Callable[..., Reader], arrows: list[dict[str, Any]]
) -> None:
    reader = read()
    reader.page.goto(f"{trained_site.as_uri()}/index.html")
    links = diagram(reader).locator(".diagram-drawing--wide a").all()
    assert [link.get_attribute("href") for link in links] == [arrow["shown at"] for arrow in arrows]
    assert [link.get_attribute("aria-label") for link in links] == [arrow["in words"] for arrow in arrows]
    links[0].focus()
    reader.page.keyboard.press("Enter")
    page, anchor = arrows[0]["shown at"].split("#")
    reader.page.wait_for_url(f"**/{page}#{anchor}")
    expect(reader.page.locator(f"#{anchor}")).to_be_in_viewport()


def test_the_small_form_is_accessible(trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 375, "height": 800})
    reader.page.goto(f"{trained_site.as_uri()}/index.html")
    reader.scroll_through()
    assert reader.messages == []
    assert reader.barriers() == []


def test_without_scripts_it_is_there(trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(java_script_enabled=False)
    reader.page.goto(f"{trained_site.as_uri()}/index.html")
    expect(diagram(reader).locator(".diagram-drawing--wide")).to_be_visible()
