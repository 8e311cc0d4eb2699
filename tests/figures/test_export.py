"""The files of a figure contain all that it draws, and are the same every time."""

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from report.content.chapter import Absent, Figure, Table
from report.content.formats import decimals
from report.content.lazy_chart import LazyChart
from report.figures import charts
from report.figures.export import files_of
from report.figures.roles import is_measured
from report.figures.view_address import slug
from tests.figure_scripts import decoded, expanded, registered, views_of

Plots = LazyChart | Mapping[str, LazyChart] | Mapping[tuple[str, ...], LazyChart]
NUMBERS = np.random.default_rng(0).normal(size=(4, 3)) * [1e-26, 1.0, 1e4]

PLOTS: Mapping[str, LazyChart] = {
    "heatmap": charts.heatmap(NUMBERS, "abc", ["p", "q", "r", "s"], "head", "layer", "loss", written=decimals),
    "polar": charts.polar_points([1.5, 2.5], [0.1, -3.0], ["dim 19", "dim 26"], name="first"),
    "points": charts.scatter(NUMBERS[:, 1], NUMBERS[:, 2], "abcd", "first", "second"),
    "bars": charts.bars(
        ["a", "b"],
        {"mean": [1, 2], "zero": [3, 4]},
        "head",
        "rise",
        errors={"mean": [0.1, 0.2], "zero": [0.3, 0.4]},
    ),
    "lines": charts.lines(range(4), {"one": NUMBERS[:, 1]}, "digit", "rise", logarithmic=True),
    "phases": charts.polar({"C0": charts.Polar(NUMBERS[:, 1], NUMBERS[:, 2])}),
    "panels": charts.panels(
        {
            "H0.0": charts.heatmap(NUMBERS, "abc", ["p", "q", "r", "s"], "head", "layer", "loss"),
            "phases": charts.polar(
                {"heads": charts.Polar([1], [2], ["H1.0"]), "all": charts.Polar([3], [1], style="arrow")}
            ),
            "H0.1": charts.heatmap(NUMBERS, "abc", ["p", "q", "r", "s"], "head", "layer", "loss"),
        }
    ),
    "stacked": charts.stacked_lines([1, 2], {"loss": {"t": [1, 2], "v": [2, 3]}, "wrong": {"v": [3, 4]}}, "epoch"),
}


DECADES = charts.heatmap(
    [[0, 1], [10, 1000]], "ab", "pq", "b", "a", "errors", diverging=False, logarithmic=True, labelled_columns="a"
)


def measured() -> None:
    """A stand-in for an analysis."""


def figure(plot: Plots, **settings: Any) -> Figure:
    return Figure("it", "It", plot, caption="", alt="", source=measured, **settings)


def drawn_by(script: bytes) -> list[dict[str, Any]]:
    """The views that a script registers, with its binary arrays decoded by Plotly itself."""
    return [go.Figure({"data": view["data"]}).to_dict() | {"layout": view["layout"]} for view in views_of(script)]


@pytest.mark.parametrize("kind", PLOTS)
def test_the_data_is_what_the_plot_draws(kind: str) -> None:
    files = files_of("chapter", figure(PLOTS[kind]))
    data = json.loads(files["data/chapter/it.json"])
    drawn = [
        trace for trace in drawn_by(files["figures/chapter/it.js"])[0]["data"] if is_measured(trace.get("meta"))
    ]
    published = data["views"][0]["traces"]
    assert len(published) == len(drawn) > 0
    for ours, theirs in zip(published, drawn, strict=True):
        assert ours["type"] == theirs["type"]
        for channel in ("x", "y", "z", "r", "theta"):
            assert (channel in ours) == (channel in theirs)
            if channel in ours and not isinstance(np.ravel(ours[channel])[0], str):
                np.testing.assert_allclose(ours[channel], decoded(theirs[channel]), rtol=1e-6)
        if "error_y" in ours:
            np.testing.assert_allclose(ours["error_y"], decoded(theirs["error_y"]["array"]), rtol=1e-6)


def test_a_heatmap_is_nested_rows_with_its_axes() -> None:
    view = json.loads(files_of("chapter", figure(PLOTS["heatmap"]))["data/chapter/it.json"])["views"][0]
    assert view["axes"] == {"x": "head", "y": "layer", "z": "loss"}
    (trace,) = view["traces"]
    assert (trace["x"], trace["y"]) == (["a", "b", "c"], ["p", "q", "r", "s"])
    np.testing.assert_allclose(trace["z"], NUMBERS, rtol=1e-6)


def test_polar_points_are_in_radians_and_without_the_lines_that_guide_the_eye() -> None:
    view = json.loads(files_of("chapter", figure(PLOTS["polar"]))["data/chapter/it.json"])["views"][0]
    (trace,) = view["traces"]
    assert trace["theta_unit"] == "radians"
    assert (trace["r"], trace["theta"], trace["text"]) == ([1.5, 2.5], [0.1, -3.0], ["dim 19", "dim 26"])


