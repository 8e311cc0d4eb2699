"""The attention patterns can be used by mouse, touch and keyboard, and show the measured numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from report.figures.palette import PALETTES, ThemeName
from tests.browser.conftest import Reader

FIGURE = "attention-patterns"

Patterns = Mapping[tuple[str, str], np.ndarray]
"""The attention pattern of each head, by sum and head."""


@pytest.fixture(scope="module")
def published(trained_site: Path) -> Patterns:
    """The patterns in the figure's data file."""
    data = json.loads((trained_site / "data" / "layer-0-attention" / f"{FIGURE}.json").read_bytes())
    return {
        (view["choices"][0], trace["panel"]): np.array(trace["z"])
        for view in data["views"]
        for trace in view["traces"]
    }


@pytest.fixture(scope="module")
def first_sum(published: Patterns) -> str:
    return next(iter(published))[0]


@pytest.fixture
def opened(at_figure: Callable[..., Reader]) -> Callable[..., Reader]:
    """A function that opens the chapter at the figure, with a state of the figure in the address."""
    return partial(at_figure, "layer-0-attention.html", FIGURE, ".attention")


def token(page: Page, name: str) -> Locator:
    """The element of the token at a position."""
    return page.locator(".attention-token").filter(has=page.locator(f"xpath=./span[.='{name}']"))


def weights(page: Page) -> list[float]:
    """The number at each token."""
    return [float(number) for number in page.locator(".attention-number").all_inner_texts()]


def around(pattern: np.ndarray, position: int) -> np.ndarray:
    """The attention from a position to itself and earlier ones, and to it from later positions."""
    return np.concatenate([pattern[position, : position + 1], pattern[position + 1 :, position]])


def computed(locator: Locator, style: str) -> str:
    return locator.evaluate("(element, style) => getComputedStyle(element)[style]", style)


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def channels(written: str) -> list[float]:
    """A mixed colour as the browser writes it, color(srgb 0.1 0.2 0.3), in steps of 255."""
    return [255 * float(channel) for channel in written.removeprefix("color(srgb ").rstrip(")").split()]


def test_a_token_under_the_mouse_shows_its_row_and_its_column(
    opened: Callable[..., Reader], published: Patterns, first_sum: str
) -> None:
    reader = opened()
    page = reader.page
    pattern = published[first_sum, "H0.0"]
    token(page, "B1").hover()
    np.testing.assert_allclose(weights(page), around(pattern, 6), atol=0.0051)
    page.locator(".attention-queries [data-position='12']").hover()
    np.testing.assert_allclose(weights(page), around(pattern, 12), atol=0.0051)
    page.locator(".attention-pattern [data-query='8'][data-key='2']").hover()
    np.testing.assert_allclose(weights(page), around(pattern, 8), atol=0.0051)
    expect(page.locator(".attention-reading")).to_have_text(f"B3 attends to A2: {pattern[8, 2]:.3f}.")
    assert reader.messages == []


def test_every_head_is_there_in_order_and_a_click_enlarges_it(
    opened: Callable[..., Reader], published: Patterns, first_sum: str
) -> None:
    page = opened().page
    heads = [head for total, head in published if total == first_sum]
    assert page.locator(".attention-head").all_inner_texts() == heads
    page.locator(".attention-head", has_text=heads[-1]).click()
    token(page, "C1").hover()
    np.testing.assert_allclose(weights(page), around(published[first_sum, heads[-1]], 11), atol=0.0051)
    assert page.locator(".attention-guide b").inner_text() == heads[-1]


def test_a_click_pins_a_token_and_a_second_one_or_escape_lets_it_go(opened: Callable[..., Reader]) -> None:
    page = opened().page
    shown = page.locator(".attention-token.shown .attention-name")
    pinned = page.locator(".attention-token[aria-pressed=true]")
    token(page, "A1").click()
    token(page, "C2").hover()
    expect(shown).to_have_text("A1")
    token(page, "A1").click()
    expect(pinned).to_have_count(0)
    token(page, "C2").hover()
    expect(shown).to_have_text("C2")
    page.locator(".attention-pattern [data-query='7'][data-key='7']").click()
    expect(pinned.locator(".attention-name")).to_have_text("B2")
    page.keyboard.press("Escape")
    expect(pinned).to_have_count(0)


