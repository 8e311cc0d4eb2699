"""The space for content that a script draws is reserved at every width, so that the layout does not shift."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Reader

WIDTHS = (375, 800, 1024, 1440)


@pytest.mark.parametrize(
    ("address", "figure", "drawn"),
    [
        ("layer-0-attention.html", "attention-patterns", ".attention"),
    ],
)
def test_a_component_is_as_high_as_the_place_that_waits_for_it(
    address: str,
    figure: str,
    drawn: str,
    trained_site: Path,
    at_figure: Callable[..., Reader],
    read: Callable[..., Reader],
) -> None:
    complete, waiting = at_figure(address, figure, drawn).page, read().page
    waiting.route(f"**/figures/**/{figure}.js", lambda route: None)  # still on its way
    waiting.goto(f"{trained_site.as_uri()}/{address}", wait_until="domcontentloaded")
    for width in WIDTHS:
        heights = []
        for page in (complete, waiting):
            page.set_viewport_size({"width": width, "height": 900})
            box = page.locator(f"#{figure} .chart").bounding_box()
            assert box is not None
            heights.append(box["height"])
        assert heights[0] == heights[1], width
