"""Parts of what layer 0 writes about two digits are kept and removed."""

import numpy as np
import pytest

from sumint.analyses.adding.restricted_loss import (
    CONDITIONS,
    EVERYTHING,
    FRESH_SEED,
    N_FRESH,
    PARTS,
    PRODUCTS,
    PRODUCTS_ALONE,
    WITHOUT_OTHERS,
    WITHOUT_PRODUCTS,
    restricted_loss,
)
from sumint.interventions.hooks import loss_by_sum
from sumint.lab import Lab
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.task.sums import SampleSpec, Sums, uniform_sums
from tests.hand_set import LAYOUT, hand_set


def test_if_everything_is_kept_the_loss_is_that_of_the_model(model: Model, sample: Sums) -> None:
    restricted = restricted_loss(model, sample)
    tokens = tokens_for(model, uniform_sums(layout_of(model), N_FRESH, FRESH_SEED))
    whole = as_array(loss_by_sum(model, tokens)).mean(axis=0)[1:]
    np.testing.assert_allclose(restricted.loss[CONDITIONS.index(EVERYTHING)], whole, rtol=1e-5)
    assert (restricted.n_right <= restricted.n_sums).all()


def test_every_part_is_removed_by_some_condition_and_kept_by_another() -> None:
    for part in PARTS:
        assert {part in kept.parts for kept in CONDITIONS} == {True, False}
    assert len({(kept.parts, kept.has_rest) for kept in CONDITIONS}) == len(CONDITIONS)
    assert len({kept.name for kept in CONDITIONS}) == len(CONDITIONS)


def test_a_model_without_products_needs_none_of_them_and_fails_with_them_alone() -> None:
    restricted = restricted_loss(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())
    # The model does not predict the units, and adds without a remainder: it is right in about half of the sums.
    by_condition = {kept: float(restricted.accuracy(kept)[0]) for kept in CONDITIONS}
    assert by_condition[EVERYTHING] > 0.5
    for kept in (WITHOUT_PRODUCTS, WITHOUT_OTHERS):
        assert by_condition[kept] == pytest.approx(by_condition[EVERYTHING], abs=0.05)
    (nothing,) = (kept for kept in CONDITIONS if not kept.parts)
    assert by_condition[PRODUCTS] < 0.2
    assert by_condition[PRODUCTS_ALONE] == by_condition[nothing]


def test_the_same_bytes_come_twice(model: Model, sample: Sums) -> None:
    one, two = (restricted_loss(model, sample) for _ in range(2))
    assert one.loss.tobytes() == two.loss.tobytes()
    assert one.n_right.tobytes() == two.n_right.tobytes()


@pytest.mark.parametrize("column", [2, 3])
def test_on_the_write_up_s_checkpoint_the_products_are_needed_and_not_enough(arena_lab: Lab, column: int) -> None:
    restricted = arena_lab.run(restricted_loss)
    accuracy = {kept: float(restricted.accuracy(kept)[column - 1]) for kept in CONDITIONS}
    assert accuracy[EVERYTHING] == 1
    assert accuracy[WITHOUT_PRODUCTS] < 0.35
    assert accuracy[WITHOUT_OTHERS] > 0.98
    assert accuracy[PRODUCTS] < 0.6
    excluded, whole = restricted.loss[[CONDITIONS.index(WITHOUT_PRODUCTS), CONDITIONS.index(EVERYTHING)]]
    assert (excluded - whole)[column - 1] > 10
