"""The bundle of plotly.js draws the same charts as the full one, element by element."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from report.errors import BundleError
from report.figures.plotlyjs import TRACES, full, smallest
from report.figures.plotlyjs_bundle import bundle
from report.figures.theme import template
from sumint.store.results import Store
from tests.browser.conftest import Reader

CHARTS: dict[str, dict[str, Any]] = {
    "bar": {"x": ["a", "b"], "y": [1, -2], "error_y": {"type": "data", "array": [0.1, 0.2]}},
    "heatmap": {"z": [[1, -2], [0.5, 3]], "coloraxis": "coloraxis", "text": [["1", "2"], ["3", "4"]]},
    "scatter": {"x": [1, 2, 3], "y": [3, 1, 2], "mode": "lines+markers+text", "text": ["a", "b", "c"]},
    "scatterpolar": {
        "r": [1, 2],
        "theta": [0, 2],
        "thetaunit": "radians",
        "mode": "markers+text",
        "text": ["0", "1"],
    },
}
REPEATABLE = """let seed = 1;
Math.random = () => (seed = (16807 * seed) % 2147483647) / 2147483647;"""
"""The random parts of names in a chart."""

DRAW = """async ([data, layout]) => {
    document.body.innerHTML = "<div id=chart></div>";
    await Plotly.newPlot("chart", data, layout);
    await Plotly.relayout("chart", { "font.size": 14 });
    return [...document.querySelectorAll("#chart svg")].map(svg => svg.outerHTML).join("\\n");
}"""


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundle in the user's cache folder, or a new one if npm is available."""
    store = Store.of_user()
    if not smallest(store).is_bundle:
        if not (shutil.which("npm") and shutil.which("node")):
            pytest.skip("Node and npm are not installed")
        store = Store(tmp_path_factory.mktemp("bundle"))
        try:
            bundle(store)
        except BundleError as error:
            if not str(error).startswith("npm "):
                raise
            pytest.skip(f"npm cannot install here: {error}")
    return smallest(store).script


def test_there_is_a_chart_of_each_trace() -> None:
    assert CHARTS.keys() == set(TRACES)


def test_every_trace_is_drawn_as_the_full_plotlyjs_draws_it(bundled: bytes, read: Callable[..., Reader]) -> None:
    drawings = []
    for script in (full().script, bundled):
        reader = read()
        reader.page.evaluate(REPEATABLE)
        reader.page.add_script_tag(content=script.decode())
        layout = {"template": template("light"), "width": 500, "height": 300}
        drawings.append(
            {
                trace: reader.page.evaluate(DRAW, [[{"type": trace, **data}], layout])
                for trace, data in CHARTS.items()
            }
        )
        assert reader.messages == []
    for trace in CHARTS:
        assert "<path" in drawings[0][trace] or "<image" in drawings[0][trace]
        assert drawings[0][trace] == drawings[1][trace], trace
