"""Hosts that forbid scripts or inline styles, or lack a file: pages name what does not work; the rest works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader, served

JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
WITHOUT_SCRIPTS = {
    "Jenkins": {"policy": JENKINS},
    "sandbox": {"policy": "sandbox"},
    "no script source": {"policy": "script-src 'none'"},
    "scripts turned off": {"java_script_enabled": False},
}
PAGES = ("direct-logit-attribution.html", "index.html")
"""Pages with charts, components and controls, and with the picture of the mechanism."""
DEAD_CONTROLS = (
    ".theme-switch, .figure-head .controls, .figure-own, .picture-controls, .picture-own, [data-copies], "
    ".figure .more button, .table-controls, .table-turn button"
)
OVERLAPS = """
    [...document.querySelectorAll('.figure')].filter(figure => {
        const boxes = [...figure.querySelectorAll('.figure-title, .chart-note, figcaption, .more')]
            .filter(element => element.checkVisibility())
            .map(element => element.getBoundingClientRect());
        return boxes.some((one, index) => boxes.slice(index + 1).some(other =>
            one.left < other.right - 1 && other.left < one.right - 1 &&
            one.top < other.bottom - 1 && other.top < one.bottom - 1));
    }).map(({ id }) => id)
"""
"""The figures of which two parts overlap."""


def opened_on(address: str, page: str, reader: Reader) -> Page:
    reader.page.goto(f"{address}/{page}")
    return reader.page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("host", WITHOUT_SCRIPTS)
def test_where_no_script_runs_figures_and_the_search_say_so_and_no_dead_control_is_shown(
    host: str, page: str, site: Path, read: Callable[..., Reader]
) -> None:
    settings = dict(WITHOUT_SCRIPTS[host])
    with served(site, str(settings.pop("policy", ""))) as address:
        reader = read(viewport={"width": 1024, "height": 800}, **settings)
        opened = opened_on(address, page, reader)
        for figure in opened.locator("[data-figure]").all():
            note = figure.locator(".chart-note")
            expect(note).to_be_visible()
            expect(note).to_contain_text("drawn by a script, which did not run")
            link = note.get_by_role("link", name="JSON").get_attribute("href")
            assert (site / str(link)).is_file()
        expect(opened.locator(DEAD_CONTROLS).filter(visible=True)).to_have_count(0)
        opened.locator(".to-search").click()
        instead = opened.locator("#without-search")
        expect(instead).to_contain_text("The search needs scripts")
        expect(instead.get_by_role("link", name="claims")).to_have_attribute("href", "claims.html")
        opened.keyboard.press("Escape")
        expect(instead).to_be_hidden()
        opened.locator(".to-contents").click()
        expect(opened.locator("#contents")).to_be_visible()
        opened.keyboard.press("Escape")
        for width in (1024, 375):
            opened.set_viewport_size({"width": width, "height": 800})
            assert reader.room >= 0


@pytest.mark.parametrize("policy", [JENKINS, "script-src 'none'"])
@pytest.mark.parametrize("width", [1280, 375])
def test_no_parts_of_a_figure_overlap_where_no_script_runs(
    policy: str, width: int, site: Path, read: Callable[..., Reader]
) -> None:
    with served(site, policy) as address:
        opened = opened_on(address, PAGES[0], read(viewport={"width": width, "height": 900}))
        assert opened.locator(".chart-note:visible").count() > 5
        assert opened.evaluate(OVERLAPS) == []


def test_charts_and_choices_work_in_a_sandbox_without_storage(site: Path, read: Callable[..., Reader]) -> None:
    with served(site, "sandbox allow-scripts") as address:
        reader = read(viewport={"width": 1280, "height": 900}, color_scheme="light")
        opened = opened_on(address, "unembedding.html", reader)
        opened.locator("#unembedding .main-svg").first.wait_for()
        opened.locator(".theme-switch label", has_text="Dark").click()
        expect(opened.locator(":root")).to_have_attribute("data-theme", "dark")
        opened.locator("#first-frequency-only .control label", has_text="original").click()
        expect(opened.locator("#first-frequency-only input[value=original]")).to_be_checked()
        opened.keyboard.press("/")
        opened.keyboard.type("angles")
        opened.locator(".search-result").first.wait_for()
    assert reader.messages == []


@pytest.mark.parametrize("sandbox", ["", "allow-scripts"])
def test_a_page_in_a_frame_with_a_sandbox_is_drawn_or_says_why_not(
    sandbox: str, site: Path, tmp_path: Path, read: Callable[..., Reader]
) -> None:
    (tmp_path / "site").symlink_to(site)
    frame = f'<iframe sandbox="{sandbox}" src="site/unembedding.html" width="1200" height="800"></iframe>'
    (tmp_path / "around.html").write_text(frame, encoding="utf-8")
    with served(tmp_path) as address:
        opened = opened_on(address, "around.html", read(viewport={"width": 1280, "height": 900}))
        chart = opened.frame_locator("iframe").locator("#unembedding .chart")
        if sandbox:
            expect(chart.locator(".main-svg").first).to_be_visible()
            expect(chart.locator(".chart-note")).to_have_count(0)
        else:
            expect(chart.locator(".chart-note")).to_contain_text("did not run")


def test_charts_have_their_size_and_layers_where_inline_styles_are_forbidden(
    site: Path, read: Callable[..., Reader]
) -> None:
    sizes = []
    for policy in ("", "style-src 'self'"):
        with served(site, policy) as address:
            opened = opened_on(address, "unembedding.html", read(viewport={"width": 1280, "height": 900}))
            opened.locator("#unembedding .main-svg").first.wait_for()
            layers = opened.locator("#unembedding .main-svg").evaluate_all(
                "all => all.map(layer => getComputedStyle(layer).position)"
            )
            assert set(layers) == {"absolute"}
            sizes.append(opened.locator("#unembedding .chart").bounding_box())
            boxes = (
                "all => all.map(one => [one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
            )
            sizes.append(opened.locator("#unembedding .main-svg").evaluate_all(boxes))
    assert sizes[:2] == sizes[2:]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("assets/plotly.min.js", "assets/plotly.min.js could not be loaded"),
        ("figures/unembedding/unembedding.js", "figures/unembedding/unembedding.js could not be loaded"),
        ("assets/figures.js", "did not run"),
        ("assets/theme.js", "did not run"),
        ("assets/load.js", "could not be drawn"),
    ],
)
def test_a_figure_names_the_script_that_is_missing_and_links_its_numbers(
    missing: str, reason: str, server: str, read: Callable[..., Reader]
) -> None:
    opened = read(viewport={"width": 1280, "height": 900}).page
    opened.route(f"**/{missing}", lambda route: route.fulfill(status=404))
    opened.goto(f"{server}/unembedding.html")
    note = opened.locator("#unembedding .chart-note")
    expect(note).to_be_visible()
    expect(note).to_contain_text(reason)
    expect(note.get_by_role("link", name="JSON")).to_have_attribute("href", "data/unembedding/unembedding.json")
    expect(opened.locator("#unembedding .figure-own")).to_be_hidden()
    assert opened.evaluate(OVERLAPS) == []


def test_a_chart_that_failed_is_drawn_by_the_next_choice_once_its_script_can_be_loaded(
    server: str, read: Callable[..., Reader]
) -> None:
    opened = read(viewport={"width": 1280, "height": 900}).page
    script = "**/figures/unembedding/first-frequency-only.js"
    opened.route(script, lambda route: route.abort())
    opened.goto(f"{server}/unembedding.html#first-frequency-only")
    figure = opened.locator("#first-frequency-only")
    expect(figure.locator(".chart-note")).to_contain_text("could not be loaded")
    opened.unroute(script)
    figure.locator(".control label", has_text="original").click()
    expect(figure.locator(".main-svg").first).to_be_visible()
    expect(figure.locator(".chart-note")).to_have_count(0)


@pytest.mark.parametrize("missing", ["search", "theme", "figures"])
def test_the_filters_and_the_search_do_not_depend_on_other_scripts(
    missing: str, server: str, read: Callable[..., Reader]
) -> None:
    opened = read().page
    opened.route(f"**/assets/{missing}.js", lambda route: route.abort())
    opened.goto(f"{server}/claims.html")
    opened.locator(".to-search").click()
    if missing == "figures":
        opened.keyboard.type("carry")
        opened.locator(".search-result").first.wait_for()
        opened.keyboard.press("Escape")
    else:
        expect(opened.locator("#without-search")).to_be_visible()
        opened.keyboard.press("Escape")
    rows = opened.locator(".claim-row:visible")
    n_rows = rows.count()
    opened.locator(".claims-filter label", has_text="do not").click()
    expect(rows).to_have_count(opened.locator(".claim-row--fails").count())
    if missing != "theme":
        opened.locator(".claims-controls [type=search]").fill("digit")
        assert rows.count() < n_rows


def test_a_search_whose_index_is_missing_offers_the_lists_and_the_search_of_the_browser(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.route("**/search-index.js", lambda route: route.abort())
    page.goto(f"{from_disk}/claims.html")
    page.keyboard.press("/")
    expect(page.locator(".search-status")).to_contain_text("The search does not work here")
    hint = page.locator(".search-hint")
    expect(hint).to_contain_text("searches this page")
    expect(hint.get_by_role("link", name="figures and tables")).to_have_attribute("href", "figures.html")


def test_nothing_shifts_when_scripts_take_over_from_what_stands_in_for_them(
    server: str, read: Callable[..., Reader]
) -> None:
    reader = read(viewport={"width": 1280, "height": 900})
    reader.page.goto(f"{server}/unembedding.html")
    reader.page.locator("#unembedding .main-svg").first.wait_for()
    expect(reader.page.locator(".chart-note:visible")).to_have_count(0)
    assert reader.shift < 0.02


@pytest.mark.parametrize("policy", ["default-src 'self'", "img-src 'self'"])
def test_a_heatmap_whose_cells_are_blocked_says_so_instead_of_showing_labels_alone(
    policy: str, site: Path, read: Callable[..., Reader]
) -> None:
    with served(site, policy) as address:
        reader = read(viewport={"width": 1280, "height": 900})
        errors: list[str] = []
        reader.page.on("pageerror", lambda error: errors.append(str(error)))
        reader.page.goto(f"{address}/unembedding.html")
        heatmap = reader.page.locator("#unembedding")
        expect(heatmap.locator(".chart-note")).to_contain_text(
            "a policy of this server blocks the image of its cells"
        )
        expect(heatmap.locator(".main-svg")).to_have_count(0)
        bars = reader.page.locator("#singular-values")
        bars.scroll_into_view_if_needed()
        expect(bars.locator(".main-svg").first).to_be_visible()
        assert errors == []


def test_a_policy_of_trusted_types_leaves_a_reason_in_the_place_of_charts(
    site: Path, read: Callable[..., Reader]
) -> None:
    with served(site, "require-trusted-types-for 'script'") as address:
        opened = opened_on(address, "unembedding.html", read(viewport={"width": 1280, "height": 900}))
        expect(opened.locator("#unembedding .chart-note")).to_contain_text("could not be drawn")
        opened.keyboard.press("/")
        expect(opened.locator(".search-status")).to_contain_text("The search does not work here")
