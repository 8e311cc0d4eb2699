"""The live model: the network in the page is the checkpoint's, and playing with it works by mouse, touch and
keyboard."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import locate
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.reference import answer_logits as reference_logits
from sumint.interventions.hooks import answer_logits
from sumint.lab import Lab
from sumint.model.load import as_array, load_model, tokens_for
from sumint.store.results import Store
from sumint.task.sums import SampleSpec, Sums
from tests.browser.conftest import Reader

RUN_SUMS = """
    async sums => {
        await Promise.all(["assets/live-model.js", "figures/live-model/live-model.js"].map(sumint.loadScript));
        const model = sumint.liveSums.modelOf(sumint.viewsOf("live-model/live-model")[0].payload);
        const { n_digits: n, vocabulary } = model.payload;
        return sums.map(([a, b]) => {
            const { logits } = sumint.interventions.runWith(model, { a, b }, []);
            return [...logits.slice((2 * n + 1) * vocabulary.length, (3 * n + 1) * vocabulary.length)];
        });
    }
"""
TIME_PASSES = """
    async n => {
        await Promise.all(["assets/live-model.js", "figures/live-model/live-model.js"].map(sumint.loadScript));
        const model = sumint.liveSums.modelOf(sumint.viewsOf("live-model/live-model")[0].payload);
        return Array.from({ length: n }, (_, index) => {
            const start = performance.now();
            sumint.interventions.runWith(model, { a: 17 * index, b: 31 * index }, []);
            return performance.now() - start;
        });
    }
