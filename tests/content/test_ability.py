"""A model counts as able to add if it gets most sums right, of all that there are or else of the sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.content import ability as ability_module
from report.content import budget
from report.content.ability import Ability, ability, why_it_cannot_add
from report.content.failures import LaterError
from sumint.analyses.performance.performance import performance
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store


@pytest.fixture
def lab(tmp_path: Path, tiny_weights: Weights) -> Lab:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    return Lab(tmp_path / "tiny.safetensors")


def broken(_: Lab, *__: object) -> str:
    raise LookupError("no tally")


@pytest.mark.parametrize(
    ("found", "why_not"),
    [
        (Ability(90, 100, are_all=True), ""),
        (Ability(100, 100, are_all=False), ""),
        (Ability(89, 100, are_all=True), "This model cannot add: it gets 89 of all 100 sums right (89.0%)."),
        (Ability(0, 2000, are_all=False), "This model cannot add: it gets 0 of 2,000 random sums right (0.0%)."),
    ],
)
def test_a_model_that_gets_fewer_than_nine_of_ten_sums_right_cannot_add(found: Ability, why_not: str) -> None:
    assert found.why_not == why_not


def test_all_sums_are_counted_where_a_build_goes_through_them(lab: Lab) -> None:
    found = ability(lab)
    assert found is not None
    assert (found.n_sums, found.are_all) == (lab.layout.n_sums, True)
    assert 0 < found.n_right < found.n_sums / 10
    assert why_it_cannot_add(lab) == found.why_not != ""


def test_the_sample_is_counted_where_there_are_too_many_sums(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_SUMS", 100)
    found, sampled = ability(lab), lab.run(performance)
    assert found == Ability(sampled.right_sums, sampled.n_sums, are_all=False)


def test_the_sample_is_counted_where_the_tally_fails(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ability_module, "tally_of_every_sum", broken)
    found = ability(lab)
    assert found is not None
    assert not found.are_all


def test_of_a_model_of_which_nothing_can_be_measured_it_is_not_known(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ability_module, "tally_of_every_sum", broken)
    monkeypatch.setattr(Lab, "run", broken)
    assert ability(lab) is None
    assert why_it_cannot_add(lab) == ""


def test_the_write_up_s_checkpoint_can_add(arena_checkpoint: Path) -> None:
    assert why_it_cannot_add(Lab(arena_checkpoint, store=Store.of_user())) == ""


def test_a_clear_sample_decides_without_the_tally(arena_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(_: Lab) -> None:
        raise AssertionError("all sums were counted")

    monkeypatch.setattr(ability_module, "tally_of_every_sum", unexpected)
    found = ability(Lab(arena_checkpoint, store=Store.of_user()))
    assert found == Ability(1000, 1000, are_all=False)


def test_a_sample_that_is_not_clear_waits_for_the_tally(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def later(_: Lab) -> None:
        raise LaterError

    monkeypatch.setattr(ability_module, "tally_of_every_sum", later)
    with pytest.raises(LaterError):
        why_it_cannot_add(lab)
