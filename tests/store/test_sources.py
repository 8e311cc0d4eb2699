"""A key holds the source of all that a function depends on, wherever it is; what has no source is never stored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sumint.analyses.weights.unembedding import unembedding
from sumint.checkpoints.files import Weights, write_weights
from sumint.store import sources
from sumint.store.sources import NoSourceError, module_of, sources_of
from tests.shared import ROOT


def test_the_sources_are_those_reached_by_import_and_no_others() -> None:
    reached = sources_of(unembedding.__module__)
    assert {
        "sumint.analyses.weights.unembedding",
        "sumint.model.fourier",
        "sumint.model.load",
        "sumint.task.sums",
    } <= set(reached)
    assert not {"sumint.training.train", "sumint.lab", "sumint.analyses.performance.performance"} & set(reached)


def test_an_import_of_ours_always_begins_a_line() -> None:
    """The imports of our own modules are found by lines, which would miss any other: `if x: import y`."""
    for package in sources.PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            source = path.read_bytes()
            assert set(sources.imports_by_parsing(source)) <= set(sources.imports_by_lines(source.decode())), path


@pytest.mark.parametrize(
    "source",
    [
        "import a, b.c as d",
        "import a  # a comment, with a comma",
        "from a import (\n    b,  # not (this\n    c as d,\n)",
        "def f():\n    from .. import a\n\tfrom ..b import c as d, e",
        "from . import (a, b)",
        "if True:\n    import a",
    ],
)
def test_imports_found_by_lines_are_those_found_by_parsing(source: str) -> None:
    source = source.replace("\t", "    ")
    found = list(sources.imports_by_lines(source))
    assert found
    assert found == list(sources.imports_by_parsing(source.encode()))


def forget_sources() -> None:
    """As a new process would have it, which has read none."""
    for remembered in (
        sources._look_up,
        sources._reached_from,
        sources._our_modules,
        sources._our_folder,
    ):
        remembered.cache_clear()


@pytest.fixture
def package(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A small package in sumint's place: two analyses, one of which reaches a module by two imports."""
    monkeypatch.setattr(sources, "_ROOT", tmp_path)
    folder = tmp_path / "sumint"
    folder.mkdir()
    for name, source in {
        "__init__.py": "",
        "first.py": "from sumint.shared import value",
        "second.py": "import numpy",
        "shared.py": "def value():\n    from sumint import deep\n    return deep.VALUE",
        "deep.py": "VALUE = 1",
    }.items():
        (folder / name).write_text(source)
    forget_sources()
    yield folder
    forget_sources()


@pytest.mark.parametrize(
    ("edited", "first_changes", "second_changes"),
    [
        ("first.py", True, False),
        ("shared.py", True, False),
        ("deep.py", True, False),
        ("second.py", False, True),
    ],
)
def test_an_edit_changes_the_sources_of_those_that_reach_it(
    package: Path, edited: str, first_changes: bool, second_changes: bool
) -> None:
    before = sources_of("sumint.first"), sources_of("sumint.second")
    (package / edited).write_text((package / edited).read_text() + "\n# edited\n")
    forget_sources()
    after = sources_of("sumint.first"), sources_of("sumint.second")
    assert (before[0] != after[0], before[1] != after[1]) == (first_changes, second_changes)


@pytest.mark.parametrize("module", ["sumint.nowhere", "not_loaded", "sys"])
def test_a_module_without_a_source_file_is_an_error(module: str) -> None:
    with pytest.raises(NoSourceError, match="has no source file"):
        sources_of(module)


@pytest.mark.parametrize("function", [lambda: 1, partial(sources_of), len], ids=["lambda", "partial", "built-in"])
def test_a_function_without_a_source_file_is_an_error(function) -> None:
    with pytest.raises(NoSourceError, match="not defined by name"):
        module_of(function)


STUDY = """
import json, sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import helper
from package.analysis import Result, in_a_package
from sumint.store.results import Store
from sumint.lab import Lab

FACTOR = 4.0

def plain(model, sums) -> Result:
    return Result(1.0)

def by_a_helper(model, sums) -> Result:
    return Result(helper.value())

def by_a_global(model, sums) -> Result:
    return Result(FACTOR)

def multiplied(model, sums, by: float) -> Result:
    return Result(by)

def closure(value):
    def closed(model, sums) -> Result:
        return Result(value)
    return closed

class LabWithoutModel(Lab):
    _model = _sample = None

weights, store, *questions = sys.argv[1:]
lab = LabWithoutModel(Path(weights), store=Store(Path(store)))
print(json.dumps([[eval(question).value, lab.runs[-1].state] for question in questions]))
"""

