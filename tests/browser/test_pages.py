"""The pages in a real browser, from disk and over http."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import PAGES, Reader

SHIFT_BELOW = 0.02
"""The sum of layout shifts below which they are not noticed."""


WITHOUT_SOME_FIGURES = ("index.html", "the-task.html", "how-it-carries.html", "other-seeds.html")
"""The pages that differ most where the weights are untrained."""
ON_A_PHONE = ("index.html", "layer-0-attention.html", "direct-logit-attribution.html", "how-it-adds.html")
"""The pages with components, which are drawn otherwise on a phone."""
IN_EACH_RUN = (*ON_A_PHONE, "the-task.html", "circuit.html", "claims.html", "glossary.html")
"""The pages of trained weights that differ most; the others are read nightly."""
FIRST_FIGURE = "figures/layer-1-ov/digit-embeddings.js"


@pytest.mark.parametrize(
    ("weights", "scheme", "page"),
    [
        *(("trained, over http", "dark", page) for page in IN_EACH_RUN),
        *(
            pytest.param("trained, over http", "dark", page, marks=pytest.mark.nightly)
            for page in PAGES
            if page not in IN_EACH_RUN
        ),
        *(("untrained, from disk", "light", page) for page in WITHOUT_SOME_FIGURES),
        *(
            pytest.param("untrained, from disk", "light", page, marks=pytest.mark.nightly)
            for page in PAGES
            if page not in WITHOUT_SOME_FIGURES
        ),
    ],
)
def test_a_page_is_drawn_completely_without_messages_and_requests_elsewhere(
    weights: str, scheme: str, page: str, request: pytest.FixtureRequest, read: Callable[..., Reader]
) -> None:
    address = request.getfixturevalue("trained_server" if weights.startswith("trained") else "from_disk")
    reader = read(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    reader.page.goto(f"{address}/{page}")
    reader.scroll_through()
    assert reader.messages == []
    assert reader.outside(address) == []
    assert reader.shift < SHIFT_BELOW
    assert reader.barriers() == []
    for width in (1280, 1024, 375):
        reader.page.set_viewport_size({"width": width, "height": 900})
        assert reader.room >= 0


@pytest.mark.parametrize(
    "page",
    [page if page in ON_A_PHONE else pytest.param(page, marks=pytest.mark.nightly) for page in PAGES],
)
def test_a_page_fits_a_phone(page: str, trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 375, "height": 900}, has_touch=True)
    reader.page.goto(f"{trained_site.as_uri()}/{page}")
    reader.scroll_through()
    assert reader.messages == []
    assert reader.room >= 0
    assert reader.shift < SHIFT_BELOW


def test_charts_wait_for_the_colours_that_they_are_drawn_in(server: str, read: Callable[..., Reader]) -> None:
    reader = read()
    held: list[Route] = []
    reader.page.route("**/assets/chart-themes.js", lambda route: held.append(route))
    reader.page.goto(f"{server}/layer-1-ov.html", wait_until="commit")
    # All data of the first figure have been loaded; a chart that could not be drawn would have a note.
    expect(reader.page.locator(f"script[src='{FIRST_FIGURE}']")).to_have_count(1)
    while not reader.page.evaluate("Boolean(window.Plotly)"):
        reader.page.wait_for_timeout(50)
    reader.page.wait_for_timeout(500)
    note = reader.page.locator(".chart").first.locator(".chart-note")
    expect(note).to_be_hidden()
    held[0].continue_()
    expect(note).to_have_count(0)


def test_charts_whose_colours_cannot_be_had_say_so(server: str, read: Callable[..., Reader]) -> None:
    reader = read()
    reader.page.route("**/assets/chart-themes.js", lambda route: route.abort())
    reader.page.goto(f"{server}/layer-1-ov.html")
    note = reader.page.locator(".chart").first.locator(".chart-note")
    expect(note).to_contain_text("assets/chart-themes.js could not be loaded")


def test_only_charts_near_the_viewport_are_drawn(from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 1200, "height": 700})
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.wait_for_selector(".chart .main-svg")
    reader.page.wait_for_timeout(500)
    drawn = reader.page.evaluate("document.querySelectorAll('.chart .main-svg').length > 0")
    charts = reader.page.locator(".chart").count()
    undrawn = reader.page.evaluate(
        "[...document.querySelectorAll('.chart')].filter(chart => !chart.querySelector('.main-svg')).length"
    )
    assert drawn
    assert undrawn > charts / 2


def test_the_choice_of_a_theme_recolours_page_and_charts_and_is_remembered(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme="light")
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.wait_for_selector("#unembedding .main-svg")
    ground = "getComputedStyle(document.body).backgroundColor"
    cells = "document.querySelector('#unembedding .hm image').getAttribute('href')"
    before = reader.page.evaluate(f"[{ground}, {cells}]")
    reader.page.locator(".theme-switch label", has_text="Dark").click()
    reader.page.wait_for_function(f"{cells} !== {before[1]!r}")
    after = reader.page.evaluate(f"[{ground}, {cells}]")
    assert after[0] != before[0]
    reader.page.reload()
    assert reader.page.evaluate(ground) == after[0]


def test_a_chosen_view_is_in_the_address_and_comes_back_with_it(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read()
    reader.page.goto(f"{from_disk}/unembedding.html")
    reader.page.locator("#first-frequency-only .control label", has_text="original").click()
    assert "first-frequency-only=original" in reader.page.url
    reader.page.goto(reader.page.url)
    assert reader.page.locator("#first-frequency-only input[value=original]").is_checked()


def test_formulas_are_set_in_the_maths_font(from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read()
    reader.page.goto(f"{from_disk}/the-task.html")
    heights = reader.page.evaluate(
        "[...document.querySelectorAll('math')].filter(formula => formula.checkVisibility())"
        ".map(formula => formula.getBoundingClientRect().height)"
    )
    assert len(heights) > 5
    assert min(heights) > 5
    assert reader.page.evaluate("document.fonts.check('16px \"Report Math\"')")


def test_without_scripts_the_text_the_tables_and_the_way_to_the_numbers_are_there(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read(java_script_enabled=False)
    reader.page.goto(f"{from_disk}/the-task.html")
    assert reader.page.get_by_text("cannot work column by column").is_visible()
    assert reader.page.locator("table").first.is_visible()
    assert reader.page.locator("#sample-probabilities .chart").get_by_role("link", name="JSON").is_visible()


def test_a_chart_that_fails_says_so_and_leaves_the_others_alone(
    site: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    damaged = tmp_path / "site"
    shutil.copytree(site, damaged)
    (damaged / "figures" / "unembedding" / "unembedding.js").unlink()
    reader = read()
    reader.page.goto(f"{damaged.as_uri()}/unembedding.html")
    note = reader.page.locator("#unembedding .chart-note")
    note.get_by_text("could not be drawn").wait_for()
    json = note.get_by_role("link", name="JSON")
    assert json.get_attribute("href") == "data/unembedding/unembedding.json"
    reader.page.locator("#gram").scroll_into_view_if_needed()
    reader.page.wait_for_selector("#gram .main-svg")
