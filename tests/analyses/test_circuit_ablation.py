"""A circuit of layer-0 sites with four kinds of ablation of all others, on models where it is known."""

import numpy as np
import pytest

from sumint.analyses.ablation.circuit_ablation import circuit_ablation
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.interventions.hooks import REPLACEMENTS
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.model.load import Model, load_model
from sumint.task.sums import SampleSpec, Sums
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set

CIRCUIT = (Site(0, FIRST), Site(0, SECOND), Site(1, FIRST), Site(1, SECOND))


def test_with_all_sites_in_the_circuit_nothing_is_replaced(model: Model, sample: Sums) -> None:
    layout = sample.layout
    sites = tuple(Site(head, position) for head in range(2) for position in range(layout.n_ctx - 1))
    measured = circuit_ablation(model, sample, sites=sites)
    assert measured.n_kept == measured.n_sites
    for by_digit, of_sums in zip(measured.accuracy_by_digit, measured.accuracy_of_sums, strict=True):
        np.testing.assert_array_equal(by_digit, measured.whole_by_digit)
        assert of_sums == measured.whole_of_sums


def test_the_circuit_that_was_set_needs_no_other_site_whatever_replaces_it() -> None:
    model, sample = load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw()
    measured = circuit_ablation(model, sample, sites=CIRCUIT)
    np.testing.assert_array_equal(measured.accuracy_by_digit, np.tile(measured.whole_by_digit, (4, 1)))


def test_a_carry_site_outside_the_circuit_is_missed_unless_its_mean_is_that_of_sums_with_the_same_carries() -> (
    None
):
    model, sample = load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw()
    measured = circuit_ablation(model, sample, sites=CIRCUIT[:3])
    accuracies = dict(zip(REPLACEMENTS, measured.accuracy_by_digit[:, 1].tolist(), strict=True))
    assert accuracies.pop("conditional mean") == measured.whole_by_digit[1]
    assert max(accuracies.values()) < measured.whole_by_digit[1] - 0.1


def test_on_the_write_up_s_checkpoint_the_accuracy_depends_on_the_kind(arena_lab: Lab) -> None:
    measured = arena_lab.run(circuit_ablation, sites=arena_lab.run(minimal_circuit).sites)
    shares = dict(zip(REPLACEMENTS, measured.accuracy_of_sums.tolist(), strict=True))
    assert shares == pytest.approx(
        {"mean": 0.987, "zero": 0.006, "conditional mean": 0.993, "resample": 0.925}, abs=2e-3
    )
