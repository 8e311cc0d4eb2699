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
NOT_LOADED = "This chart was not loaded. Wait a few seconds or scroll to it, then print again."
UNEXPLAINED = """
    [...document.querySelectorAll('[data-figure] .chart')]
        .filter(chart => !chart.querySelector('.main-svg') && !chart.querySelector(':scope > :not(.chart-note)'))
        .filter(chart => !chart.querySelector('.chart-note')?.checkVisibility())
        .map(chart => chart.closest('figure').id)
"""
"""The figures without a chart and without a word on it."""
PRINTED_HEIGHT = 700
"""The height of a chart in pixels that leaves room for its title and its caption on a page."""
PAPERS = {"A4": 673, "Letter": 695}
"""The widths that the margins of a page leave, in pixels."""
ON_PAPER = (
    "button:not(th button), input:not(.control input, .claims-filter input), form, dialog, [popover], .modebar, "
    ".image-links, .picture-hint"
)


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


def test_after_printing_charts_are_as_dark_and_as_large_as_before(loaded: Reader) -> None:
    loaded.page.evaluate("window.scrollTo(0, document.querySelector('.chart').offsetTop)")
    loaded.page.wait_for_function("() => document.querySelector('.chart .main-svg') !== null")
    size = "['width', 'height'].map(side => document.querySelector('.chart .main-svg').getAttribute(side)).join()"
    ground, before = loaded.page.evaluate(f"[{GROUND}, {size}]")
    assert int(before.split(",")[1]) > PRINTED_HEIGHT
    loaded.page.pdf()
    loaded.page.wait_for_function(f"() => {GROUND} === {ground!r} && {size} === {before!r}")


def test_the_opening_page_loads_no_charts_before_they_are_near_and_says_so_in_print(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(viewport={"width": 1280, "height": 800})
    page = reader.page
    page.goto(f"{trained_site.as_uri()}/index.html")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)  # longer than a page waits before it loads what is not near
    assert not [address for address in reader.asked_for if "plotly" in address or "/figures/" in address]
    chart = page.locator("#digits-in-the-plane .chart")
    page.emulate_media(media="print")
    expect(chart.locator(".chart-note")).to_contain_text(NOT_LOADED)
    expect(chart.locator(".chart-note")).to_be_visible()
    page.emulate_media(media="screen")
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".main-svg").first).to_be_visible()
    expect(chart.locator(".chart-note")).to_have_count(0)
    assert [address for address in reader.asked_for if "plotly" in address]


def test_a_figure_that_is_printed_before_it_is_loaded_says_how_to_print_it(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.route("**/plotly.min.js", lambda route: None)  # still on its way
    page.goto(f"{trained_site.as_uri()}/{CHAPTER}", wait_until="domcontentloaded")
    page.emulate_media(media="print")
    notes = page.locator(".chart-note")
    assert notes.count() > 1
    for note in notes.all():
        expect(note).to_be_visible()
        expect(note).to_contain_text(NOT_LOADED)
    page.pdf()
    assert page.evaluate(UNEXPLAINED) == []
    page.emulate_media(media="screen")
    expect(page.locator(".chart-note:visible")).to_have_count(0)


def test_printing_loads_what_the_next_print_shows(trained_site: Path, read: Callable[..., Reader]) -> None:
    page = read(viewport={"width": 1280, "height": 800}).page
    page.goto(f"{trained_site.as_uri()}/index.html")
    page.pdf()
    page.wait_for_function("() => window.Plotly && sumint.viewsOf('index/digits-in-the-plane')")
    page.pdf()
    assert page.locator("#digits-in-the-plane .main-svg").count() > 0
    assert page.evaluate(UNEXPLAINED) == []


def test_one_figure_that_cannot_be_drawn_leaves_the_others_in_print(loaded: Reader) -> None:
    broken = loaded.page.locator(".chart").last.locator("xpath=ancestor::figure").get_attribute("id")
    loaded.page.evaluate(
        "name => { const views = sumint.viewsOf(name); for (const view of views) delete view.layout; }",
        f"{CHAPTER.removesuffix('.html')}/{broken}",
    )
    loaded.page.pdf()
    loaded.page.emulate_media(media="print")
    expect(loaded.page.locator(f"#{broken} .chart-note")).to_contain_text("could not be drawn")
    assert loaded.page.evaluate(UNDRAWN) == 1


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("page", [CHAPTER, "index.html", "live-model.html", "every-sum.html"])
def test_paper_shows_no_controls_and_nothing_wider_than_it(
    page: str, paper: str, trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme="dark", viewport={"width": 1280, "height": 900})
    reader.page.goto(f"{trained_site.as_uri()}/{page}")
    reader.scroll_through()
    reader.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    reader.page.emulate_media(media="print")
    reader.page.set_viewport_size({"width": PAPERS[paper], "height": 900})
    shown = reader.page.locator(f"main :is({ON_PAPER}), body > :is({ON_PAPER})").filter(visible=True)
    assert shown.evaluate_all("all => all.map(one => one.outerHTML.slice(0, 80))") == []
    assert reader.room >= 0
    charts = reader.page.locator(".figure:not([data-component]) .main-svg:first-of-type")
    sizes = charts.evaluate_all("all => all.map(one => [one.clientWidth, one.clientHeight])")
    assert all(width <= PAPERS[paper] and height <= PRINTED_HEIGHT for width, height in sizes)
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("page", ["index.html", CHAPTER])
def test_nothing_is_cut_off_at_the_edge_of_the_paper(
    page: str, trained_site: Path, read: Callable[..., Reader]
) -> None:
    opened = read(viewport={"width": PAPERS["A4"], "height": 900}).page
    opened.goto(f"{trained_site.as_uri()}/{page}")
    for tables in opened.locator(".numbers-details").all()[:2]:
        tables.locator("summary").click()
        expect(tables.locator("table").first).to_be_visible()
    opened.emulate_media(media="print")
    if page == CHAPTER:
        expect(opened.locator(".numbers-details table").first).to_be_visible()
    cut_off = """
        [...document.querySelectorAll('main *')]
            .filter(one => one.checkVisibility() && !one.closest('svg, math, .unseen, .chart'))
            .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
            .map(one => one.outerHTML.slice(0, 80))
    """
    assert opened.evaluate(cut_off) == []


def test_what_is_open_over_the_page_is_not_printed(trained_site: Path, read: Callable[..., Reader]) -> None:
    page = read(viewport={"width": 1024, "height": 900}).page
    page.goto(f"{trained_site.as_uri()}/unembedding.html")
    page.locator("#unembedding .main-svg").first.wait_for()
    for opens, opened in {
        ".to-search": ".search[open]",
        ".to-contents": "#contents",
        "#unembedding .expand": ".expanded",
    }.items():
        page.locator(opens).click()
        expect(page.locator(opened)).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(opened)).to_be_hidden()
        page.emulate_media(media="screen")
        page.keyboard.press("Escape")


def test_a_long_table_prints_the_rows_that_the_page_shows_and_where_the_others_are(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{trained_site.as_uri()}/every-sum.html")
    page.emulate_media(media="print")
    place = page.locator("#wrong-sums .table-place")
    expect(place).to_have_text(re.compile("^1–12 of "))
    assert "contains all rows" in place.evaluate("place => getComputedStyle(place, '::after').content")


def test_the_evidence_of_claims_is_printed_though_it_is_folded(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{trained_site.as_uri()}/{CHAPTER}")
    page.emulate_media(media="print")
    evidence = page.locator(".claim .measured")
    assert evidence.count() > 0
    for one in evidence.all():
        expect(one).to_be_visible()