def test_the_keyboard_reaches_every_token_and_every_head(opened: Callable[..., Reader]) -> None:
    reader = opened()
    page = reader.page
    focused = "document.activeElement.innerText.split('\\n')[0]"
    page.locator(".attention-head input").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".attention-guide b").inner_text() == "H0.1"
    token(page, "A1").focus()
    for key, name in {"ArrowDown": "B1", "ArrowRight": "B2", "Home": "A0", "ArrowUp": "A0", "End": "C3"}.items():
        page.keyboard.press(key)
        assert page.evaluate(focused) == name
        expect(page.locator(".attention-token.shown .attention-name")).to_have_text(name)
    assert page.locator(".attention-token[tabindex='0']").count() == 1
    assert computed(page.locator(".attention-token:focus"), "outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".attention-token.shown .attention-name")).to_have_text("C3")
    page.keyboard.press("Escape")
    expect(page.locator(".attention-token.shown .attention-name")).to_have_text("C2")
    assert reader.messages == []


def test_sum_head_and_pinned_token_are_in_the_address_and_come_back_with_it(
    opened: Callable[..., Reader], published: Patterns
) -> None:
    reader = opened()
    page = reader.page
    second_sum = list(dict.fromkeys(total for total, _ in published))[1]
    page.locator(f"#{FIGURE} select").select_option(second_sum)
    page.locator(".attention-head", has_text="H1.1").click()
    token(page, "B2").click()
    state = page.evaluate("new URLSearchParams(location.search).get('attention-patterns')")
    assert state == f"{second_sum.replace('+', '-').replace('=', '-')}.h1-1.b2"
    again = opened(state).page
    assert again.locator(f"#{FIGURE} select option:checked").inner_text() == second_sum
    assert again.locator(".attention-head input").nth(4).is_checked()
    expect(again.locator(".attention-token[aria-pressed=true] .attention-name")).to_have_text("B2")
    np.testing.assert_allclose(weights(again), around(published[second_sum, "H1.1"], 7), atol=0.0051)
    operator = opened("nonsense.h9-9.%3D").page
    assert operator.locator(".attention-head input").first.is_checked()
    expect(operator.locator(".attention-token[aria-pressed=true] .attention-glyph")).to_have_text("=")


def test_a_finger_pins_and_lets_go_and_nothing_is_wider_than_a_phone(opened: Callable[..., Reader]) -> None:
    reader = opened(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    page = reader.page
    pinned = page.locator(".attention-token[aria-pressed=true] .attention-name")
    token(page, "C0").tap()
    expect(pinned).to_have_text("C0")
    page.locator(".attention-pattern [data-query='6'][data-key='3']").tap()
    expect(pinned).to_have_text("B1")
    expect(page.locator(".attention-reading")).to_contain_text("B1 attends to A3: ")
    token(page, "B1").tap()
    expect(pinned).to_have_count(0)
    page.locator(".attention-head", has_text="H1.2").tap()
    assert page.locator(".attention-guide b").inner_text() == "H1.2"
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room
    assert reader.messages == []


def test_the_pattern_is_a_table_for_screen_readers_and_on_demand(
    opened: Callable[..., Reader], published: Patterns, first_sum: str
) -> None:
    page = opened().page
    region = page.get_by_role("region", name="The pattern as a table")
    rows = region.get_by_role("row").filter(has=page.get_by_role("rowheader")).all()
    written = [[float(cell) for cell in row.locator("td").all_inner_texts() if cell] for row in rows]
    pattern = published[first_sum, "H0.0"]
    assert list(map(len, written)) == list(range(1, len(pattern) + 1))
    for row, (query, keys) in zip(written, enumerate(pattern), strict=True):
        np.testing.assert_allclose(row, keys[: query + 1], atol=0.00051)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert region.bounding_box()["width"] <= 1  # pyright: ignore[reportOptionalSubscript]
    page.get_by_role("button", name="As a table").click()
    assert region.bounding_box()["width"] > 200  # pyright: ignore[reportOptionalSubscript]
    assert computed(page.locator(".attention-pattern"), "visibility") == "hidden"
    assert page.evaluate("document.documentElement.scrollHeight") == height


def test_its_colours_are_the_palette_s_in_both_themes_and_light_on_paper(opened: Callable[..., Reader]) -> None:
    reader = opened("2968-1606-4574.h0-0.a0", color_scheme="dark")
    page = reader.page
    looks_only_at_itself = page.locator(".attention-pattern [data-query='0'][data-key='0']")
    glyph = token(page, "A0").locator(".attention-glyph")

    def has_colours_of(theme: ThemeName) -> None:
        palette = PALETTES[theme]
        np.testing.assert_allclose(
            channels(computed(looks_only_at_itself, "fill")), rgb(palette.sequential[-1]), atol=0.5
        )
        np.testing.assert_allclose(
            channels(computed(glyph, "backgroundColor")), rgb(palette.diverging[0]), atol=0.5
        )
        assert computed(glyph, "color") == f"rgb({', '.join(map(str, rgb(palette.ground)))})"

    has_colours_of("dark")
    page.locator(".theme-switch label", has_text="Light").click()
    has_colours_of("light")
    page.locator(".theme-switch label", has_text="Dark").click()
    page.emulate_media(media="print")
    has_colours_of("light")
    assert page.locator(".attention-pattern").is_visible()
    assert page.locator(".attention-head svg").first.is_visible()
    assert not page.locator(".attention-switch").is_visible()


def test_it_needs_no_plotting_library(trained_site: Path, read: Callable[..., Reader]) -> None:
    page = read().page
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.goto(f"{trained_site.as_uri()}/layer-0-attention.html#{FIGURE}")
    page.wait_for_selector(".attention")
    assert page.evaluate("window.Plotly === undefined")


def test_without_its_script_it_says_so_and_leaves_the_charts_alone(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.route("**/attention.js", lambda route: route.abort())
    page.goto(f"{trained_site.as_uri()}/layer-0-attention.html#{FIGURE}")
    page.locator(f"#{FIGURE} .chart-note").get_by_text("could not be drawn").wait_for()
    page.locator("#column-attention").scroll_into_view_if_needed()
    page.wait_for_selector("#column-attention .main-svg")
