"""The picture of the mechanism draws exactly the circuit that was scored, with what was measured of its parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from report.chapters.circuit import the_mechanism
from report.chapters.circuit.picture_sums import MOST_SUMS, positions_read
from report.chapters.live_model import the_live_model
from report.content.chapter import Absent
from report.content.component import Component
from report.content.live import address
from report.content.picture import Picture
from sumint.analyses.circuits.circuit import circuit
from sumint.analyses.circuits.circuit_paths import CircuitPaths
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.task.sums import Layout
from tests.hand_set import LAYOUT, SITES, hand_set


def drawn(lab: Lab) -> Picture:
    (picture,) = the_mechanism(lab)
    assert isinstance(picture, Picture)
    return picture


@pytest.fixture(scope="module")
def hand_set_lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("hand-set")
    write_weights(folder / "hand-set.safetensors", hand_set().tensors, {})
    return Lab(folder / "hand-set.safetensors", store=Store(folder / "kept"))


@pytest.fixture(scope="module")
def of_hand_set(hand_set_lab: Lab) -> Picture:
    return drawn(hand_set_lab)


def edges_drawn(picture: Picture, layout: Layout) -> set[tuple[int, str, int]]:
    """The digit, the head and the position of every edge that the wires stand for."""
    found = set()
    for wire in picture.wires:
        if wire.is_read_by_layer_0:
            continue
        heads, place = wire.source.split(" at ")
        for head in heads.split():
            found.add((int(wire.target[1:]), head, layout.position_names.index(place)))
    return found


def test_it_draws_the_edges_of_the_circuit_and_no_others(of_hand_set: Picture, hand_set_lab: Lab) -> None:
    edges = np.argwhere(hand_set_lab.run(circuit).edges).tolist()
    assert edges_drawn(of_hand_set, LAYOUT) == {(digit, f"H0.{head}", position) for digit, head, position in edges}


def test_it_draws_the_edges_of_the_write_up_s_circuit_and_no_others(arena_lab: Lab) -> None:
    picture, edges = drawn(arena_lab), arena_lab.run(circuit).edges
    # A box can hold sites of which a digit reads some only: all its heads are at the wire, the note has the edges.
    assert edges_drawn(picture, arena_lab.layout) >= {
        (digit, f"H0.{head}", position) for digit, head, position in np.argwhere(edges).tolist()
    }
    listed = " ".join(
        evidence.statement for name, evidence in picture.parts if " to C" in name and "direct" not in name
    )
    names = arena_lab.layout.position_names
    for digit in range(arena_lab.layout.n_digits):
        for head in range(3):
            for position, place in enumerate(names):
                says = f"Patching H0.{head} at {place} for C{digit} alone" in listed
                assert says == edges[digit, head, position]


def test_carry_sites_are_switches_of_the_column_that_they_read(of_hand_set: Picture) -> None:
    switches = [box for box in of_hand_set.boxes if box.kind == "switch"]
    assert [box.name for box in switches] == [site.name(LAYOUT) for site in SITES]
    assert [box.column for box in switches] == [1, 2]
    assert not any(box.is_joint for box in switches)
    assert "on in 100% of pairs and off in 100%" in switches[0].evidence.statement


def test_sums_run_through_it_with_their_levels_and_words(of_hand_set: Picture) -> None:
    assert 3 <= len(of_hand_set.sums) <= MOST_SUMS
    assert len({one.label for one in of_hand_set.sums}) == len(of_hand_set.sums)
    assert "a carry" in of_hand_set.sums[0].label
    for one in of_hand_set.sums:
        assert set(one.levels) == {site.name(LAYOUT) for site in SITES}
        assert all(one.words)
        for digit, answer in enumerate(of_hand_set.answers):
            assert len(one.attention[digit]) == len(answer.reads)


def test_wrong_sums_are_listed_last_and_say_what_is_right(arena_lab: Lab) -> None:
    sums = drawn(arena_lab).sums
    assert len(sums) == MOST_SUMS
    assert sum(one.label.endswith(": no carry") for one in sums) == 1
    is_wrong = [one.predicted != one.answer for one in sums]
    assert is_wrong == sorted(is_wrong)
    assert 1 <= sum(is_wrong) <= 5
    assert "wrong" in sums[-1].label
    assert "is right)" in sums[-1].words[3]
    # Where the logits are a cosine, the phase less the digits' sum is the carry.
    for one in sums:
        for digit, (phase, amount) in enumerate(zip(one.phases, one.amounts, strict=True)):
            assert phase is not None
            assert amount is not None
            difference = one.a[digit] + one.b[digit] + amount - phase
            assert (difference + 5) % 10 - 5 == pytest.approx(0, abs=0.01)


def test_without_a_circuit_there_is_a_sentence_instead(tmp_path: Path, tiny_weights: Weights) -> None:
    silent = {
        name: np.zeros_like(tensor) if "W_O" in name or ".o." in name else tensor
        for name, tensor in tiny_weights.tensors.items()
    }
    write_weights(tmp_path / "silent.safetensors", silent, {})
    (item,) = the_mechanism(Lab(tmp_path / "silent.safetensors"))
    assert isinstance(item, Absent)
    assert item.reason == "No answer digit needs any layer-0 head on this checkpoint."


def test_a_network_that_is_too_large_for_a_page_runs_in_none(
    hand_set_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    (component,) = (item for item in the_live_model(hand_set_lab) if isinstance(item, Component))
    assert component.name == "live-model"
    assert drawn(hand_set_lab).live == "live-model/live-model"
    monkeypatch.setattr(address, "MOST_PARAMETERS", 10)
    (absent,) = (item for item in the_live_model(hand_set_lab) if isinstance(item, Absent))
    assert "is too large to run in a page" in absent.reason
    assert drawn(hand_set_lab).live == ""


def test_every_wire_and_switch_can_be_tried(arena_lab: Lab) -> None:
    picture = drawn(arena_lab)
    wires = {name for name, evidence in picture.parts if " to " in name}
    switches = {box.name for box in picture.boxes if box.kind == "switch"}
    assert {name for name, evidence in picture.parts if evidence.trial} >= wires | switches


def test_the_positions_that_are_read_are_those_whose_keys_and_values_matter_most() -> None:
    through = np.full((3, 2, 3), np.nan)
    through[0, 1, 1], through[1, 0, 2], through[2, 0, 0] = 0.4, 0.6, 0.9
    paths = CircuitPaths(np.array([[0, 0, 2], [0, 1, 3], [0, 1, 5]]), through, np.zeros(3), np.ones(3), 10, 2)
    assert positions_read(paths, 0) == [(3, 0), (2, 1)]
    assert positions_read(paths, 1) == []
