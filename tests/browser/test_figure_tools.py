"""The tools of a figure: its numbers, its image, and scrolling of the page by touch over it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import Reader

# A browser that takes the mouse for being elsewhere removes the label again.
LABELS_ARE_RECORDED = """() => {
    const chart = document.querySelector("#gram-phases");
    new MutationObserver(() => {
        window.label ||= chart.querySelector(".hovertext")?.textContent;
    }).observe(chart, { childList: true, subtree: true });
}"""
DRAWN = "() => [...document.querySelector('#gram .chart')._fullData[0].z].map((row) => [...row])"


@pytest.fixture
def gram(server: str, read: Callable[..., Reader]) -> Reader:
    """A page over http whose figure "gram" is drawn, since a link to a file on a disk does not save it."""
    reader = read(accept_downloads=True)
    reader.page.goto(f"{server}/unembedding.html#gram")
    reader.page.wait_for_selector("#gram .main-svg")
    return reader


def test_the_saved_numbers_are_those_that_are_drawn(gram: Reader) -> None:
    with gram.page.expect_download() as download:
        gram.page.get_by_role("button", name="Save the numbers of figure 2.4 as CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    drawn = np.array(gram.page.evaluate(DRAWN))
    assert drawn.shape == (10, 10)
    np.testing.assert_allclose([float(row["inner_product"]) for row in rows], drawn.ravel(), rtol=1e-6)


@pytest.mark.parametrize(("kind", "begins"), [("PNG", b"\x89PNG"), ("SVG", b"<svg")])
def test_a_chart_is_saved_as_an_image(gram: Reader, kind: str, begins: bytes) -> None:
    with gram.page.expect_download() as download:
        gram.page.get_by_role("button", name=f"Save figure 2.4 as {kind}").click()
    assert download.value.suggested_filename == f"unembedding-gram.{kind.lower()}"
    assert Path(download.value.path()).read_bytes().startswith(begins)
    assert gram.messages == []


@pytest.fixture
def phone(from_disk: str, read: Callable[..., Reader]) -> Reader:
    """A phone on which a polar chart is drawn, which Plotly would let capture a touch as a drag."""
    reader = read(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True, reduced_motion="reduce")
    reader.page.goto(f"{from_disk}/unembedding.html#gram-phases")
    reader.page.wait_for_selector("#gram-phases .main-svg")
    return reader


def test_a_finger_on_a_chart_scrolls_the_page(phone: Reader) -> None:
    box = phone.page.locator("#gram-phases .chart").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, 600)
    before = phone.page.evaluate("scrollY")
    devtools = phone.page.context.new_cdp_session(phone.page)

    def touch(kind: str, *fingers: dict[str, float]) -> None:
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(fingers)})

    touch("touchStart", {"x": x, "y": y})
    for way in range(20, 220, 20):
        touch("touchMove", {"x": x, "y": y - way})
    touch("touchEnd")
    phone.page.wait_for_function(f"() => scrollY > {before} + 100")


def test_a_tap_on_a_point_shows_what_it_says(phone: Reader) -> None:
    phone.page.evaluate(LABELS_ARE_RECORDED)
    phone.page.locator("#gram-phases .point").nth(3).tap(force=True)
    phone.page.wait_for_function("() => window.label?.includes('magnitude')")
