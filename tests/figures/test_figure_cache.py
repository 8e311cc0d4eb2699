"""Cached figures are reused only if nothing on which they depend has changed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import report.content.budget
from report.content.chapter import Chapter
from report.content.diagram import Diagram, Group, Node, Rank
from report.figures import cache
from report.figures.cache import files_key, render_figures
from sumint.analyses.performance.every_sum import every_sum
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store

MODULE = "report.chapters.carries"


@pytest.fixture
def lab(tmp_path: Path, tiny_weights: Weights) -> Lab:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    return Lab(tmp_path / "tiny.safetensors", store=Store(tmp_path / "kept"))


def chapter(*figures: Diagram) -> Chapter:
    return Chapter(title="Carries", question="Where?", figures=figures)


def diagram() -> Diagram:
    nodes = (Node("it", ("it",), "carry"), Node("end", ("end",), "carry"))
    ranks = (Rank(("first",), (Group("here", nodes),)),)
    return Diagram("it", "It", ranks, (), "Caption.", "What is seen.", diagram)


def test_the_style_of_diagrams_counts_where_there_is_one(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_diagram, without = chapter(diagram()), chapter()
    before = [files_key(lab, "carries", it, MODULE) for it in (with_diagram, without)]
    edited = tmp_path / "diagram.css"
    edited.write_bytes(cache.STYLE.read_bytes() + b"\n")
    monkeypatch.setattr(cache, "STYLE", edited)
    after = [files_key(lab, "carries", it, MODULE) for it in (with_diagram, without)]
    assert [new == old for new, old in zip(after, before, strict=True)] == [False, True]


def test_drawings_without_the_tally_of_every_sum_do_not_stand_once_it_is_there(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report.content.budget, "MOST_SUMS", 10)
    before = files_key(lab, "carries", chapter(), MODULE)
    lab.examine(every_sum)
    assert files_key(lab, "carries", chapter(), MODULE) != before


def test_the_figures_of_a_chapter_outside_the_package_depend_on_its_source(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside_chapter.py").write_text("import outside_helper\n")
    (tmp_path / "outside_helper.py").write_text("HEIGHT = 100\n")
    monkeypatch.syspath_prepend(tmp_path)
    import_module("outside_chapter")
    before = files_key(lab, "mine", chapter(), "outside_chapter")
    assert {"outside_chapter", "outside_helper"} <= set(before.ingredients["sources"])
    (tmp_path / "outside_helper.py").write_text("HEIGHT = 90\n")
    assert files_key(lab, "mine", chapter(), "outside_chapter") != before


def test_the_figures_of_a_chapter_without_a_source_file_are_drawn_each_time(lab: Lab) -> None:
    assert [render_figures(lab, "mine", chapter(), "no_such_module").state for _ in range(2)] == ["drawn", "drawn"]
    assert [render_figures(lab, "mine", chapter(), MODULE).state for _ in range(2)] == ["drawn", "reused"]
