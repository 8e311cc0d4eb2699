"""Results have named axes with labels, a short form in print, and data frames that hold the same numbers."""

from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from jaxtyping import Complex, Float, Int

import sumint
from report.content.sections import measure
from report.outline import plans
from sumint.analyses import analysis_by_name, analysis_names
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.results.result import Result
from sumint.store.results import Store
from sumint.task.sums import Layout


@pytest.fixture(scope="module")
def arena_results(arena_lab: Lab, arena_chapters: dict[str, Any]) -> list[Result]:
    """Every result that the chapters request of the write-up's checkpoint."""
    assert arena_chapters
    return [result for result in arena_lab._results.values() if isinstance(result, Result)]


@pytest.fixture
def tiny_results(filled_cache: Path, tmp_path: Path, tiny_weights: Weights) -> list[Result]:
    """Every result that the chapters request of untrained weights for sums of two digits."""
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    lab = Lab(tmp_path / "tiny.safetensors", store=Store(filled_cache / "results"))
    measure(lab, plans(), leave_out=False)
    return [result for result in lab._results.values() if isinstance(result, Result)]


def check_frames(results: list[Result]) -> None:
    """Check the axes, the text and the frames of results."""
    for result in results:
        assert len(repr(result)) < 700
        assert "\n" not in repr(result)
        frame = result.to_frame()
        for field in fields(result):  # pyright: ignore[reportArgumentType]
            value = getattr(result, field.name)
            if not isinstance(value, np.ndarray):
                continue
            axes = result.axes[field.name]
            assert [len(labels) for labels in axes.values()] == list(value.shape), (type(result), field.name)
            assert not any(axis.startswith("axis_") for axis in axes), (type(result), field.name)
            if not np.iscomplexobj(value):
                of_field = frame[frame["quantity"] == field.name]
                np.testing.assert_array_equal(of_field["value"], value.ravel().astype(float))


def test_every_result_of_the_write_up_s_checkpoint_has_labelled_axes_and_frames(
    arena_results: list[Result],
) -> None:
    check_frames(arena_results)


def test_every_result_of_an_untrained_model_of_two_digits_has_them_too(tiny_results: list[Result]) -> None:
    assert len(tiny_results) > 20
    check_frames(tiny_results)


def test_every_analysis_returns_a_result_and_the_chapters_show_each(arena_results: list[Result]) -> None:
    kinds = {name: get_type_hints(analysis_by_name(name))["return"] for name in analysis_names()}
    assert not [name for name, kind in kinds.items() if not issubclass(kind, Result)]
    found = {type(result) for result in arena_results}
    assert not [name for name, kind in kinds.items() if kind not in found]


def test_heads_positions_digits_and_routes_have_their_names(arena_lab: Lab) -> None:
    ablation = arena_lab.run("head_ablation")
    frame = ablation.to_frame("loss_rise_by_digit")
    row = frame[(frame["head"] == "H1.2") & (frame["digit"] == "C3")]
    assert row["loss_rise_by_digit"].item() == ablation.loss_rise_by_digit[1, 2, 3]
    sites = arena_lab.run("carry_sites")
    rates = sites.to_frame("rates", "n_pairs")
    route = sites.routes[2]
    at_plus = (rates["route"] == route.name) & (rates["position"] == "+") & (rates["head"] == "H0.1")
    assert rates[at_plus]["rates"].tolist() == sites.rates[2, :, 1, Layout(4).plus].tolist()
    assert rates[at_plus]["n_pairs"].tolist() == sites.n_pairs[2].tolist()
    assert rates[at_plus]["direction"].tolist() == ["on", "off"]


@dataclass(frozen=True)
class Made(Result, kind=("a", "b"), entry="names", row="H1.{}"):
    n_sums: int
    by_kind: Int[np.ndarray, "kind digit"]
    by_kind_alone: Float[np.ndarray, " kind"]
    waves: Complex[np.ndarray, " entry"]
    names: tuple[str, ...]
    late: Float[np.ndarray, " row"]

    @property
    def doubled(self) -> Float[np.ndarray, "kind digit"]:
        return 2.0 * self.by_kind


MADE = Made(7, np.arange(6).reshape(2, 3), np.array([0.5, 1.5]), np.array([1 + 2j]), ("first",), np.zeros(2))


def test_a_result_prints_its_axes_in_place_of_its_arrays() -> None:
    expected = "Made(n_sums=7, by_kind[kind 2, digit 3], by_kind_alone[kind 2], waves[entry 1], names=('first',)"
    assert repr(MADE) == f"{expected}, late[row 2])"


def test_labels_come_from_the_class_from_a_pattern_or_from_an_attribute() -> None:
    assert MADE.axes == {
        "by_kind": {"kind": ["a", "b"], "digit": ["C0", "C1", "C2"]},
        "by_kind_alone": {"kind": ["a", "b"]},
        "waves": {"entry": ["first"]},
        "late": {"row": ["H1.0", "H1.1"]},
    }


def test_quantities_become_columns_beside_one_another() -> None:
    frame = MADE.to_frame("by_kind", "doubled", "by_kind_alone", "n_sums")
    assert list(frame.columns) == ["kind", "digit", "by_kind", "doubled", "by_kind_alone", "n_sums"]
    assert list(zip(frame["kind"], frame["digit"], strict=True)) == list(product("ab", ["C0", "C1", "C2"]))
    assert frame["doubled"].tolist() == [0, 2, 4, 6, 8, 10]
    assert frame["by_kind_alone"].tolist() == [0.5] * 3 + [1.5] * 3
    assert set(frame["n_sums"]) == {7}


def test_without_names_all_numbers_stand_below_one_another() -> None:
    frame = MADE.to_frame()
    assert list(frame.columns) == ["quantity", "kind", "digit", "entry", "row", "value"]
    assert frame["quantity"].value_counts().to_dict() == {
        "by_kind": 6,
        "by_kind_alone": 2,
        "late": 2,
        "n_sums": 1,
        "waves.real": 1,
        "waves.imaginary": 1,
    }
    assert frame[frame["quantity"] == "waves.imaginary"]["value"].item() == 2


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        (("by_knd",), "Made has no quantity 'by_knd'; did you mean by_kind?"),
        (("xyz",), "Made has no quantity 'xyz'; it has by_kind, by_kind_alone, doubled, late, n_sums, waves"),
        (("by_kind_alone", "by_kind"), "digit differs; ask for one at a time, or for by_kind first"),
    ],
)
def test_a_quantity_that_is_not_there_or_has_other_axes_is_refused(
    quantities: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        MADE.to_frame(*quantities)


def test_labels_that_do_not_fit_the_array_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"Made\.by_kind has 3 entries along kind, not 2"):
        Made(7, np.zeros((3, 2), int), np.zeros(3), np.zeros(1, complex), ("x",), np.zeros(1)).to_frame()


def test_the_class_is_public() -> None:
    assert sumint.Result is Result


def test_how_results_are_presented_is_no_part_of_what_they_depend_on(arena_lab: Lab) -> None:
    key = arena_lab.key(analysis_by_name("head_ablation"), {})
    assert "sumint.results.result" in key.text
    assert "sumint.results.frames" not in key.text