HELPER = """
def value():
    return 2.0
"""

ANALYSIS = """
from dataclasses import dataclass

from . import constants

@dataclass(frozen=True)
class Result:
    value: float

def in_a_package(model, sums) -> Result:
    return Result(constants.VALUE)
"""


class Study:
    """A script with a module and a package beside it, a checkpoint and a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weights = folder / "tiny.safetensors"
        (folder / "package").mkdir()
        (folder / "package" / "__init__.py").write_text("")
        (folder / "package" / "constants.py").write_text("VALUE = 3.0")
        (folder / "package" / "analysis.py").write_text(ANALYSIS)
        (folder / "helper.py").write_text(HELPER)
        (folder / "study.py").write_text(STUDY)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def answers(self, *questions: str) -> list[list[float | str]]:
        """The value of each result and whether it was measured or reused, by a process that ends with the last."""
        command = [sys.executable, str(self.folder / "study.py"), str(self.weights), str(self.folder / "store")]
        finished = subprocess.run(
            [*command, *questions],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        return json.loads(finished.stdout)


@pytest.fixture
def study(tmp_path: Path, tiny_weights: Weights) -> Study:
    study = Study(tmp_path)
    write_weights(study.weights, tiny_weights.tensors, {})
    return study


@pytest.mark.parametrize(
    ("analysis", "file", "old", "new", "before", "after"),
    [
        ("plain", "study.py", "1.0", "10.0", 1.0, 10.0),
        ("by_a_helper", "helper.py", "2.0", "20.0", 2.0, 20.0),
        ("in_a_package", "package/constants.py", "3.0", "30.0", 3.0, 30.0),
        ("by_a_global", "study.py", "4.0", "40.0", 4.0, 40.0),
    ],
    ids=["function", "helper beside a script", "module of a package", "global"],
)
def test_an_edit_outside_the_package_is_measured_in_the_next_process(
    study: Study, analysis: str, file: str, old: str, new: str, before: float, after: float
) -> None:
    question = f"lab.run({analysis})"
    assert study.answers(question, question) == [[before, "measured"], [before, "measured"]]
    assert study.answers(question) == [[before, "reused"]]
    study.edit(file, old, new)
    assert study.answers(question) == [[after, "measured"]]
    study.edit(file, new, old)
    assert study.answers(question) == [[before, "reused"]]


@pytest.mark.parametrize(
    "analysis",
    ["closure({})", "partial(multiplied, by={})", "lambda model, sums: Result({})"],
    ids=["closure", "partial", "lambda"],
)
def test_what_has_no_source_is_never_stored_not_even_in_memory(study: Study, analysis: str) -> None:
    one, other = (f"lab.run({analysis.format(value)})" for value in (5.0, 6.0))
    for _ in range(2):
        assert study.answers(one, other, one) == [[5.0, "measured"], [6.0, "measured"], [5.0, "measured"]]


def test_what_names_what_it_depends_on_is_stored_under_that(study: Study) -> None:
    one, other = (f"lab.run(closure({value}), depends_on={value})" for value in (5.0, 6.0))
    assert study.answers(one, other) == [[5.0, "measured"], [6.0, "measured"]]
    assert study.answers(one, other) == [[5.0, "reused"], [6.0, "reused"]]


def test_a_function_of_a_cell_is_measured_each_time(study: Study) -> None:
    cell = "exec('def cell(model, sums) -> Result: return Result({})', globals()) or lab.run(cell)"
    assert study.answers(cell.format(7.0), cell.format(8.0)) == [[7.0, "measured"], [8.0, "measured"]]


def test_an_edit_while_a_module_is_loaded_is_not_stored_under_the_new_source(study: Study) -> None:
    edit = (
        "helper.__file__ and Path(helper.__file__).write_text('def value(): return 20.0') and lab.run(by_a_helper)"
    )
    assert study.answers(edit) == [[2.0, "measured"]]
    assert study.answers("lab.run(by_a_helper)") == [[20.0, "measured"]]


def test_the_same_tensors_in_another_file_are_the_same_weights(study: Study, tiny_weights: Weights) -> None:
    import torch

    assert study.answers("lab.run(plain)") == [[1.0, "measured"]]
    study.weights = study.folder / "saved_by_torch.pt"
    torch.save({name: torch.from_numpy(tensor) for name, tensor in tiny_weights.tensors.items()}, study.weights)
    assert study.answers("lab.run(plain)") == [[1.0, "reused"]]