def test_a_figure_has_a_script_and_a_file_of_its_numbers_and_nothing_else() -> None:
    views = {"H0.0": PLOTS["heatmap"], "H0.1": PLOTS["polar"]}
    assert set(files_of("chapter", figure(views, control="Head"))) == {
        "figures/chapter/it.js",
        "data/chapter/it.json",
    }


@pytest.mark.parametrize("kind", PLOTS)
def test_a_script_contains_all_that_plotly_needs(kind: str) -> None:
    plot = PLOTS[kind]
    script = files_of("chapter", figure({"one": plot, "two": DECADES, "three": plot}, control="Kind"))
    one, two, three = views_of(script["figures/chapter/it.js"])
    for view, chart in ((one, plot), (two, DECADES), (three, plot)):
        whole = json.loads(str(chart.figure.to_json()))
        logarithms = [trace.pop("z") for trace in view["data"] if "customdata" in trace and "z" in trace]
        expected = [trace.pop("z") for trace in whole["data"] if "customdata" in trace and "z" in trace]
        assert view["data"] == whole["data"]
        assert view["layout"] == {key: value for key, value in whole["layout"].items() if key != "template"}
        for ours, theirs in zip(logarithms, expected, strict=True):
            np.testing.assert_allclose(decoded(ours), decoded(theirs), rtol=1e-6)


def test_a_script_contains_the_numbers_of_charts_that_the_page_does_not_draw() -> None:
    files = files_of("chapter", figure(PLOTS["lines"], numbers={"a": PLOTS["bars"], "b": PLOTS["polar"]}))
    (_, numbers), data = registered(files["figures/chapter/it.js"]), json.loads(files["data/chapter/it.json"])
    assert expanded(numbers["views"]) == data["views"]
    assert "views" not in registered(files_of("chapter", figure(PLOTS["lines"]))["figures/chapter/it.js"])[1]


@pytest.mark.parametrize("kind", PLOTS)
def test_a_figure_ships_neither_a_template_nor_colours(kind: str) -> None:
    script = files_of("chapter", figure(PLOTS[kind]))["figures/chapter/it.js"].decode()
    assert "template" not in script.replace("hovertemplate", "").replace("texttemplate", "")
    assert not re.search(r"colorscale|#[0-9a-f]{6}|rgb", script)


def test_nothing_measured_ends_the_script_early() -> None:
    hostile = "</script><b></ScRipt><SCRIPT><!--\u2028\u2029"
    plot = charts.heatmap([[1.0]], x=[hostile], y=["a"], x_title=hostile, y_title="", quantity=hostile)
    script = files_of("chapter", figure({hostile: plot}))["figures/chapter/it.js"].decode()
    assert not re.search("<script|</|<!", script, flags=re.IGNORECASE)
    assert not re.search("[\u2028\u2029]", script)
    assert "<b>" in script, "what is harmless is left as it is"
    assert drawn_by(script.encode())[0]["data"][0]["x"][0] == hostile


def test_what_is_not_finite_is_null() -> None:
    plot = charts.heatmap([[np.nan, np.inf, 1.0]], x="abc", y="a", x_title="", y_title="", quantity="")
    data = json.loads(files_of("chapter", figure(plot))["data/chapter/it.json"])
    assert data["views"][0]["traces"][0]["z"] == [[None, None, 1.0]]


def test_two_runs_write_the_same_bytes() -> None:
    def files() -> dict[str, bytes]:
        return files_of("chapter", figure(dict(PLOTS), control="Kind"))

    assert files() == files()


def test_a_table_is_saved_in_full() -> None:
    columns = {"sum": ["1+1=2"], "loss": [0.1 + 0.2]}
    files = files_of("chapter", Table("it", "It", columns, "", measured, formats={"loss": lambda _: "rounded"}))
    assert json.loads(files["data/chapter/it.json"])["rows"] == [["1+1=2", 0.1 + 0.2]]
    assert files["data/chapter/it.csv"].decode() == f"a,b,right,loss\n1,1,2,{0.1 + 0.2!r}\n"


def test_the_csv_of_a_table_has_the_columns_that_its_chapter_gives() -> None:
    columns = {"claims that hold": ["3 of 4"], "checkpoint": ["s1"]}
    own = {"n_claims_held": [3], "n_claims_checked": [4], "checkpoint": ["s1"], "epochs": [None]}
    files = files_of("chapter", Table("it", "It", columns, "", measured, csv_columns=own))
    assert json.loads(files["data/chapter/it.json"])["rows"] == [["3 of 4", "s1"]]
    expected = "n_claims_held,n_claims_checked,checkpoint,epochs\n3,4,seed 1,\n"
    assert files["data/chapter/it.csv"].decode() == expected


