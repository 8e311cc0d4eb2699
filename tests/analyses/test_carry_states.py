"""What carry sites hold: on a model where they hold a carry, and which sums agree."""

from __future__ import annotations

import numpy as np

from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.circuits.carry_states import KEPT, _partners, _respects, carry_states
from sumint.checkpoints.files import Weights
from sumint.lab import Lab
from sumint.model.load import load_model
from sumint.task.column_states import column_states
from sumint.task.sums import Layout, SampleSpec, uniform_sums
from tests.hand_set import LAYOUT, SERVED, hand_set

EVERYTHING, COLUMN_SUM, STATES, CARRY_OUT, NOTHING = range(len(KEPT))


def test_partners_agree_in_what_is_kept_and_are_other_sums() -> None:
    sums = uniform_sums(Layout(3), 500, seed=2)
    for kept, respect in enumerate(_respects(sums, [1, 2])):
        partners = _partners(respect, seed=0)
        assert sorted(partners) == list(range(len(sums))), "each sum is used once"
        np.testing.assert_array_equal(respect[partners], respect)
        sizes = np.unique(respect, axis=0, return_counts=True)[1]
        assert (partners == np.arange(len(sums))).sum() == (sizes == 1).sum(), kept
    states = column_states(sums)[:, [1, 2]]
    np.testing.assert_array_equal(states[_partners(_respects(sums, [1, 2])[STATES], 0)], states)


def test_with_everything_kept_nothing_is_changed_and_with_the_column_sum_hardly_anything() -> None:
    model = load_model(hand_set())
    found = carry_states(model, SampleSpec(LAYOUT.n_digits).draw(), served_routes=SERVED)
    np.testing.assert_array_equal(found.accuracy[COLUMN_SUM, 1], found.accuracy[EVERYTHING, 1])
    assert found.n_routes == len(SERVED)


def test_without_carry_sites_nothing_is_resampled(tiny_weights: Weights) -> None:
    found = carry_states(load_model(tiny_weights), SampleSpec(2).draw(), served_routes=())
    assert (found.accuracy == found.accuracy[EVERYTHING]).all()
    assert found.n_routes == 0


def test_on_the_write_up_s_checkpoint_three_states_are_kept_better_than_a_bit(arena_lab: Lab) -> None:
    served = arena_lab.run(carry_sites).served_routes
    found = arena_lab.run(carry_states, served_routes=served)
    whole = found.whole_sums
    assert whole[EVERYTHING] >= whole[COLUMN_SUM] >= whole[STATES] - 0.01
    assert whole[STATES] > whole[CARRY_OUT] + 0.05 > whole[NOTHING]
    assert whole[NOTHING] < 0.2
