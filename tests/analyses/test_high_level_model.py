"""Interchange-intervention accuracy: on a model whose sites are known, and on one that was not trained."""

from __future__ import annotations

import numpy as np

from sumint.analyses.circuits.high_level_model import high_level_model
from sumint.checkpoints.files import Weights
from sumint.interventions.patching import RouteSites
from sumint.interventions.sites import Site
from sumint.model.load import load_model
from sumint.task.carry_routes import Route
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, SERVED, hand_set

SAMPLE = SampleSpec(LAYOUT.n_digits).draw()
CARRIES = tuple(RouteSites(served.route, (served.site,)) for served in SERVED)
DIGITS = (RouteSites(Route(0, 0), (Site(0, FIRST),)), RouteSites(Route(1, 1), (Site(0, SECOND),)))


def test_exchanging_a_column_s_sum_is_followed_where_the_model_can_add() -> None:
    model = load_model(hand_set())
    aligned = high_level_model(model, SAMPLE, alignment=(*DIGITS, *CARRIES))
    misaligned = high_level_model(model, SAMPLE, alignment=(RouteSites(Route(0, 0), (Site(0, 0),)), *CARRIES))
    none = high_level_model(model, SAMPLE, alignment=())
    assert aligned.where_it_changes[0, 0] > 2 * misaligned.where_it_changes[0, 0]
    assert aligned.subset_by_digit[0] > misaligned.subset_by_digit[0] + 0.1
    assert none.subset_accuracy == none.without_patching
    assert aligned.n_aligned == len(DIGITS) + len(CARRIES)


def test_a_variable_that_affects_no_digit_is_not_exchanged_and_counts_are_those_of_changed_answers() -> None:
    found = high_level_model(load_model(hand_set()), SAMPLE, alignment=CARRIES)
    assert np.isnan(found.accuracy[1, 0])
    assert (found.n_changes <= found.n_pairs).all()
    assert (found.n_changes[0] > 0.8 * found.n_pairs).all(), "nine of ten exchanged sums differ"


def test_an_untrained_network_does_not_follow(tiny_weights: Weights) -> None:
    alignment = (RouteSites(Route(1, 0), (Site(0, 2),)), RouteSites(Route(0, 0), (Site(1, 5),)))
    found = high_level_model(load_model(tiny_weights), SampleSpec(2).draw(), alignment=alignment)
    assert found.subset_accuracy < 0.1
    assert found.baseline < 0.1
