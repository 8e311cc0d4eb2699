"""Navigation: the search, the contents, deep links, and the pages of claims and of figures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader, comes_to_rest_at_the_top

LONGEST = "direct-logit-attribution.html"
PHONE = {"viewport": {"width": 375, "height": 700}, "has_touch": True}


def clicked(page: Page, selector: str) -> None:
    """Click a visible element; Playwright's click would first scroll to the static position of a sticky one."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def searched(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.locator(".search-field").fill(words)
    page.wait_for_selector(".search-result, .search-status:text('Nothing')")


def test_a_result_is_chosen_by_keys_and_lands_on_its_figure_on_another_page(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    reader = read()
    page = reader.page
    page.goto(f"{from_disk}/figures.html")
    number, title = page.locator(f'.listing tr:has(a[href="{LONGEST}#path-phases"]) > *').all_text_contents()[:2]
    searched(page, number)
    selected = page.locator(".search-result[aria-selected=true]")
    expect(selected).to_contain_text(f"{number} {title}")
    expect(selected.locator("mark").first).to_have_text("Figure")
    before = selected.get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert selected.get_attribute("href") == before == f"{LONGEST}#path-phases"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{LONGEST}#path-phases")
    comes_to_rest_at_the_top(page, "path-phases")
    assert reader.messages == []
    assert reader.outside(from_disk) == []


def test_a_result_on_the_same_page_closes_the_search_and_lands_by_touch(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read(**PHONE).page
    page.goto(f"{from_disk}/the-task.html")
    page.locator(".to-search").tap()
    page.locator(".search-field").fill("how well the model adds")
    page.locator(".search-result", has_text="Table 1.3").tap()
    expect(page.locator(".search")).to_be_hidden()
    comes_to_rest_at_the_top(page, "table-performance")


def test_the_search_is_left_by_escape_and_gives_the_focus_back(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html")
    page.locator(".to-search").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".search-field")).to_be_focused()
    page.keyboard.type("and/or zzz")
    expect(page.locator(".search-status")).to_have_text("Nothing found")
    expect(page.locator(".search-field")).to_have_value("and/or zzz")
    page.keyboard.press("Escape")
    expect(page.locator(".search")).to_be_hidden()
    expect(page.locator(".to-search")).to_be_focused()


@pytest.mark.parametrize("keys", ["Control+k", "Meta+k", "/"])
def test_the_search_is_opened_by_keys_and_says_which(
    keys: str, from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html")
    page.keyboard.press(keys)
    expect(page.locator(".search-field")).to_be_focused()
    expect(page.locator(".search-field")).to_have_value("")
    expect(page.locator(".search-hint")).to_contain_text("Ctrl+K")
    page.keyboard.type("carry")
    expect(page.locator(".search-hint")).to_be_hidden()
    page.keyboard.press("Control+k")
    assert page.evaluate("getSelection().toString()") == "carry"
    page.keyboard.press("Escape")
    expect(page.locator(".search")).to_be_hidden()


def test_a_misspelled_word_is_corrected_and_a_word_too_many_leads_to_chapters(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html")
    searched(page, "unembeding")
    expect(page.locator(".search-status")).to_contain_text("Nothing matches exactly.")
    expect(page.locator(".search-status")).to_contain_text("for “unembedding”")
    expect(page.locator(".search-result mark").first).to_have_text("Unembedding")
    page.locator(".search-field").fill("unembedding banana")
    expect(page.locator(".search-status")).to_have_text(
        re.compile("Nothing matches exactly. The closest chapters?:")
    )
    expect(page.locator(".search-result .search-place").first).to_have_text("Page")


def test_a_row_of_a_long_table_is_found_and_shown(from_disk: str, read: Callable[..., Reader]) -> None:
    page = read().page
    page.goto(f"{from_disk}/every-sum.html")
    cells = page.locator("#wrong-sums tbody tr").last.locator("td").all_text_contents()
    n_rows = page.locator("#wrong-sums tbody tr").count()
    assert n_rows > 1
    searched(page, f"{cells[0]}+{cells[1]}")
    result = page.locator(".search-result", has_text=f"{cells[0]} · {cells[1]}")
    expect(result.locator("mark").first).to_have_text(f"{cells[0]} · {cells[1]}")
    result.click()
    page.wait_for_url("**?wrong-sums.find=*#wrong-sums")
    expect(page.locator("#wrong-sums tbody tr").first.locator("td").first).to_have_text(cells[0])
    assert page.locator("#wrong-sums tbody tr").count() < n_rows


def test_words_are_found_in_the_singular_and_plural_and_as_typed_on_a_keyboard(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html")

    def places(words: str) -> list[str]:
        searched(page, words)
        found = page.locator(".search-result").evaluate_all("all => all.map(({href}) => href.split('/').at(-1))")
        page.keyboard.press("Escape")
        return found

    assert "carries.html" in places("carry")
    assert set(places("FREQUENCY")) == set(places("frequencies")) != set()
    assert places("write-up's") != []
    assert places("[.*") == []


def test_a_search_without_its_index_says_so(from_disk: str, read: Callable[..., Reader]) -> None:
    page = read().page
    page.route("**/search-index.js", lambda route: route.abort())
    page.goto(f"{from_disk}/claims.html")
    page.keyboard.press("/")
    expect(page.locator(".search-status")).to_contain_text("The search does not work here")


@pytest.mark.parametrize("width", [375, 1024])
def test_the_contents_open_over_a_narrow_page_and_make_way_for_the_chosen_section(
    width: int, from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read(viewport={"width": width, "height": 700}, has_touch=width < 500).page
    page.goto(f"{from_disk}/{LONGEST}")
    contents = page.locator("#contents")
    expect(contents).to_be_hidden()
    page.locator(".to-contents").click()
    section = contents.locator(".sections a").last
    anchor = str(section.get_attribute("href")).removeprefix("#")
    section.click()
    expect(contents).to_be_hidden()
    comes_to_rest_at_the_top(page, anchor)
    clicked(page, ".to-contents")
    expect(contents.locator(".sections [aria-current]")).to_have_attribute("href", f"#{anchor}")
    comes_to_rest_at_the_top(page, anchor)
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()


def test_the_contents_open_and_claims_are_sorted_out_without_scripts(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read(java_script_enabled=False, viewport={"width": 1024, "height": 700}).page
    page.goto(f"{from_disk}/claims.html")
    page.locator(".to-contents").click()
    expect(page.locator("#contents")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".claims-filter label", has_text="do not").click()
    assert page.locator(".claim-row:visible").count() == page.locator(".claim-row--fails").count() > 0
    expect(page.locator(".claims-controls select:visible, .claims-controls [type=search]:visible")).to_have_count(
        0
    )


def test_which_claims_are_shown_is_kept_in_the_address(from_disk: str, read: Callable[..., Reader]) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html?claims=fails")
    rows, failing = page.locator(".claim-row:visible"), page.locator(".claim-row--fails").count()
    assert rows.count() == failing > 0
    page.locator(".claims-filter label", has_text="All").click()
    assert rows.count() > failing
    assert "claims=" not in page.url
    page.locator(".claims-filter label", has_text="do not").click()
    assert page.url.endswith("claims.html?claims=fails")
    page.goto(f"{from_disk}/claims.html?claims=nonsense&sort=nonsense&chapter=nonsense")
    expect(page.locator(".claims-filter [value=all]")).to_be_checked()


def test_claims_with_another_verdict_are_chosen_and_the_choice_is_kept(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/comparison.html")
    rows = page.locator(".claim-row:visible")
    n_rows, n_differing = rows.count(), page.locator(".claim-row--differs").count()
    assert 0 < n_differing < n_rows
    page.locator(".claims-filter label", has_text="differ").click()
    assert rows.count() == n_differing
    assert page.url.endswith("comparison.html?compared=differs")
    page.locator(".claims-controls [type=search]").fill("digit")
    expect(page.locator(".claims-place")).to_contain_text(f"{rows.count()} of {n_rows}")
    page.reload()
    expect(page.locator(".claims-filter [value=differs]")).to_be_checked()
    assert page.url.endswith("?compared=differs&compared.find=digit")


def test_claims_are_found_by_words_chapter_and_kind_and_sorted_by_margin(
    from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read().page
    page.goto(f"{from_disk}/claims.html")
    rows = page.locator(".claim-row:visible")
    page.locator("[data-filter=chapter]").select_option("unembedding")
    page.locator("[data-filter=kind]").select_option("finding")
    n_findings = rows.count()
    page.locator(".claims-controls [type=search]").fill("singular DIRECTIONS")
    assert 0 < rows.count() < n_findings
    expect(page.locator(".claims-place")).to_contain_text(f"{rows.count()} of ")
    assert "chapter=unembedding&kind=finding&find=singular+DIRECTIONS" in page.url
    page.goto(f"{from_disk}/claims.html?sort=margin&kind=finding")
    margins = [float(row.get_attribute("data-margin") or "inf") for row in rows.all()]
    assert margins == sorted(margins)
    page.get_by_role("button", name="Margin").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Margin")
    falling = [float(row.get_attribute("data-margin") or "-inf") for row in rows.all()]
    assert falling == sorted(falling, reverse=True)


def test_a_claim_opens_when_a_link_leads_to_it(from_disk: str, read: Callable[..., Reader]) -> None:
    page = read().page
    page.goto(f"{from_disk}/unembedding.html#few-rows")
    claim = page.locator("#few-rows")
    expect(claim.locator(".claim-evidence")).to_be_visible()
    expect(page.locator("#no-signs .claim-evidence")).to_be_hidden()
    claim.locator("summary").click()
    expect(claim.locator(".claim-evidence")).to_be_hidden()
    page.locator("#unembedding .claims-of summary").click()
    page.locator("#unembedding .claims-of a[href='#few-rows']").click()
    expect(claim.locator(".claim-evidence")).to_be_visible()


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["laptop", "phone"])
def test_a_deep_link_lands_on_its_figure_with_its_choice_though_charts_are_drawn_late(
    settings: dict, from_disk: str, read: Callable[..., Reader]
) -> None:
    page = read(**settings).page
    page.goto(f"{from_disk}/{LONGEST}?path-phases=as-published-superseded.0-0-1-0#path-phases")
    page.wait_for_selector("#path-phases .clouds-large")
    comes_to_rest_at_the_top(page, "path-phases")
    expect(page.locator("#path-phases input[value=as-published-superseded]")).to_be_checked()
    expect(page.get_by_label("0.0 → 1.0")).to_be_checked()


def test_the_citation_is_copied_by_a_click(from_disk: str, read: Callable[..., Reader]) -> None:
    reader = read(permissions=["clipboard-read", "clipboard-write"])
    reader.page.goto(f"{from_disk}/index.html")
    reader.page.locator("[data-copies]").click()
    expect(reader.page.locator("#announcement")).to_have_text("BibTeX copied")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{sumint,")
    assert copied == reader.page.locator("#bibtex").text_content()
