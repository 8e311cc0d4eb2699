"""Charts that draw some values differently: rows in focus, histograms and names of several lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from report.content.formats import decimals
from report.figures import charts
from report.figures.charts.focused_rows import HEIGHT

VALUES = np.array([[0.0, 0.1], [5.0, -4.0], [0.2, 0.0], [3.0, 2.0]])


def test_rows_in_focus_are_high_labelled_and_have_their_numbers() -> None:
    plot: Any = charts.focused_rows(VALUES, (0, 1), (1, 3), "digit", "row", "entry", written=decimals).figure
    (trace,) = plot.data
    np.testing.assert_array_equal(np.diff(trace.y), [1, HEIGHT, 1, HEIGHT])
    assert [list(row) for row in trace.text] == [["", ""], ["5.00", "−4.00"], ["", ""], ["3.00", "2.00"]]
    assert list(plot.layout.yaxis.ticktext) == ["1", "3"]
    for value, row in zip(plot.layout.yaxis.tickvals, (1, 3), strict=True):
        assert trace.y[row] < value < trace.y[row + 1]
    assert trace.hovertext[2][1] == "row 2<br>digit 1"


def test_bins_of_a_histogram_without_a_case_are_empty_and_some_series_are_points() -> None:
    counts = {"carry": np.array([0, 3, 1])}
    points = {"predicted wrongly": np.array([0, 1, 0])}
    plot: Any = charts.histogram((0.5, 1.5, 2.5), counts, "amount", "sums", points=points, largest=3).figure
    lines, marks = plot.data
    assert lines.mode == "lines"
    assert marks.mode == "markers"
    np.testing.assert_array_equal(lines.y, [np.nan, 3, 1])
    np.testing.assert_array_equal(marks.y, [np.nan, 1, np.nan])
    low, high = plot.layout.yaxis.range
    assert low < 0, "a count of one is above the axis"
    assert 3 < 10**high < 10


def test_names_of_columns_have_several_lines_and_stand_upright_on_a_small_screen() -> None:
    columns = ("full output", "orthogonal complement", "a + b")
    plot: Any = charts.heatmap(np.eye(3), columns, "ABC", "", "", "share", wrapped_columns=True).figure
    assert list(plot.data[0].x) == list(columns), "the data files have the names as they are"
    assert plot.layout.xaxis.ticktext == ("full output", "orthogonal<br>complement", "a + b")
    narrow = plot.layout.meta["narrow"]
    assert narrow["xaxis"] == {"ticktext": list(columns), "tickangle": -90}
    assert narrow["margin"]["b"] > plot.layout.margin.b
