"""Panels keep the content of each chart, and none overlaps another on any screen."""

from itertools import combinations
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from report.figures import charts
from report.figures.theme import traces_of

VALUES = np.arange(6.0).reshape(2, 3)
HEATMAP = charts.heatmap(VALUES, "abc", "pq", "head", "layer", "loss", square=True)
POLAR = charts.polar({"heads": charts.Polar([1, 2], [0, 1]), "all": charts.Polar([2], [1], style="arrow")})


def layout_of(figure: go.Figure) -> dict[str, Any]:
    return figure.to_plotly_json()["layout"]


def panelled(n_panels: int, columns: int) -> go.Figure:
    parts = {f"panel {i}": POLAR if i % 2 else HEATMAP for i in range(n_panels)}
    return charts.panels(parts, columns=columns).figure


def domains(layout: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    """The horizontal and vertical extent of every panel."""
    polar = [(axis["domain"]["x"], axis["domain"]["y"]) for key, axis in layout.items() if key.startswith("polar")]
    cartesian = [
        (axis["domain"], layout[key.replace("x", "y", 1)]["domain"])
        for key, axis in layout.items()
        if key.startswith("xaxis")
    ]
    return polar + cartesian


@pytest.mark.parametrize(("n_panels", "columns"), [(2, 2), (4, 2), (5, 3), (15, 3), (1, 2)])
def test_no_panel_stands_on_another(n_panels: int, columns: int) -> None:
    figure = panelled(n_panels, columns)
    for layout in (layout_of(figure), layout_of(figure)["meta"]["narrow"]):
        placed = domains(layout)
        assert len(placed) == n_panels
        for x, y in placed:
            assert 0 <= x[0] < x[1] <= 1
            assert 0 <= y[0] < y[1] <= 1
        for (x, y), (other_x, other_y) in combinations(placed, 2):
            assert x[1] < other_x[0] or other_x[1] < x[0] or y[1] < other_y[0] or other_y[1] < y[0]


def test_a_small_screen_has_one_column() -> None:
    narrow = layout_of(panelled(4, 2))["meta"]["narrow"]
    assert {tuple(x) for x, _ in domains(narrow)} == {(0, 1)}


def test_every_panel_keeps_its_own_axes() -> None:
    figure = panelled(3, 3)
    assert [trace.xaxis for trace in traces_of(figure) if trace.type == "heatmap"] == ["x", "x3"]
    assert layout_of(figure)["yaxis3"]["scaleanchor"] == "x3"
    assert layout_of(figure)["yaxis3"]["autorange"] == "reversed"
    assert {trace.subplot for trace in traces_of(figure) if trace.type == "scatterpolar"} == {"polar2"}


def test_an_axis_has_its_title_at_the_grid_s_edge_only() -> None:
    figure = charts.panels({str(i): HEATMAP for i in range(4)}, columns=2).figure
    layout = layout_of(figure)
    assert [layout[f"xaxis{n}"]["title"]["text"] for n in ("", 2, 3, 4)] == ["", "", "head", "head"]
    assert [layout[f"yaxis{n}"]["title"]["text"] for n in ("", 2, 3, 4)] == ["layer", "", "layer", ""]
    assert layout["meta"]["narrow"]["yaxis2"]["title"]["text"] == "layer"
    assert set(layout["meta"]["axes"].values()) == {"head", "layer", "loss"}


def test_a_colour_scale_beside_panels_keeps_its_title_and_its_ticks() -> None:
    layout = layout_of(panelled(4, 2))
    for annotations in (layout["annotations"], layout["meta"]["narrow"]["annotations"]):
        assert [title["text"] for title in annotations].count("loss") == 1
    errors = charts.heatmap([[1.0, 10.0]], "ab", "p", "b", "a", "errors", diverging=False, logarithmic=True)
    layout = layout_of(charts.panels({"one": errors}).figure)
    assert layout["coloraxis2"]["colorbar"]["ticktext"] == ["1", "10"]
    assert layout["meta"]["axes"]["z"] == "errors"


def test_a_series_of_the_same_name_is_in_the_legend_once() -> None:
    figure = panelled(4, 2)
    assert [trace.name for trace in traces_of(figure) if trace.showlegend] == ["heads", "all"]


def test_a_legend_has_its_room_above_the_panels_names() -> None:
    with_legend, without = layout_of(panelled(4, 2)), layout_of(charts.panels({"one": HEATMAP}).figure)
    assert with_legend["legend"]["yref"] == "container"
    assert with_legend["margin"]["t"] > without["margin"]["t"]


def test_an_arrow_begins_in_the_middle_and_a_line_where_it_is_told() -> None:
    figure = charts.polar(
        {"arrow": charts.Polar([2], [1], style="arrow"), "line": charts.Polar([0, 2], [1, 1], style="line")}
    ).figure
    arrow, line = traces_of(figure)
    assert (list(arrow.r), list(arrow.theta)) == ([0, 2], [0, 1])
    assert (list(line.r), list(line.theta)) == ([0, 2], [1, 1])


def test_every_panel_has_its_name_above_it() -> None:
    figure = panelled(3, 2)
    titles = [title for title in layout_of(figure)["annotations"] if title["text"].startswith("panel")]
    assert [title["text"] for title in titles] == ["panel 0", "panel 1", "panel 2"]
    tops = [y[1] for _, y in domains(layout_of(figure))]
    assert sorted(title["y"] for title in titles) == sorted(tops)


def test_the_charts_that_went_into_it_stay_as_they_were() -> None:
    before = HEATMAP.figure.to_json()
    assert charts.panels({"one": HEATMAP, "other": HEATMAP}).figure
    assert HEATMAP.figure.to_json() == before
