"""The clouds of tens of thousands of points: all paths small, one large, and one sum highlighted in all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from sumint.task.sums import SampleSpec
from tests.browser.conftest import Reader

PAGE = "direct-logit-attribution.html"
INK = """(canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3]) colours.add(data.slice(i, i + 3).join());
    return colours.size;
}"""
"""The number of colours on a canvas."""
A_DOT = """(canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const isPurple = (pixel) => data[4 * pixel + 2] > data[4 * pixel] + 20 && data[4 * pixel + 3] > 100;
    const pixels = Array.from({ length: data.length / 4 }, (_, pixel) => pixel);
    const found = pixels.find(isPurple);
    const shrink = canvas.clientWidth / canvas.width;
    return { x: (found % canvas.width) * shrink, y: Math.floor(found / canvas.width) * shrink };
}"""
"""The position of the first dot of the first digit on the canvas."""
PICTURE = "(canvas) => canvas.toDataURL()"


@pytest.fixture
def clouds(from_disk: str, read: Callable[..., Reader]) -> Iterator[Reader]:
    reader = read(color_scheme="light")
    reader.page.goto(f"{from_disk}/{PAGE}#path-phases")
    reader.page.wait_for_selector("#path-phases .clouds-large")
    yield reader
    assert reader.messages == []


def test_every_path_has_its_cloud_and_is_where_it_comes_from_and_goes(clouds: Reader) -> None:
    small = clouds.page.locator("#path-phases .clouds-path")
    names = [name.strip() for name in small.all_inner_texts()]
    origins, heads = ("embed", "0.0", "0.1"), ("1.0", "1.1")
    assert set(names) == {"0.0", "0.1", *(f"{origin} → {head}" for origin in origins for head in heads)}
    for canvas in small.locator("canvas").all():
        assert canvas.evaluate(INK) > 2
    rows = {
        name: small.nth(i).evaluate("label => getComputedStyle(label).gridRowStart")
        for i, name in enumerate(names)
    }
    assert rows["0.1"] == rows["0.1 → 1.0"] == rows["0.1 → 1.1"] != rows["0.0"]


def test_a_chosen_path_is_shown_large_and_kept_in_the_address(clouds: Reader) -> None:
    large = clouds.page.locator("#path-phases .clouds-large")
    before = large.evaluate(PICTURE)
    clouds.page.get_by_label("0.1 → 1.0").check()
    assert large.evaluate(PICTURE) != before
    assert "path-phases=corrected.0-1-1-0" in clouds.page.url
    clouds.page.goto(clouds.page.url)
    clouds.page.wait_for_selector("#path-phases .clouds-large")
    expect(clouds.page.get_by_label("0.1 → 1.0")).to_be_checked()


def test_a_sum_is_pointed_out_in_every_path_by_the_keyboard(clouds: Reader) -> None:
    small = clouds.page.locator("#path-phases .clouds-path canvas")
    before = [canvas.evaluate(PICTURE) for canvas in small.all()]
    clouds.page.get_by_label("Sum of the sample").press("ArrowRight")
    expect(clouds.page.locator(".clouds-words")).to_contain_text(SampleSpec(n_digits=2).draw().strings[0])
    expect(clouds.page.locator(".clouds-words")).to_contain_text("towards digit")
    assert all(canvas.evaluate(PICTURE) != picture for canvas, picture in zip(small.all(), before, strict=True))


def test_pointing_at_a_dot_says_what_it_is_and_a_click_keeps_it(clouds: Reader) -> None:
    large = clouds.page.locator("#path-phases .clouds-large")
    words = clouds.page.locator(".clouds-words")
    place = large.evaluate(A_DOT)
    large.hover(position=place)
    expect(words).to_contain_text("towards digit")
    clouds.page.get_by_label("0.1 → 1.0").hover()
    expect(words).not_to_contain_text("towards digit")
    large.click(position=place)
    clouds.page.get_by_label("0.1 → 1.0").hover()
    expect(words).to_contain_text("towards digit")
    assert re.search(r"path-phases=corrected\.0-0\.\d+", clouds.page.url)


def test_a_digit_can_be_left_out(clouds: Reader) -> None:
    large = clouds.page.locator("#path-phases .clouds-large")
    before = large.evaluate(PICTURE)
    clouds.page.get_by_role("checkbox", name="C0").uncheck()
    assert large.evaluate(PICTURE) != before
    clouds.page.get_by_role("checkbox", name="C0").check()
    assert large.evaluate(PICTURE) == before


def test_the_theme_recolours_the_dots(clouds: Reader) -> None:
    large = clouds.page.locator("#path-phases .clouds-large")
    before = large.evaluate(PICTURE)
    clouds.page.locator(".theme-switch label", has_text="Dark").click()
    assert large.evaluate(PICTURE) != before
