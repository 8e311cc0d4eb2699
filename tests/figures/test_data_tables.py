"""The data of a chart can be read as tables: the page contains those of few numbers, and makes others."""

import numpy as np
import pytest

from report.content.chapter import Chapter, Figure
from report.figures import charts
from report.figures.data_tables import BESIDE_CHART_UP_TO, n_cells, number_views
from report.figures.export import figure_data
from report.pages.claim_index import ClaimIndex
from report.pages.manuscript import Manuscript
from report.pages.renderer import Entry, Renderer
from report.pages.text.markdown import Text
from report.publishing.repository import Repository


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
    ("n_rows", "is_on_the_page"), [(BESIDE_CHART_UP_TO // 10, True), (BESIDE_CHART_UP_TO // 10 + 1, False)]
)
def test_a_page_contains_the_tables_of_few_numbers_and_makes_others(n_rows: int, is_on_the_page: bool) -> None:
    text = Text.read("# Results {: #results }\n\n{{ figure('it') }}\n", "results.md")
    chapter = Chapter("Results", "What?", figures=(figure_of(n_rows),))
    manuscript = Manuscript("results", 1, chapter, text, "results.md", ClaimIndex.of({"results": chapter}))
    entry = Entry("results", "Results", "What?")
    html = Renderer((entry,), {}, Repository().source_code).chapter_page(manuscript)
    assert ("number-table" in html) == is_on_the_page
    assert ("data-numbers" in html) != is_on_the_page
