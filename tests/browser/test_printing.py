"""A printed chapter is complete: every chart, in light colours, none split, and the addresses of links."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader

CHAPTER = "layer-1-ov.html"
UNDRAWN = "[...document.querySelectorAll('.chart')].filter(chart => !chart.querySelector('.main-svg')).length"
COUNT_WHAT_IS_HANDED_OVER = """
    window.handedOver = 0;
    let register, namespace;
    Object.defineProperty(window, "sumint", {
        get: () => namespace,
        set: (given) => {
            namespace = given;
            Object.defineProperty(namespace, "registerFigure", {
                set: (given) => { register = given; },
                get: () => (...figure) => { register(...figure); window.handedOver += 1; },
            });
        },
    });
"""
"""The number of figures whose scripts have run."""
GROUND = "document.querySelector('.chart .main-svg').style.background"


@pytest.fixture
def loaded(trained_site: Path, read: Callable[..., Reader]) -> Reader:
    """A chapter in the dark theme that has not been scrolled, after it has loaded all figures for printing."""
    reader = read(color_scheme="dark")
    reader.page.add_init_script(COUNT_WHAT_IS_HANDED_OVER)
    reader.page.goto(f"{trained_site.as_uri()}/{CHAPTER}")
    reader.page.wait_for_function(
        "() => window.Plotly && window.handedOver === document.querySelectorAll('.chart').length"
    )
    return reader


def test_printing_draws_what_was_not_drawn(loaded: Reader) -> None:
    before = loaded.page.evaluate(UNDRAWN)
    pdf = loaded.page.pdf()
    assert before > 0
    assert loaded.page.evaluate(UNDRAWN) == 0
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 3
    assert loaded.messages == []


def test_on_paper_charts_are_light_and_links_are_addresses(loaded: Reader) -> None:
    loaded.page.evaluate("""
        addEventListener('beforeprint', () => {
            window.printed = {
                chart: document.querySelector('.chart .main-svg').style.background,
                body: getComputedStyle(document.body).backgroundColor,
                link: getComputedStyle(document.querySelector('.foot a[href^=http]'), '::after').content,
            };
        })
    """)
    loaded.page.emulate_media(media="print")
    loaded.page.pdf()
    printed = loaded.page.evaluate("window.printed")
    assert printed["chart"] == printed["body"] == "rgb(255, 255, 255)"
    assert "https://" in printed["link"]


def test_after_printing_charts_are_as_dark_as_before(loaded: Reader) -> None:
    loaded.page.evaluate("window.scrollTo(0, document.querySelector('.chart').offsetTop)")
    loaded.page.wait_for_function("() => document.querySelector('.chart .main-svg') !== null")
    before = loaded.page.evaluate(GROUND)
    loaded.page.pdf()
    loaded.page.wait_for_function(f"() => {GROUND} === {before!r}")


def test_the_opening_page_loads_no_charts_before_they_are_near_and_says_so_in_print(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(viewport={"width": 1280, "height": 800})
    page = reader.page
    page.goto(f"{trained_site.as_uri()}/index.html")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)  # longer than a page waits before it loads what is not near
    assert not [address for address in reader.asked_for if "plotly" in address or "/figures/" in address]
    page.pdf()
    chart = page.locator("#digits-in-the-plane .chart")
    expect(chart).to_contain_text("This chart has not been loaded. Scroll to it, then print again.")
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".main-svg").first).to_be_visible()
    expect(chart).not_to_contain_text("has not been loaded")
    assert [address for address in reader.asked_for if "plotly" in address]