def test_a_long_table_hands_the_columns_of_its_csv_to_the_page() -> None:
    columns = {"claims that hold": ["3 of 4", "1 of 4"]}
    own = {"n_claims_held": [3, 1], "claim": ["one", "two"]}
    table = Table("it", "It", columns, "", measured, page_length=1, csv_columns=own)
    script = files_of("chapter", table)["data/chapter/it.js"]
    shown, names, of_csv = registered(script, "registerTable")
    assert shown == [{"values": "3 of 4\n1 of 4"}]
    assert names == [["n_claims_held"], ["claim"]]
    assert of_csv == {"columns": [{"values": [3, 1]}, {"values": "one\ntwo"}]}


def test_the_csv_of_a_table_has_a_row_for_each_item_of_its_lists() -> None:
    columns = {"a": ["5", "6"], "wrong digit": ["C0, C2", "a tie"], "nines behind it": ["1, 0", ""]}
    lists = ("wrong digit", "nines behind it")
    files = files_of("chapter", Table("it", "It", columns, "", measured, parallel_lists=lists))
    expected = "a,wrong_digit,n_nines_behind\n5,C0,1\n5,C2,0\n6,,\n"
    assert files["data/chapter/it.csv"].decode() == expected
    long = Table("it", "It", columns, "", measured, parallel_lists=lists, page_length=1)
    about = registered(files_of("chapter", long)["data/chapter/it.js"], "registerTable")[2]
    assert about == {"lists": [1, 2], "labels": {"wrong_digit": {"a tie": [""]}}}


def test_what_is_absent_has_no_files() -> None:
    assert files_of("chapter", Absent("it", "It", "No record.")) == {}


@pytest.mark.parametrize(
    ("label", "expected"), [("2968+1606=4574", "2968-1606-4574"), ("as published", "as-published")]
)
def test_a_label_becomes_part_of_an_address(label: str, expected: str) -> None:
    assert slug(label) == expected


def test_the_data_names_the_panel_of_every_trace() -> None:
    files = files_of("chapter", figure(PLOTS["panels"]))
    traces = json.loads(files["data/chapter/it.json"])["views"][0]["traces"]
    assert [trace["panel"] for trace in traces] == ["H0.0", "phases", "phases", "H0.1"]
    names = registered(files["figures/chapter/it.js"])[1]["columns"]
    assert names["panel"] == ["panel"]


def test_the_data_of_several_controls_has_a_view_for_each_combination() -> None:
    views: dict[tuple[str, ...], LazyChart] = {
        (one, other): PLOTS["bars"] for one in ("2+3=5", "4+4=8") for other in ("C0", "C1")
    }
    files = files_of("chapter", figure(views, control=("Sum", "Digit")))
    data = json.loads(files["data/chapter/it.json"])
    assert data["controls"] == ["Sum", "Digit"]
    assert [tuple(view["choices"]) for view in data["views"]] == list(views)
    assert [view["slug"] for view in views_of(files["figures/chapter/it.js"])][-1] == "4-4-8.c1"


@pytest.mark.parametrize("labels", [("a b", "a-b"), ("+", "=")])
def test_views_whose_addresses_are_the_same_are_refused(labels: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"figure it: expected labels whose letters and digits differ"):
        files_of("chapter", figure(dict.fromkeys(labels, PLOTS["bars"]), control="Kind"))


def test_the_data_of_a_logarithmic_scale_are_the_numbers_themselves() -> None:
    files = files_of("chapter", figure(DECADES))
    (trace,) = json.loads(files["data/chapter/it.json"])["views"][0]["traces"]
    assert trace["z"] == [[0, 1], [10, 1000]]
    (drawn,) = drawn_by(files["figures/chapter/it.js"])
    np.testing.assert_array_equal(decoded(drawn["data"][0]["z"]), [[np.nan, 0], [1, 3]])


def test_a_long_table_has_a_script_that_hands_its_rows_to_the_page() -> None:
    table = Table(
        "it",
        "It",
        {
            "digit": ["C1", "C0, C2", "C1"],
            "a": ["5", "5", "6"],
            "margin": [0.5, -2.25, 1.0],
            "loss": [0.5, -2.25, 1.0],
        },
        caption="",
        source=measured,
        formats={"margin": decimals, "loss": lambda value: f"{value} nats"},
        page_length=2,
        filter_columns=("digit",),
    )
    files = files_of("chapter", table)
    assert "data/chapter/it.csv" not in files
    columns, names, of_csv = registered(files["data/chapter/it.js"], "registerTable")
    assert columns == [
        {"values": ["C0, C2", "C1"], "which": "101"},
        {"values": "5\n5\n6"},
        {"values": [0.5, -2.25, 1.0], "places": 2},
        {"values": [0.5, -2.25, 1.0], "written": "0.5 nats\n-2.25 nats\n1.0 nats"},
    ]
    assert names == [["digit"], ["a"], ["margin"], ["loss"]]
    assert of_csv == {}
    assert table.choices == {"digit": ("C0", "C1", "C2")}
