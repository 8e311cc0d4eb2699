"""Cached figures are reused only if nothing on which they depend has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import report.content.budget
from report.chapters.carries import PLAN
from report.content.budget import tally_of_every_sum
from report.content.chapter import Chapter, ChapterPlan, Content, Section, Values
from report.content.picture import Picture
from report.content.sections import make_chapter
from report.figures import cache
from report.figures.cache import files_key, render_figures
from sumint.analyses.performance.every_sum import every_sum
from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.keys import Key
from sumint.store.results import Store
from tests.figures.test_picture import picture


@pytest.fixture
def lab(tmp_path: Path, tiny_weights: Weights) -> Lab:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    return Lab(tmp_path / "tiny.safetensors", store=Store(tmp_path / "kept"))


def chapter(*figures: Picture) -> Chapter:
    return Chapter(title="Carries", question="Where?", figures=figures)


def test_the_style_of_the_picture_counts_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_picture, without = chapter(picture(2, 1)), chapter()
    before = [files_key("carries", it, PLAN) for it in (with_picture, without)]
    edited = tmp_path / "picture.css"
    edited.write_bytes(cache.STYLE.read_bytes() + b"\n")
    monkeypatch.setattr(cache, "STYLE", edited)
    after = [files_key("carries", it, PLAN) for it in (with_picture, without)]
    digests = [tuple(key.digest for key in (old, new) if key) for old, new in zip(before, after, strict=True)]
    assert [new == old for old, new in digests] == [False, True]


def of_every_sum(lab: Lab) -> Iterator[Content]:
    yield Values({"tally": tally_of_every_sum(lab)})


def of_the_name(lab: Lab) -> Iterator[Content]:
    yield Values({"name": lab.card["name"]})


def without_a_key(lab: Lab) -> Iterator[Content]:
    yield Values({"sums": lab.run(lambda model, sample: len(sample))})


def key_of(lab: Lab, section: Section) -> Key | None:
    plan = ChapterPlan("Mine", "What?", (section,))
    return files_key("mine", make_chapter(lab, plan), plan)


def test_figures_without_the_tally_of_every_sum_are_not_reused_once_it_is_there(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report.content.budget, "MOST_SUMS", 10)
    before = key_of(lab, of_every_sum)
    lab.examine(every_sum)
    assert key_of(lab, of_every_sum) != before


def test_figures_depend_on_what_the_chapter_requested_and_on_nothing_else_of_the_lab(lab: Lab) -> None:
    other = Lab(lab.weights_path, store=lab.store)
    card = card_path(lab.weights_path)
    before = [key_of(lab, section) for section in (of_the_name, of_every_sum)]
    card.write_text(json.dumps({**json.loads(card.read_text()), "name": "another"}))
    assert [
        key_of(other, section) == key for section, key in zip((of_the_name, of_every_sum), before, strict=True)
    ] == [
        False,
        True,
    ]


def test_figures_of_results_without_a_key_are_not_stored(lab: Lab) -> None:
    assert key_of(lab, without_a_key) is None


def test_the_figures_of_a_chapter_outside_the_package_depend_on_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside_chapter.py").write_text("import outside_helper\ndef section(lab): return ()\n")
    (tmp_path / "outside_helper.py").write_text("HEIGHT = 100\n")
    monkeypatch.syspath_prepend(tmp_path)
    plan = ChapterPlan("Mine", "What?", (import_module("outside_chapter").section,))
    before = files_key("mine", chapter(), plan)
    assert before is not None
    assert {"outside_chapter", "outside_helper"} <= set(before.ingredients["sources"])
    (tmp_path / "outside_helper.py").write_text("HEIGHT = 90\n")
    assert files_key("mine", chapter(), plan) != before


def test_the_figures_of_a_chapter_without_a_source_file_are_drawn_each_time(lab: Lab) -> None:
    unknown = replace(PLAN, other_modules=("no_such_module",))
    for plan, states in ((unknown, ["drawn", "drawn"]), (PLAN, ["drawn", "reused"])):
        assert [render_figures(lab.store, "mine", chapter(), plan).state for _ in range(2)] == states
