"""The shorter form of views is shorter, and expands to the same views."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import numpy as np
import pytest

from report.figures.compact import compact_views
from tests.figure_scripts import expanded

VIEW: dict[str, Any] = {
    "slug": "a",
    "data": [{"type": "bar", "x": [1, 2]}],
    "layout": {"meta": {"narrow": {}}, "x": 1},
}


def view(**changes: Any) -> dict[str, Any]:
    return {**VIEW, **changes}


@pytest.mark.parametrize(
    "views",
    [
        [VIEW],
        [VIEW, VIEW],
        [VIEW, view(slug="b"), view(data=[{"type": "bar", "x": [1, 3]}])],
        [VIEW, view(data=[*VIEW["data"], {"type": "bar"}])],
        [VIEW, view(data=[{"type": "scatter", "y": [None, 2.5]}], layout={})],
        [VIEW, view(layout={"meta": {"narrow": {"y": 1}}, "y": [], "x": None})],
        [{"slug": "a", "payload": {"heads": [{"name": "p", "w": 1}]}}, {"slug": "b", "payload": {"heads": []}}],
    ],
    ids=["one", "alike", "changed", "longer", "replaced", "added and dropped", "payloads"],
)
def test_views_expand_to_what_they_were(views: list[dict[str, Any]]) -> None:
    compact = json.loads(json.dumps(compact_views(views)))
    assert expanded(compact) == views


def of_trace(**trace: Any) -> Any:
    views = [view(data=[{"type": "heatmap", **trace}])]
    compact = json.loads(json.dumps(compact_views(views)))
    assert expanded(compact) == views
    return compact[0]["data"][0]


def test_texts_of_rows_and_columns_stand_for_those_of_cells() -> None:
    cells = [[f"layer {row}<br>head {column}" for column in range(30)] for row in range(40)]
    short = of_trace(hovertext=cells)["hovertext"]
    assert len(short["grid"][0]) == 40
    assert len(short["grid"][1]) == 30
    assert of_trace(hovertext=[["p 1", "p 2"], ["q 1", "q 3"]])["hovertext"] == [["p 1", "p 2"], ["q 1", "q 3"]]


def test_texts_that_repeat_are_listed_once() -> None:
    short = of_trace(customdata=[["a long text"]] * 5 + [["another text"]])["customdata"]
    assert short == {"among": ["a long text", "another text"], "at": [[0]] * 5 + [[1]]}
    assert of_trace(customdata=[["one"], ["two"]])["customdata"] == [["one"], ["two"]]


def test_addresses_are_without_what_all_begin_and_end_with() -> None:
    opens = {"0,0": "live.html?sum=1_2#it", "0,50": "live.html?sum=1_50#it"}
    views = [view(layout={"meta": {"opens": opens}})]
    (compact,) = compact_views(views)
    assert compact["layout"]["meta"]["opens"]["within"] == ["live.html?sum=1_", "#it"]
    assert expanded([compact]) == views


def test_logarithms_that_are_not_those_of_the_numbers_stay() -> None:
    def packed(numbers: list[float]) -> dict[str, str]:
        return {"dtype": "f4", "bdata": b64encode(np.array(numbers, "<f4").tobytes()).decode(), "shape": "1, 2"}

    (left_out,) = compact_views(
        [view(data=[{"type": "heatmap", "z": packed([0, 2]), "customdata": packed([1, 100])}])]
    )
    assert left_out["data"][0]["z"] == {"logarithms": "1, 2"}
    (kept,) = compact_views(
        [view(data=[{"type": "heatmap", "z": packed([0, 3]), "customdata": packed([1, 100])}])]
    )
    assert kept["data"][0]["z"] == packed([0, 3])
