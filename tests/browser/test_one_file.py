"""The report in one file, opened from disk without a network."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PAGES, Reader, comes_to_rest_at_the_top, in_one_file, served

CONTENTS_BESIDE = {"width": 1300, "height": 900}


@pytest.fixture(scope="session")
def single_file(site: Path) -> Path:
    """The site in one file."""
    return in_one_file(site, site.parent / "a report.html")


@pytest.fixture
def opened(single_file: Path, read: Callable[..., Reader]) -> Callable[..., Reader]:
    """A function that opens the file at an anchor, with a context's settings."""

    def opens(anchor: str = "", **settings: object) -> Reader:
        reader = read(offline=True, **settings)
        reader.page.goto(f"{single_file.as_uri()}#{anchor}")
        return reader

    return opens


def test_all_charts_are_drawn_and_nothing_is_said_or_asked_for(opened: Callable[..., Reader]) -> None:
    reader = opened(color_scheme="dark", viewport={"width": 375, "height": 900})
    for chart in reader.page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
    expect(reader.page.locator(".chart > .chart-note")).to_have_count(0, timeout=30_000)
    assert reader.messages == []
    assert {url.split("#")[0] for url in reader.asked_for if not url.startswith(("data:", "blob:"))} == {
        reader.page.url.split("#")[0]
    }
    assert reader.page.locator(".chart .main-svg").count() > 10
    assert reader.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.nightly
def test_it_is_accessible(opened: Callable[..., Reader]) -> None:
    reader = opened(viewport=CONTENTS_BESIDE)
    for chart in reader.page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
    expect(reader.page.locator(".chart > .chart-note")).to_have_count(0, timeout=30_000)
    assert reader.barriers() == []


@pytest.mark.nightly
def test_all_charts_are_printed_though_none_was_scrolled_to(opened: Callable[..., Reader]) -> None:
    reader = opened(color_scheme="dark")
    charts = reader.page.locator(".chart").count()
    reader.page.wait_for_function(
        "(charts) => window.Plotly && charts === [...document.head.querySelectorAll('script')]"
        ".filter(({ textContent }) => textContent.startsWith('sumint.registerFigure')).length",
        arg=charts,
    )
    undrawn = "document.querySelectorAll('.chart > .chart-note').length"
    assert reader.page.evaluate(undrawn) > 0
    reader.page.pdf()
    assert reader.page.evaluate(undrawn) == 0
    assert reader.messages == []


def test_every_page_of_the_site_is_in_it(opened: Callable[..., Reader]) -> None:
    reader = opened()
    pages = reader.page.evaluate("[...document.querySelectorAll('[data-page]')].map(page => page.dataset.page)")
    assert [f"{page}.html" for page in pages] == list(PAGES)


def test_a_deep_link_lands_on_its_figure_which_is_drawn(opened: Callable[..., Reader]) -> None:
    reader = opened("layer-0-attention/qk-circuit", viewport=CONTENTS_BESIDE)
    reader.page.locator("[id='layer-0-attention/qk-circuit'] .main-svg").first.wait_for()
    comes_to_rest_at_the_top(reader.page, "layer-0-attention/qk-circuit")
    current = reader.page.locator(".contents [aria-current]")
    expect(current).to_have_attribute("href", re.compile("^#layer-0-attention/"))
    assert reader.page.locator(".contents .sections:visible").count() == 1


def test_links_between_pages_the_search_and_a_choice_stay_in_the_file(opened: Callable[..., Reader]) -> None:
    reader = opened(viewport=CONTENTS_BESIDE)
    reader.page.locator(".contents").get_by_role("link", name="Unembedding").click()
    assert reader.page.url.endswith("#unembedding")
    choice = reader.page.locator("[id='unembedding/first-frequency-only'] .control label", has_text="original")
    choice.click()
    assert "first-frequency-only=original" in reader.page.url
    reader.page.keyboard.press("/")
    reader.page.keyboard.type("angles")
    reader.page.locator(".search-result").first.wait_for()
    reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile("#unembedding/digits-as-angles$"))
    assert reader.page.locator(":target").count() == 1
    assert reader.messages == []


def test_files_are_saved_as_the_site_has_them_and_made_as_its_pages_make_them(
    site: Path, opened: Callable[..., Reader]
) -> None:
    reader = opened("layer-0-attention/qk-circuit")
    links = reader.page.locator("[id='layer-0-attention/qk-circuit'] .data-links")
    with reader.page.expect_download() as download:
        links.get_by_role("link", name="JSON").click()
    saved = Path(download.value.path()).read_bytes()
    assert saved == (site / "data" / "layer-0-attention" / "qk-circuit.json").read_bytes()
    assert download.value.suggested_filename == "layer-0-attention-qk-circuit.json"
    with reader.page.expect_download() as download:
        links.get_by_role("button", name=re.compile("as CSV$")).click()
    assert download.value.suggested_filename == "layer-0-attention-qk-circuit.csv"
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    views = json.loads(saved)["views"]
    scores = [value for view in views for row in view["traces"][0]["z"] for value in row]
    assert [float(row["attention_score"]) if row["attention_score"] else None for row in rows] == scores
    figure = reader.page.locator("[id='layer-0-attention/qk-circuit']")
    figure.locator("summary", has_text="Numbers").click()
    expect(figure.locator("[data-numbers] table")).to_be_visible()
    assert reader.messages == []


