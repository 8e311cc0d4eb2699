"""Figures of single sums take a sum of the reader's own, and compute of it what the build does of listed ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader

FIGURES = {
    "the-task.html": ("sample-probabilities",),
    "layer-0-attention.html": ("attention-patterns",),
    "direct-logit-attribution.html": ("components", "paths", "phases"),
}
PLACES = [(page, figure) for page, figures in FIGURES.items() for figure in figures]

NUMBERS = """
    name => {
        const plain = value => {
            if (value?.bdata) {
                const bytes = Uint8Array.from(atob(value.bdata), letter => letter.charCodeAt(0));
                return [...new Float32Array(bytes.buffer)];
            }
            if (value?.float32) return [...sumint.numbersOf(value)];
            return ArrayBuffer.isView(value) ? [...value] : [value].flat(9);
        };
        const heads = ({ heads }) => heads.map(({ weights }) => plain(weights));
        const found = view => view.payload
            ? { heads: heads(view.payload), names: view.payload.positions.map(({ label }) => label) }
            : { data: view.data.map(({ z, r, theta, text, textposition }) => ({
                numbers: plain(z ?? r), theta: plain(theta), text: plain(text), textposition: plain(textposition)
            })),
                titles: (view.layout.annotations ?? []).map(({ text }) => text) };
        return Object.fromEntries(sumint.viewsOf(name).map(view => [view.slug, found(view)]));
    }
"""


@pytest.fixture
def opened(trained_site: Path, read: Callable[..., Reader]) -> Callable[[str], Page]:
    def open_it(address: str) -> Page:
        page = read(viewport={"width": 1280, "height": 900}).page
        page.goto(f"{trained_site.as_uri()}/{address}")
        return page

    return open_it


def type_sum(page: Page, figure: str, a: int, b: int) -> None:
    form = page.locator(f"#{figure} .figure-own")
    form.get_by_label("First number").fill(str(a))
    form.get_by_label("Second number").fill(str(b))
    form.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(f"#{figure} .control select").first).to_have_value(f"own-{a}-{b}")


def same(one: Any, other: Any) -> bool:
    """Whether two structures are equal, with numbers up to rounding."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return bool(np.isclose(one, other, rtol=2e-3, atol=2e-3))
    # The lines from the centre are separated by NaN in the build, and by null in the page.
    return one == other or (one != one and other is None)


@pytest.mark.parametrize(("chapter", "figure"), PLACES)
def test_a_listed_sum_that_is_typed_has_the_numbers_of_the_build(
    opened: Callable[[str], Page], chapter: str, figure: str
) -> None:
    page = opened(chapter)
    name = f"{chapter.removesuffix('.html')}/{figure}"
    page.locator(f"#{figure}").scroll_into_view_if_needed()
    option = page.locator(f"#{figure} .control select option").nth(1)
    listed, written = str(option.get_attribute("value")), str(option.text_content())
    a, b = (int(number) for number in written.partition("=")[0].split("+"))
    type_sum(page, figure, a, b)
    views = page.evaluate(NUMBERS, name)
    own = {slug: view for slug, view in views.items() if slug.startswith("own-")}
    assert own
    for slug, view in own.items():
        as_listed = views[slug.replace(f"own-{a}-{b}", listed)]
        assert same(as_listed, view), slug
    assert sum(slug.split(".")[0] == listed for slug in views) == len(own)


@pytest.mark.parametrize(("chapter", "figure"), PLACES)
def test_a_sum_stands_in_the_address_and_is_drawn_again(
    opened: Callable[[str], Page], chapter: str, figure: str
) -> None:
    page = opened(chapter)
    page.locator(f"#{figure}").scroll_into_view_if_needed()
    type_sum(page, figure, 1234, 4321)
    assert f"{figure}=own-1234-4321" in page.url
    again = opened(page.url.rpartition("/")[2])
    expect(again.locator(f"#{figure} .control select").first).to_have_value("own-1234-4321")
    again.locator(f"#{figure}").scroll_into_view_if_needed()
    expect(again.locator(f"#{figure} .chart :is(.main-svg, .attention)").first).to_be_visible()


def test_what_is_no_sum_is_refused_and_large_operands_are_labelled(opened: Callable[[str], Page]) -> None:
    page = opened("the-task.html")
    form = page.locator("#sample-probabilities .figure-own")
    form.get_by_label("First number").fill("x")
    form.get_by_role("button", name="Show", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("Type two whole numbers of at most 4 digits.")
    type_sum(page, "sample-probabilities", 7000, 1)
    expect(form.get_by_role("alert")).to_contain_text("Beyond the training range")
    page.locator("#sample-probabilities .control select").select_option(index=0)
    assert "own-" not in page.url


def test_choices_beside_the_sum_are_kept(opened: Callable[[str], Page]) -> None:
    page = opened("direct-logit-attribution.html")
    figure = page.locator("#components")
    figure.scroll_into_view_if_needed()
    figure.get_by_role("radio", name="C2").check()
    type_sum(page, "components", 99, 1)
    assert "components=own-99-1.c2.corrected" in page.url
    expect(figure.locator(".main-svg").first).to_be_visible()
