"""The script of a component contains its payload by field, and the data files contain the same numbers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from report.content.component import Coarse, Component, Matrix, Part, Phasors
from report.figures.component_files import packed
from report.figures.data_tables import number_views
from report.figures.export import figure_data, files_of
from tests.figure_scripts import views_of

NUMBERS = np.random.default_rng(0).normal(size=(2, 3)) * [1e-26, 1.0, 1e4]


@dataclass(frozen=True)
class Point:
    """A value inside a payload."""

    name: str
    place: int


@dataclass(frozen=True)
class Payload:
    """A payload with every kind of series."""

    points: tuple[Point, ...]
    weights: np.ndarray

    def parts(self) -> Mapping[str, Part]:
        rows, columns = ["p", "q"], ["a", "b", "c"]
        titles = ("from", "to", "attention")
        return {
            "matrices": Part(
                [Matrix(rows, columns, self.weights, *titles, panel=panel) for panel in ("H0.0", "H0.1")]
            ),
            "matrix": Part([Matrix(rows, columns, self.weights, *titles, text=[["x", "y", "z"]] * 2)]),
            "phasors": Part([Phasors("C0", self.weights[0], self.weights[1], "0.0")], points=columns),
            "labelled": Part([Phasors("C0", self.weights[0], self.weights[1], "0.0", columns)]),
        }


def component(weights: np.ndarray = NUMBERS) -> Component:
    payload = Payload((Point("A0", 0), Point("</script>", 1)), weights)
    return Component("it", "It", {"2+3=5": payload, "1+1=2": payload}, "", "", component, "it", "Part", "Sum")


def traces(part: str, weights: np.ndarray = NUMBERS) -> list[dict[str, Any]]:
    data = json.loads(files_of("chapter", component(weights))["data/chapter/it.json"])
    return next(view["traces"] for view in data["views"] if view["choices"] == ["2+3=5", part])


def payloads() -> list[dict[str, Any]]:
    """The views that the script registers."""
    script = files_of("chapter", component())["figures/chapter/it.js"]
    assert b"<" not in script
    return views_of(script)


def unpacked(array: Mapping[str, Any]) -> np.ndarray:
    grouped = np.frombuffer(base64.b64decode(array["float32"]), np.uint8).reshape(4, -1)
    return grouped.T.copy().view("<f4").reshape(array["shape"])


def test_the_script_has_a_payload_for_each_option_by_field() -> None:
    views = payloads()
    assert [view["slug"] for view in views] == ["2-3-5", "1-1-2"]
    payload = views[0]["payload"]
    assert payload["points"] == [{"name": "A0", "place": 0}, {"name": "</script>", "place": 1}]
    np.testing.assert_array_equal(unpacked(payload["weights"]), NUMBERS.astype(np.float32))


def test_a_packed_array_keeps_its_shape_and_what_is_missing() -> None:
    numbers = np.array([[[1.5, np.nan]], [[-np.inf, 0.1]]])
    for array in (numbers, np.asfortranarray(numbers)):
        np.testing.assert_array_equal(unpacked(packed(array)), numbers.astype(np.float32))
    assert packed({"flag": True, "counts": np.array([1, 2]), "level": np.nan}) == {
        "flag": True,
        "counts": [1, 2],
        "level": None,
    }
    assert packed(True) is True


def test_the_data_has_a_view_for_each_option_and_part() -> None:
    data = figure_data("chapter/it", component())
    assert data["controls"] == ["Sum", "Part"]
    assert [view["address"] for view in data["views"]][:2] == ["2-3-5.matrices", "2-3-5.matrix"]
    assert len(data["views"]) == 8


def test_a_matrix_is_published_as_a_heatmap_with_its_axes() -> None:
    one, other = traces("matrices")
    assert (one["panel"], one["x_axis"], other["panel"], other["x_axis"]) == ("H0.0", "x", "H0.1", "x2")
    np.testing.assert_allclose(one["z"], NUMBERS, rtol=1e-6)
    view = figure_data("chapter/it", component())["views"][0]
    assert view["axes"] == {"x": "to", "x2": "to", "y": "from", "y2": "from", "z": "attention"}
    (alone,) = traces("matrix")
    assert "panel" not in alone
    assert alone["text"] == [["x", "y", "z"]] * 2


def test_phasors_are_published_with_their_labels() -> None:
    (phasors,) = traces("phasors")
    assert phasors["theta_unit"] == "radians"
    assert "text" not in phasors
    np.testing.assert_allclose((phasors["r"], phasors["theta"]), NUMBERS, rtol=1e-6)
    assert traces("labelled")[0]["text"] == ["a", "b", "c"]
    points = {view["label"]: view.get("points") for view in figure_data("chapter/it", component())["views"]}
    assert points["2+3=5, phasors"] == ["a", "b", "c"]
    assert points["2+3=5, labelled"] is None


def test_a_missing_number_is_null_in_the_data() -> None:
    (matrix,) = traces("matrix", np.array([[np.nan, 1, 2], [3, 4, np.inf]]))
    assert matrix["z"] == [[None, 1, 2], [3, 4, None]]


def test_the_tables_are_of_the_same_numbers() -> None:
    first = number_views(figure_data("chapter/it", component()))[0].tables[0]
    assert (first.caption, first.head) == ("2+3=5, matrices, H0.0, attention", ("from / to", "a", "b", "c"))


def test_very_many_numbers_have_16_bits_each_in_the_script_alone() -> None:
    numbers = np.array([[-3.0, 0.1], [0.25, 5.0]])
    coarse = packed(Coarse(numbers))
    grouped = np.frombuffer(base64.b64decode(coarse["uint16"]), np.uint8).reshape(2, -1)
    steps = grouped.T.copy().view("<u2").reshape(coarse["shape"])
    np.testing.assert_allclose(coarse["least"] + coarse["step"] * steps, numbers, atol=8 / 2**17)
    assert (coarse["least"], coarse["step"]) == (-3.0, 8 / (2**16 - 1))
    alike = packed(Coarse(np.full(3, 0.5)))
    assert alike["least"] == 0.5
    assert set(base64.b64decode(alike["uint16"])) == {0}


def test_a_component_has_no_files_for_plotly() -> None:
    assert set(files_of("chapter", component())) == {
        "figures/chapter/it.js",
        "data/chapter/it.json",
    }


def test_payloads_whose_addresses_are_the_same_are_refused() -> None:
    payload = Payload((), NUMBERS)
    twice = Component("it", "It", {"a b": payload, "a-b": payload}, "", "", component, "it", "Part", "Sum")
    with pytest.raises(ValueError, match="figure it: expected labels whose letters and digits differ"):
        files_of("chapter", twice)