@pytest.mark.nightly
def test_the_choice_of_a_theme_recolours_a_chart(opened: Callable[..., Reader]) -> None:
    reader = opened("unembedding/unembedding", color_scheme="light")
    cells = reader.page.locator("[id='unembedding/unembedding'] .hm image").first
    before = cells.get_attribute("href")
    assert before is not None
    reader.page.locator("input[name=theme][value=dark]").dispatch_event("click")
    expect(cells).not_to_have_attribute("href", before)


def test_without_scripts_it_is_all_there_to_read_and_says_what_is_not(opened: Callable[..., Reader]) -> None:
    reader = opened(java_script_enabled=False)
    assert reader.page.locator(".enclosed-note").is_visible()
    assert reader.page.get_by_text("cannot work column by column").is_visible()
    assert reader.page.locator(".table table").first.is_visible()
    assert not reader.page.locator(".data-links").first.is_visible()
    note = reader.page.locator("[id='unembedding/unembedding'] .chart-note")
    assert "did not run" in note.inner_text()
    assert note.get_by_role("link").filter(visible=True).count() == 0


@pytest.mark.nightly
def test_a_chart_whose_data_is_damaged_says_so_and_leaves_the_others_alone(
    single_file: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    damaged = tmp_path / "damaged.html"
    block = 'data-file="figures/unembedding/unembedding.js"'
    damaged.write_text(single_file.read_text(encoding="utf-8").replace(block, ""), encoding="utf-8")
    reader = read(offline=True)
    reader.page.goto(f"{damaged.as_uri()}#unembedding/unembedding")
    reader.page.locator("[id='unembedding/unembedding']").get_by_text("could not be drawn").wait_for()
    reader.page.locator("[id='unembedding/gram']").scroll_into_view_if_needed()
    reader.page.locator("[id='unembedding/gram'] .main-svg").first.wait_for()


def test_a_script_that_was_changed_does_not_run(
    single_file: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    changed = tmp_path / "changed.html"
    source = single_file.read_text(encoding="utf-8")
    changed.write_text(
        source.replace("</body>", "<script>document.title = 'run';</script></body>"), encoding="utf-8"
    )
    reader = read(offline=True)
    reader.page.goto(changed.as_uri())
    assert reader.page.title() != "run"
    assert any("Content Security Policy" in message for message in reader.messages)


@pytest.mark.nightly
def test_a_long_table_is_turned_over_in_the_file(opened: Callable[..., Reader]) -> None:
    reader = opened("every-sum/wrong-sums", viewport=CONTENTS_BESIDE)
    table = reader.page.locator("[id='every-sum/wrong-sums']")
    first = table.locator("tbody tr").first.inner_text()
    table.get_by_role("button", name="Next", exact=True).click()
    expect(table.locator(".table-place")).to_have_text(re.compile("^13–24 of "))
    assert table.locator("tbody tr").first.inner_text() != first
    assert reader.messages == []


@pytest.mark.parametrize("policy", ["script-src 'none'", "sandbox"])
def test_a_server_that_blocks_scripts_leaves_the_text_and_a_note_on_what_is_missing(
    policy: str, single_file: Path, read: Callable[..., Reader]
) -> None:
    reader = read(viewport=CONTENTS_BESIDE)
    with served(single_file.parent, policy) as address:
        page = reader.page
        page.goto(f"{address}/{quote(single_file.name)}")
        expect(page.locator(".enclosed-note")).to_be_visible()
        expect(page.locator("[id='unembedding/unembedding'] .chart-note")).to_contain_text("did not run")
        expect(page.locator(".data-links, .chart-files").filter(visible=True)).to_have_count(0)
        page.locator(".to-search").click()
        page.locator("#without-search").get_by_role("link", name="claims").click()
        assert page.url.endswith("#claims")


def test_charts_are_drawn_in_a_sandbox_without_storage(single_file: Path, read: Callable[..., Reader]) -> None:
    reader = read(viewport=CONTENTS_BESIDE)
    with served(single_file.parent, "sandbox allow-scripts") as address:
        reader.page.goto(f"{address}/{quote(single_file.name)}#unembedding/unembedding")
        expect(reader.page.locator("[id='unembedding/unembedding'] .main-svg").first).to_be_visible()
        expect(reader.page.locator(".enclosed-note")).to_be_hidden()
    assert reader.messages == []


def test_a_figure_of_the_file_that_is_printed_before_it_is_drawn_says_so(
    single_file: Path, read: Callable[..., Reader]
) -> None:
    page = read(offline=True).page
    page.goto(single_file.as_uri(), wait_until="domcontentloaded")
    page.emulate_media(media="print")
    page.pdf()
    silent = "all => all.filter(one => !one.childElementCount || one.querySelector('.chart-note')?.hidden).length"
    assert page.locator(".chart").evaluate_all(silent) == 0
    for note in page.locator(".chart-note").all()[:5]:
        expect(note).to_contain_text("was not loaded")
