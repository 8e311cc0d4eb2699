"""Whether a model can add is asked of all sums, or of the sample, and of nothing that failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from report.content import ability as module
from report.content.ability import RIGHT_SUMS_AT_LEAST, Ability, ability, why_it_cannot_add
from sumint.analyses.performance.every_sum import every_sum
from sumint.analyses.performance.performance import performance
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab


@pytest.fixture
def lab(tmp_path: Path, tiny_weights: Weights) -> Lab:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    return Lab(tmp_path / "tiny.safetensors")


def fail(*_: object) -> Any:
    raise ArithmeticError("it cannot be counted")


def test_a_model_can_add_from_a_share_of_right_sums_on() -> None:
    n_sums = 1_000
    enough = round(RIGHT_SUMS_AT_LEAST * n_sums)
    assert Ability(enough, n_sums, are_all=True).why_not == ""
    one_too_few = Ability(enough - 1, n_sums, are_all=True)
    assert one_too_few.why_not == "This model cannot add: it gets 89.9% of all 1,000 sums right."
    of_the_sample = Ability(1, n_sums, are_all=False)
    assert of_the_sample.why_not == "This model cannot add: it gets 0.1% of 1,000 random sums right."


def test_all_sums_are_asked_if_they_can_be_counted(lab: Lab) -> None:
    found = ability(lab)
    assert found is not None
    assert (found.n_sums, found.are_all) == (50**2, True)  # operands below 50 have sums of two digits
    assert found.n_right == found.n_sums - lab.examine(every_sum).n_wrong
    assert why_it_cannot_add(lab) == found.why_not != ""


@pytest.mark.parametrize(
    "tally", [lambda lab: "They are too many.", fail], ids=["too many to count", "the count fails"]
)
def test_else_the_sample_is_asked(tally: Any, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "tally_of_every_sum", tally)
    sample = lab.run(performance)
    assert ability(lab) == Ability(sample.n_sums - sample.wrong_sums, sample.n_sums, are_all=False)
    assert "random sums" in why_it_cannot_add(lab)


def test_nothing_is_said_of_a_model_of_which_nothing_is_known(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "tally_of_every_sum", fail)
    monkeypatch.setattr(Lab, "run", fail)
    assert ability(lab) is None
    assert why_it_cannot_add(lab) == ""


def test_a_model_that_is_mostly_right_can_add(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = lab.examine(every_sum)
    for n_wrong, sentence in {
        250: "",
        275: "This model cannot add: it gets 89.0% of all 2,500 sums right.",
    }.items():
        counted = replace(tally, n_wrong=n_wrong)
        monkeypatch.setattr(module, "tally_of_every_sum", lambda lab, counted=counted: counted)
        assert why_it_cannot_add(lab) == sentence
