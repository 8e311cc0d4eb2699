"""The lab measures once, remembers results, and measures again when something has changed."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sumint
from sumint.analyses import analysis_by_name, analysis_names, check_call
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.performance.every_sum import every_sum
from sumint.analyses.performance.performance import performance
from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights, write_weights
from sumint.checkpoints.locate import locate
from sumint.errors import InputError
from sumint.lab import Lab
from sumint.model.load import Model, layout_of, load_model
from sumint.store.results import Store
from sumint.task.sums import SampleSpec, Sums


@dataclass(frozen=True)
class Counted:
    n_sums: int
    times: int


def counted(model: Model, sample: Sums, *, times: int = 1) -> Counted:  # noqa: ARG001
    return Counted(len(sample), times)


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    path = tmp_path / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "tiny"})
    return path


def lab_on(path: Path, tmp_path: Path, **settings) -> Lab:
    return Lab(path, store=Store(tmp_path / "results"), **settings)


def test_the_sample_has_as_many_digits_as_the_model_reads(checkpoint: Path, tiny_weights: Weights) -> None:
    assert Lab(checkpoint).sample_spec == SampleSpec(n_digits=tiny_weights.architecture.n_digits)


def test_an_analysis_is_measured_once(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    assert lab.run(counted, times=3) is lab.run(counted, times=3)
    assert [run.state for run in lab.runs] == ["measured"]


@dataclass(frozen=True)
class Columns:
    values: np.ndarray
    parts: "tuple[Columns, ...]" = ()


def columns(model: Model, sample: Sums) -> Columns:  # noqa: ARG001
    values = np.arange(6.0).reshape(2, 3).T
    return Columns(values, (Columns(values),))


def test_a_measured_result_lies_in_memory_as_a_reused_one_does(checkpoint: Path, tmp_path: Path) -> None:
    results = [lab_on(checkpoint, tmp_path).run(columns) for _ in range(2)]
    for measured, reused in (
        [result.values for result in results],
        [result.parts[0].values for result in results],
    ):
        assert measured.flags.c_contiguous
        assert measured.strides == reused.strides
        assert measured.tolist() == reused.tolist()


def test_another_setting_is_measured_by_itself(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    assert lab.run(counted, times=3) != lab.run(counted, times=4)


def test_an_analysis_is_run_by_its_name(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    assert lab.run("performance") is lab.run(performance)
    assert lab.run("head_ablation", replacement="zero") is lab.run(head_ablation, replacement="zero")


def test_an_analysis_of_the_weights_alone_is_run_by_its_name(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    assert lab.run("every_sum") is lab.examine(every_sum)


def test_a_name_that_no_analysis_has_is_an_error_that_suggests_one(checkpoint: Path) -> None:
    with pytest.raises(ValueError, match="no analysis 'head_abaltion'; did you mean head_ablation"):
        Lab(checkpoint).run("head_abaltion")


@pytest.mark.parametrize("name", analysis_names())
def test_every_analysis_has_the_name_of_its_module(name: str) -> None:
    assert analysis_by_name(name).__name__ == name


def test_a_loaded_checkpoint_shares_its_results_with_builds(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    lab_on(checkpoint, tmp_path).run(performance)
    lab = sumint.load(str(checkpoint), device="cpu")
    assert lab.weights.architecture.n_digits == lab.sample.layout.n_digits == layout_of(lab.model).n_digits
    lab.run("performance")
    assert [run.state for run in lab.runs] == ["reused"]
    assert repr(lab) == "Lab(tiny.safetensors, cpu, float32)"


def test_the_bundled_checkpoint_is_loaded_without_a_name() -> None:
    assert sumint.load(device="cpu").weights_path == locate("bundled")


def test_a_value_that_no_key_can_hold_is_an_error_that_says_what_can_be_used(checkpoint: Path) -> None:
    with pytest.raises(TypeError, match="a value of type object cannot be part of a key; use numbers, strings"):
        Lab(checkpoint).run(lambda model, sums: 1, depends_on=object())


def test_a_later_lab_reuses_what_an_earlier_one_measured(checkpoint: Path, tmp_path: Path) -> None:
    first = lab_on(checkpoint, tmp_path).run(counted)
    later = lab_on(checkpoint, tmp_path)
    assert later.run(counted) == first
    assert [run.state for run in later.runs] == ["reused"]


def changed_weights(lab: Lab) -> Lab:
    tensors = {name: tensor + (name == "ln_final.b") for name, tensor in lab.weights.tensors.items()}
    write_weights(lab.weights_path, tensors, {})
    return Lab(lab.weights_path, store=lab.store)


@pytest.mark.parametrize(
    "change",
    [
        changed_weights,
        lambda lab: Lab(
            lab.weights_path, store=lab.store, sample_spec=SampleSpec(lab.sample_spec.n_digits, size=10)
        ),
        lambda lab: Lab(
            lab.weights_path, store=lab.store, sample_spec=SampleSpec(lab.sample_spec.n_digits, seed=1)
        ),
        lambda lab: Lab(lab.weights_path, store=lab.store, dtype="float64"),
        lambda lab: Lab(lab.weights_path, store=lab.store, device="cuda"),
    ],
    ids=["weights", "size of the sample", "seed of the sample", "precision", "device"],
)
def test_a_changed_input_changes_the_key(change, checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    before = lab.key(counted, {}).digest
    assert change(lab).key(counted, {}).digest != before


def test_a_card_of_other_tensors_is_refused_even_if_nothing_has_to_be_measured(
    checkpoint: Path, tmp_path: Path
) -> None:
    lab_on(checkpoint, tmp_path).run(counted)
    card = card_path(checkpoint)
    card.write_text(json.dumps({**json.loads(card.read_text()), "tensors_sha256": "0" * 64}))
    with pytest.raises(InputError, match=r"not those that tiny\.json describes"):
        _ = lab_on(checkpoint, tmp_path).card


def test_a_link_to_a_checkpoint_finds_its_card(checkpoint: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.safetensors"
    link.symlink_to(checkpoint)
    assert Lab(link).card["name"] == "tiny"


def test_a_missing_checkpoint_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Lab(tmp_path / "nothing.safetensors")


def test_with_every_result_stored_nothing_heavy_is_imported(checkpoint: Path, tiny_cache: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from sumint.analyses.performance.performance import performance
from sumint.store.results import Store
from sumint.lab import Lab

lab = Lab(Path({str(checkpoint)!r}), store=Store(Path({str(tiny_cache / "results")!r})))
lab.run(performance)
print([run.state for run in lab.runs], sorted({{"torch", "transformer_lens"}} & set(sys.modules)))
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "['reused'] []\n"


def test_every_analysis_is_an_attribute_of_the_package_and_listed_in_its_table() -> None:
    table = sumint.analyses.table()
    assert tuple(sorted(table.index)) == analysis_names()
    assert table.loc["head_ablation", "group"] == "ablation"
    assert table.loc["carry_direction", "settings"] == "served_routes"
    assert table["measures"].str.len().min() > 20
    assert sumint.analyses.head_ablation is head_ablation
    assert set(analysis_names()) <= set(dir(sumint.analyses))


@pytest.mark.parametrize(
    "name", [name for name in analysis_names() if sumint.analyses.needs_results(analysis_by_name(name))]
)
def test_settings_from_other_analyses_are_found_where_the_error_says(arena_lab: Lab, name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} needs .*; for example lab.run") as raised:
        arena_lab.run(name)
    example = str(raised.value).partition("for example ")[2]
    assert eval(example, {"lab": arena_lab}) is not None


@pytest.mark.parametrize(
    ("analysis", "settings", "message"),
    [
        (
            head_ablation,
            {"replacment": "zero"},
            "head_ablation has no setting 'replacment'; did you mean replacement?",
        ),
        (performance, {"x": 1}, "performance has no setting 'x'; its settings: none"),
        (sumint.analyses, {}, 'analyses is a module; its function is the analysis: lab.run("analyses")'),
        (3, {}, "expected an analysis, a function of a model and sums or the name of one, found 3"),
        (
            analysis_by_name("needed_sites"),
            {"sample": 1},
            "needed_sites has no setting 'sample'; its settings: none",
        ),
    ],
)
def test_a_wrong_call_is_explained(analysis: object, settings: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        check_call(analysis, settings)


def test_settings_that_no_single_analysis_gives_are_explained_in_the_documentation() -> None:
    with pytest.raises(TypeError, match=r"carry_readout needs .* see help\(sumint.analyses.carry_readout\)"):
        check_call(analysis_by_name("carry_readout"), {})


def test_mistakes_in_loading_are_explained() -> None:
    assert sumint.Lab is Lab
    with pytest.raises(AttributeError, match=re.escape('sumint.load("model.pt").model')):
        _ = sumint.load_model
    with pytest.raises(TypeError, match=re.escape("use sumint.load('model.pt').model")):
        unchecked(load_model)("model.pt")
    with pytest.raises(InputError, match=re.escape("bundeld: no such file; did you mean bundled?")):
        sumint.load("bundeld")
    with pytest.raises(ValueError, match=re.escape("dtype='float8': expected one of float32, float64")):
        sumint.load("bundled", dtype="float8")


def unchecked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function without the check of its types that tests add."""
    return inspect.unwrap(function)


def test_sums_print_how_many_they_are_and_the_first() -> None:
    assert repr(SampleSpec().draw()) == "Sums(1,000 of two 4-digit numbers: 2968+1606=4574, 2262+0672=2934, …)"


def test_a_recording_in_a_recording_that_has_recorded_the_same_ends_by_itself(
    checkpoint: Path, tmp_path: Path
) -> None:
    lab = lab_on(checkpoint, tmp_path)
    with lab.recording() as outer:
        with lab.recording() as inner:
            assert lab.file_name
        assert lab.sample_spec
    assert inner == {"file": checkpoint.name}
    assert outer.keys() == {"file", "sample"}