"""


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """The checkpoint of the trained site."""
    return (
        Path(os.environ["SUMINT_ARENA_CHECKPOINT"])
        if "SUMINT_ARENA_CHECKPOINT" in os.environ
        else locate("bundled")
    )


@pytest.fixture
def opened(trained_site: Path, read: Callable[..., Reader]) -> Callable[..., Reader]:
    """The page of the live model, at an address, when the network has run."""

    def open_it(query: str = "?sum=3326_3028", **options: Any) -> Reader:
        reader = read(**{"viewport": {"width": 1280, "height": 900}, **options})
        reader.page.goto(f"{trained_site.as_uri()}/live-model.html{query}")
        expect(status(reader.page)).not_to_be_empty()
        return reader

    return open_it


def status(page: Page) -> Locator:
    return page.locator("#live-model .live-status")


def predicted(page: Page) -> str:
    """The predicted digits, before and after interventions."""
    return " ".join(page.locator(".live-view--answer tbody tr td:nth-child(2)").all_text_contents())


def test_the_network_in_the_page_gives_the_logits_of_the_model_in_double_precision(
    opened: Callable[..., Reader], checkpoint: Path
) -> None:
    weights = read_weights(checkpoint)
    model = load_model(weights, dtype="float64")
    layout = weights.architecture.layout
    sample = SampleSpec(layout.n_digits).draw()
    tally = Lab(checkpoint, store=Store.of_user()).run("every_sum")
    a, b = np.concatenate([np.stack([sample.a, sample.b], axis=1), tally.listed_sums[:5000]]).T
    page = opened().page
    in_page = np.array(page.evaluate(RUN_SUMS, [[int(one), int(other)] for one, other in zip(a, b, strict=True)]))
    in_page = in_page.reshape(len(a), layout.n_digits, -1)
    sums = Sums(layout, a, b)
    logits = reference_logits(circuits_of(weights), sums.tokens)
    # The tables of the reference leave out the mean of the logits, which changes no probability.
    np.testing.assert_allclose(
        in_page - in_page.mean(-1, keepdims=True), logits - logits.mean(-1, keepdims=True), atol=1e-6
    )
    np.testing.assert_array_equal(in_page.argmax(-1), logits.argmax(-1))
    # transformer_lens in double precision differs from both by 1.5e-5 in places.
    loaded = as_array(answer_logits(model, tokens_for(model, sums)))
    np.testing.assert_array_equal(in_page.argmax(-1), loaded.argmax(-1))
    np.testing.assert_allclose(
        in_page - in_page.mean(-1, keepdims=True), loaded - loaded.mean(-1, keepdims=True), atol=1e-4
    )
    assert len(a) > len(sample)


def test_a_pass_takes_a_few_milliseconds(opened: Callable[..., Reader]) -> None:
    assert median(opened().page.evaluate(TIME_PASSES, 200)) < 10


def test_two_numbers_are_added_digit_by_digit(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.get_by_label("First number").fill("12")
    page.get_by_label("Second number").fill("34")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("0012 + 0034 = 0046; the model predicts 0046, right.")
    assert predicted(page) == "0 0 4 6"
    assert "sum=12_34" in page.url
    page.get_by_label("First number").fill("a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Type two whole numbers of at most 4 digits")
    page.get_by_label("First number").fill("7000")
    page.keyboard.press("Enter")
    expect(page.locator(".live-note")).to_contain_text("Beyond the training range")


def test_a_surprise_can_be_a_sum_that_the_model_gets_wrong(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.get_by_role("button", name="a wrong one").click()
    expect(status(page)).to_contain_text("wrong at C")
    page.get_by_role("button", name="no carry").click()
    expect(status(page)).not_to_contain_text("3326")


def test_a_head_is_ablated_and_the_change_is_highlighted_until_a_reset(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.locator("[name=head]").select_option(label="H0.2")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".live-active")).to_contain_text("H0.2 at all positions replaced by the mean")
    expect(status(page)).to_contain_text("The intervention changes C")
    assert page.locator(".live-view--answer mark").count() > 0
    assert "do=mean.0.2.all" in page.url
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".live-view mark")).to_have_count(0)
    assert "do=" not in page.url


def test_patching_a_carry_site_switches_the_carry(trained_site: Path, opened: Callable[..., Reader]) -> None:
    address = re.search(
        r'live-model\.html(\?[^"#]*do=patch[^"#]*)', (trained_site / "how-it-carries.html").read_text()
    )
    assert address is not None
    page = opened(address[1].replace("&amp;", "&")).page
    expect(status(page)).to_contain_text(re.compile(r"The intervention changes .*C\d from \d to \d"))
    page.get_by_label("Remove:").first.click()
    expect(status(page)).not_to_contain_text("The intervention")


def test_a_dose_follows_its_slider(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.locator("[name=action]").select_option("dose")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".live-active")).to_contain_text("1 × the carry of column")
    page.locator("[name=dose]").press("ArrowRight")
    expect(page.locator(".live-active")).to_contain_text("1.1 × the carry of column")
    assert "do=dose.0.1.1" in page.url


def test_a_token_is_replaced(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.locator("[name=action]").select_option("token")
    page.locator("[name=place]").select_option(label="A3")
    page.locator("[name=token]").select_option(label="0")
    page.get_by_role("button", name="Apply").click()
    expect(status(page)).to_contain_text(
        "The tokens now read 3320 + 3028 = 6348. The intervention changes C2 from 5 to 4, C3 from 4 to 8"
    )


def test_a_patch_without_a_second_sum_is_not_made_and_says_so(opened: Callable[..., Reader]) -> None:
    page = opened("?sum=3326_3028&do=patch.0.2.9").page
    expect(page.locator(".live-active")).to_contain_text("H0.2 at = not patched: no second sum")
    expect(status(page)).to_contain_text("The intervention changes no digit")
    assert page.locator(".live-view mark").count() == 0


def test_what_is_typed_counts_with_every_button_and_the_focus_is_kept(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.get_by_label("First number").fill("1111")
    page.get_by_role("button", name="Apply").click()
    expect(status(page)).to_contain_text("1111 + 3028")
    page.get_by_label("Remove:").click()
    expect(page.get_by_role("button", name="Apply")).to_be_focused()


def test_a_patch_needs_a_second_sum(opened: Callable[..., Reader]) -> None:
    page = opened().page
    page.locator("[name=action]").select_option("patch")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("Type the second sum")


def test_a_malformed_address_is_ignored_with_a_note(opened: Callable[..., Reader]) -> None:
    reader = opened("?sum=12_34&do=boom,zero.0.0.1,dose.99.1&with=x")
    expect(reader.page.locator(".live-note")).to_contain_text("could not be read and was ignored")
    expect(reader.page.locator(".live-active li:not(.live-reset)")).to_have_count(1)
    expect(status(reader.page)).to_contain_text("0012 + 0034")
    assert reader.messages == []


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(opened: Callable[..., Reader], width: int, scheme: str) -> None:
    reader = opened(
        "?sum=3326_3028&do=mean.0.2.all", viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    assert reader.messages == []
    assert reader.barriers() == []
    assert reader.room >= 0


def test_rows_of_the_wrong_sums_and_cells_of_the_plane_open_it(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read(viewport={"width": 1280, "height": 900}).page
    page.goto(f"{trained_site.as_uri()}/every-sum.html")
    table = page.locator("#wrong-sums")
    table.locator("thead button").last.click()
    row = table.locator("tbody tr").first
    a, b = (row.locator("td").nth(cell).text_content() for cell in (0, 1))
    row.get_by_role("link", name=a, exact=True).first.click()
    page.wait_for_url(f"**/live-model.html?sum={a}_{b}#live-model")
    expect(status(page)).to_contain_text(f"{a} + {b}")
    page.go_back()
    plane = page.locator("#errors-in-the-plane")
    plane.scroll_into_view_if_needed()
    expect(plane.locator(".main-svg").first).to_be_visible()
    click = """chart => {
        const [cell, address] = Object.entries(chart.layout.meta.opens)[0];
        const [x, y] = cell.split(",").map(Number);
        chart.emit("plotly_click", { points: [{ x, y }] });
        return address;
    }"""
    # A report of some chapters may lack that page; its contents have no link to it.
    page.locator('nav a[href="live-model.html"]').evaluate("link => { link.href = 'another.html'; }")
    plane.locator(".chart").evaluate(click)
    page.wait_for_timeout(500)
    assert "every-sum.html" in page.url
    page.locator('nav a[href="another.html"]').evaluate("link => { link.href = 'live-model.html'; }")
    address = plane.locator(".chart").evaluate(click)
    page.wait_for_url(f"**/{address}")


def test_on_the_opening_page_a_sum_of_one_s_own_runs_through_the_picture(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(viewport={"width": 1280, "height": 900})
    page = reader.page
    page.goto(f"{trained_site.as_uri()}/index.html")
    form, drawing = page.locator(".picture-own"), page.locator(".picture-drawing--wide")
    listed = json.loads((trained_site / "data/index/mechanism.json").read_bytes())["sums"]
    number, one = next((n, one) for n, one in enumerate(listed) if one["predicted"] != one["answer"])

    def numbers() -> list[str]:
        return drawing.locator("[data-value=level], [data-value=turn], [data-value=reads]").all_text_contents()

    page.locator("#mechanism select").select_option(str(number))
    words, from_list = page.locator(".picture-words").text_content(), numbers()
    page.locator("#mechanism select").select_option("0")
    for label, digits in (("First number", one["a"]), ("Second number", one["b"])):
        form.get_by_label(label).fill("".join(map(str, digits)))
    form.get_by_role("button", name="Predict").click()
    operands = ["".join(map(str, one[name])).lstrip("0") or "0" for name in ("a", "b")]
    link = page.get_by_role("link", name="Intervene on this sum")
    expect(link).to_have_attribute("href", f"live-model.html?sum={'_'.join(operands)}#live-model")
    # The page computes what the build measured, in the same words.
    expect(page.locator(".picture-words")).to_have_text(words or "")
    assert numbers() == from_list
    for step in (1, 2, 3):
        page.locator(f"#mechanism [data-to-step='{step}']").click()
        expect(page.locator(".picture-words")).to_have_text(one["words"][step])
    page.locator("#mechanism [data-to-step='0']").click()
    again = read(viewport={"width": 1280, "height": 900}).page
    again.goto(page.url)
    expect(again.locator(".picture-words")).to_have_text(words or "")
    form.get_by_label("First number").fill("x")
    form.get_by_role("button", name="Predict").click()
    expect(form.get_by_role("alert")).to_contain_text("Type two whole numbers")
    form.get_by_role("button", name="a wrong one").click()
    expect(page.locator(".picture-words")).to_contain_text("which is wrong")
    assert reader.messages == []


def test_print_shows_the_state_without_the_forms(opened: Callable[..., Reader]) -> None:
    page = opened("?sum=3326_3028&do=mean.0.2.all").page
    page.emulate_media(media="print")
    for part in (".live-active li", ".live-status", ".live-view--answer table", ".live-head"):
        expect(page.locator(f"#live-model {part}").first).to_be_visible()
    for part in (".live-change", ".live-surprise", ".live-active button"):
        expect(page.locator(f"#live-model {part}").first).to_be_hidden()


def test_it_works_by_touch(opened: Callable[..., Reader]) -> None:
    page = opened(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True).page
    page.locator("[name=head]").select_option(label="H0.2")
    page.get_by_role("button", name="Apply").tap()
    expect(status(page)).to_contain_text("The intervention changes C")
    page.get_by_label("Remove:").tap()
    expect(status(page)).not_to_contain_text("The intervention")


def test_without_scripts_the_page_says_what_it_needs_and_the_listed_sums_are_text(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    page = read(java_script_enabled=False).page
    page.goto(f"{trained_site.as_uri()}/live-model.html")
    expect(page.locator("#live-model .chart").get_by_role("link", name="JSON")).to_be_visible()
    page.get_by_role("link", name="the mechanism").first.click()
    page.locator("#mechanism").get_by_text("As text").click()
    expect(page.locator("#mechanism details p", has_text="Layer 1 adds the carries").first).to_be_visible()
