"""The claims on kinds of ablation, of heads and of everything outside a circuit, on made-up results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.chapters.ablation.kinds import kinds_table, orders_of_the_heads, same_two_heads_with_every_kind
from report.chapters.circuit.ablation_kinds import (
    circuit_needs_the_means,
    circuit_table,
    resampling_costs_accuracy,
)
from sumint.analyses.ablation.ablation_kinds import AblationKinds
from sumint.analyses.ablation.circuit_ablation import CircuitAblation
from sumint.interventions.hooks import REPLACEMENTS

RISES = np.array([[[1.0, 9.0, 12.0], [4.0, 2.0, 3.0]]]).repeat(4, axis=0)
HEADS = AblationKinds(RISES, np.full(RISES.shape, 0.4), 0.999, 1000)

CIRCUIT = CircuitAblation(
    accuracy_by_digit=np.array([[0.98, 0.99], [0.2, 0.3], [0.99, 0.99], [0.95, 0.96]]),
    accuracy_of_sums=np.array([0.97, 0.05, 0.98, 0.92]),
    whole_by_digit=np.array([1.0, 1.0]),
    whole_of_sums=1.0,
    n_kept=5,
    n_sites=14,
    n_sums=1000,
)


def test_the_same_two_heads_are_the_most_important_with_every_kind() -> None:
    made = same_two_heads_with_every_kind(HEADS)
    assert made.state == "holds"
    assert made.check.note == "the two heads: H0.2 and H0.1"
    assert orders_of_the_heads(HEADS) == "the same order"


@pytest.mark.parametrize("kind", REPLACEMENTS[1:])
def test_another_head_with_one_kind_is_named(kind: str) -> None:
    rises = RISES.copy()
    rises[REPLACEMENTS.index(kind), 1, 0] = 10.0
    heads = replace(HEADS, loss_rise=rises)
    made = same_two_heads_with_every_kind(heads)
    assert made.state == "fails"
    assert f"with {kind} ablation, the difference" in made.sentence
    assert orders_of_the_heads(heads) == "2 different orders"


def test_heads_that_are_hardly_missed_are_no_finding() -> None:
    made = same_two_heads_with_every_kind(replace(HEADS, loss_rise=RISES / 20))
    assert made.state == "fails"
    assert "smaller rise of the two" in made.sentence


def test_of_two_heads_nothing_is_asked_and_nan_is_not_measured() -> None:
    assert (
        same_two_heads_with_every_kind(AblationKinds(RISES[..., :1], HEADS.accuracy[..., :1], 0.999, 1000)).state
        == "not-applicable"
    )
    assert same_two_heads_with_every_kind(replace(HEADS, loss_rise=RISES * np.nan)).state == "not-measured"


def test_the_table_of_heads_has_a_column_for_each_kind() -> None:
    table = kinds_table(HEADS)
    assert table.columns["head"] == ("H0.0", "H0.1", "H0.2", "H1.0", "H1.1", "H1.2")
    assert table.columns["loss rise, resample"] == (1.0, 9.0, 12.0, 4.0, 2.0, 3.0)
    assert len(table.columns) == 1 + 2 * len(REPLACEMENTS)


def test_a_circuit_that_needs_the_means_and_loses_by_resampling() -> None:
    assert circuit_needs_the_means(CIRCUIT).state == "holds"
    assert resampling_costs_accuracy(CIRCUIT).state == "holds"
    table = circuit_table(CIRCUIT)
    assert table.columns["all other sites"] == (*REPLACEMENTS, "no ablation")
    assert table.columns["whole sums"] == (0.97, 0.05, 0.98, 0.92, 1.0)


def test_a_circuit_that_does_as_well_with_zeros_or_resampled() -> None:
    robust = replace(CIRCUIT, accuracy_of_sums=np.full(4, 0.97))
    assert "zeros in all other sites" in circuit_needs_the_means(robust).sentence
    made = resampling_costs_accuracy(robust)
    assert made.state == "fails"
    assert "loss of right sums is 0.0%" in made.sentence


def test_a_model_that_cannot_add_fails_both() -> None:
    unable = replace(CIRCUIT, accuracy_of_sums=np.array([0.2, 0.0, 0.2, 0.1]))
    for made in (circuit_needs_the_means(unable), resampling_costs_accuracy(unable)):
        assert made.state == "fails"
        assert "20.0%" in made.sentence
