"""The data of a chart can be read as tables: beside it, on a separate page, or in its data files."""

import re
from pathlib import Path

import numpy as np
import pytest

from report.content.chapter import Figure
from report.figures import charts
from report.figures.data_tables import BESIDE_CHART_UP_TO, ON_A_PAGE_UP_TO, n_cells, number_views
from report.figures.export import figure_data
from report.pages.renderer import Renderer
from report.pipeline import build
from report.publishing.repository import Repository
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store


def figure_of(n_rows: int) -> Figure:
    plot = charts.heatmap(np.ones((n_rows, 9)), range(9), range(n_rows), "head", "layer", "loss")
    return Figure("it", "It", plot, caption="What it shows.", alt="", source=figure_of)


def test_all_that_is_drawn_is_counted() -> None:
    points = charts.polar_points([1, 2], [0, 1], ["a", "b"])
    figure = Figure(
        "it", "It", {"one": points, "two": points}, caption="", alt="", source=figure_of, control="Kind"
    )
    assert n_cells(figure_data("chapter/it", figure)) == 2 * 2 * 3
    assert n_cells(figure_data("chapter/it", figure_of(5))) == 5 * 10


def test_every_view_has_its_tables_under_the_address_that_the_page_keeps() -> None:
    heatmap = charts.heatmap([[1.5, 2.5]], "ab", "p", "head", "layer", "loss")
    views = {("2+3=5", "C0"): heatmap, ("2+3=5", "C1"): charts.panels({"left": heatmap, "right": heatmap})}
    figure = Figure("it", "It", views, caption="", alt="", source=figure_of, control=("Sum", "Digit"))
    one, other = number_views(figure_data("chapter/it", figure))
    assert (one.label, one.address) == ("2+3=5, C0", "2-3-5.c0")
    assert one.tables[0].head == ("layer / head", "a", "b")
    assert one.tables[0].rows == (("p", "1.500", "2.500"),)
    assert [table.caption for table in other.tables] == ["2+3=5, C1, left, loss", "2+3=5, C1, right, loss"]


@pytest.mark.parametrize(
    ("values", "written"),
    [([40, 1234.0], ("40", "1,234")), ([40, 0.5], ("40.00", "0.50"))],
    ids=["counts", "one format"],
)
def test_counts_have_no_decimal_places(values: list[float], written: tuple[str, str]) -> None:
    bars = charts.bars(["a", "b"], {"claims": values}, x_title="seed", y_title="claims")
    (view,) = number_views(
        figure_data("chapter/it", Figure("it", "It", bars, caption="", alt="", source=figure_of))
    )
    assert tuple(row[-1] for row in view.tables[0].rows) == written


@pytest.mark.parametrize(
    ("n_rows", "address"),
    [
        (BESIDE_CHART_UP_TO // 10, None),
        (BESIDE_CHART_UP_TO // 10 + 1, "data/chapter/it.html"),
        (ON_A_PAGE_UP_TO // 10 + 1, None),
    ],
)
def test_tables_stand_beside_a_chart_or_on_a_page_or_nowhere(n_rows: int, address: str | None) -> None:
    renderer = Renderer((), {}, Repository().source_code)
    assert renderer.numbers_address("chapter", figure_of(n_rows)) == address


def test_a_page_of_numbers_holds_every_number_and_leads_back(
    tmp_path: Path, tiny_weights: Weights, filled_cache: Path
) -> None:
    checkpoint = tmp_path / "tiny.safetensors"
    write_weights(checkpoint, tiny_weights.tensors, {})
    lab = Lab(checkpoint, store=Store(filled_cache / "results"))
    build(lab, tmp_path / "site")
    page = (tmp_path / "site/data/layer-1-ov/digit-sums.html").read_text()
    cells = len(re.findall("<td>", page))
    pairs_of_heads = lab.weights.architecture.n_heads**2
    assert cells == pairs_of_heads * (100 * 10 + 100 * 2)
    assert 'href="../../layer-1-ov.html#digit-sums"' in page
    assert "<script>" not in page
    assert 'href="data/layer-1-ov/digit-sums.html"' in (tmp_path / "site/layer-1-ov.html").read_text()
