"""The columns of a CSV follow from titles and labels, and each has a unit and a meaning."""

from __future__ import annotations

from typing import Any

import pytest

from report.content.chapter import Figure
from report.content.lazy_chart import LazyChart
from report.figures import charts
from report.figures.columns.dictionary import defined, dictionary, titles_of
from report.figures.columns.labels import parts_of
from report.figures.columns.names import figure_columns, table_columns
from report.figures.export import figure_data

HEADS = ("H0.0", "H0.1")


def measured() -> None:
    """A stand-in for an analysis."""


def data_of(plot: Any, **settings: Any) -> dict[str, Any]:
    return figure_data("own/it", Figure("it", "It", plot, "", "", measured, **settings))


def heatmap(x: tuple[str, ...] = HEADS, x_title: str = "head", y_title: str = "layer") -> LazyChart:
    return charts.heatmap([[1.5, 2.5]], x, "0", x_title, y_title, "rise in loss (nats)")


def test_controls_come_first_then_rows_columns_and_numbers() -> None:
    views = {("2+3=5", "C0"): heatmap(), ("4+4=8", "C0"): heatmap()}
    columns = figure_columns("own/it", data_of(views, control=("Sum", "Digit")))
    assert columns.all == ("a", "b", "right", "answer_digit", "layer", "head", "loss_rise")


def test_series_and_panels_are_named_for_what_they_are_if_there_are_several() -> None:
    series = {"H0.0": [1.0, 2.0], "H0.1": [3.0, 4.0]}
    bars = charts.bars(["a", "b"], series, "way", "loss", errors=series)
    assert figure_columns("own/it", data_of(bars)).all == ("head", "way", "loss", "loss_sd")
    one = charts.bars(["a", "b"], {"H0.0": [1.0, 2.0]}, "way", "loss")
    assert figure_columns("own/it", data_of(one)).all == ("way", "loss")
    panels = charts.panels({"left": bars, "right": bars})
    assert figure_columns("own/it", data_of(panels)).all == ("panel", "head", "way", "loss", "loss_sd")


def test_a_matrix_of_pairs_has_two_columns_for_them() -> None:
    pairs = charts.heatmap([[1.0, 2.0], [3.0, 4.0]], HEADS, HEADS, "head", "head", "cosine")
    assert figure_columns("own/it", data_of(pairs)).all == ("head", "other_head", "cosine")


def test_a_column_without_an_entry_is_defined_by_its_title() -> None:
    data = data_of(charts.heatmap([[1.0]], "p", "q", "Way home", "Wind (m/s)", "Time, left (s)"))
    columns = figure_columns("own/it", data).all
    assert columns == ("wind", "way_home", "time_left")
    entries = dictionary({"own/it": columns}, titles_of(data))["columns"]
    assert entries[1] == {"column": "way_home", "unit": "", "meaning": "Way home", "files": ["own/it"]}
    assert (entries[2]["unit"], entries[2]["meaning"]) == ("m/s", "Wind")


def test_a_deviation_and_a_second_axis_are_defined_by_the_column_they_belong_to() -> None:
    assert defined("loss_sd", {}).unit == "nats"
    assert defined("loss_sd", {}).meaning == "standard deviation: mean cross-entropy"
    assert defined("other_position", {}).meaning.startswith("on the second axis: ")


def test_a_table_has_a_column_for_each_heading_and_three_for_a_sum() -> None:
    columns = {"sum": ["1+1=2"], "digit": ["C0"], "rise in loss (nats)": [0.5]}
    assert table_columns("own/it", columns) == (("a", "b", "right"), ("answer_digit",), ("loss_rise",))


def test_headings_that_would_share_a_column_have_their_own() -> None:
    columns = {"wrong sums": [1], "wrong digits": [2]}
    assert table_columns("own/it", columns) == (("wrong_sums",), ("wrong_digits",))


@pytest.mark.parametrize(
    ("label", "names", "parts"),
    [
        ("2968+1606=4574", ("a", "b", "right"), ["2968", "1606", "4574"]),
        ("1 → C0, on", ("route", "carry_switched"), ["1 → C0", "on"]),
        ("C0: 4", ("answer_digit", "right_digit"), ["C0", "4"]),
        ("alone", ("one", "other"), ["alone", ""]),
        ("a, b", ("whole",), ["a, b"]),
        ("dim 19", ("dimension",), ["19"]),
        ("0.1 → 1.2", ("path",), ["H0.1 → H1.2"]),
        ("s0 300", ("checkpoint",), ["seed 0, 300 epochs"]),
        ("carries (1,000 sums)", ("mask", "n_sums"), ["carries", "1000"]),
        ("A0 2", ("to_position", "to_token"), ["A0", "2"]),
        ("=", ("to_position", "to_token"), ["=", "="]),
        ("H0.2 at =, column 1 to C0", ("site", "route"), ["H0.2 at =", "1 → C0"]),
        ("C1, first operand", ("answer_digit", "large_digit"), ["C1", "first"]),
    ],
)
def test_the_parts_of_a_label_are_in_columns_of_their_own(
    label: str, names: tuple[str, ...], parts: list[str]
) -> None:
    assert parts_of(label, names) == parts


def test_the_script_of_a_figure_lists_the_values_of_labels_that_differ_from_their_parts() -> None:
    rows = charts.heatmap([[1.0], [2.0]], "0", ("dim 1", "dim 2"), "frequency", "dimension", "loss")
    columns = figure_columns("own/it", data_of({"2+3=5": rows, "4+4=8": rows}, control="Sum"))
    assert columns.to_json()["labels"] == {"dimension": {"dim 1": ["1"], "dim 2": ["2"]}}
