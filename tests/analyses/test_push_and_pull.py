"""Push and pull as an intervention, on a model whose site writes the sum of two digits, and on the write-up's."""

from pathlib import Path

import numpy as np
import pytest

from sumint.analyses.adding.push_and_pull import (
    ALONE,
    ALTERNATELY,
    N_SUMS,
    SEED,
    TOGETHER,
    PushAndPull,
    push_and_pull,
)
from sumint.checkpoints.files import Weights, read_weights
from sumint.interventions.hooks import answer_predictions
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.task.same_sums import same_sums
from sumint.task.sums import SampleSpec, Sums, uniform_sums
from tests.hand_set import LAYOUT, hand_set

HAND_SET_SAMPLE = SampleSpec(LAYOUT.n_digits).draw()
OWN, UNUSED = Site(0, LAYOUT.predicting.start + 1), Site(1, 0)
"""The site that writes the sum of the digits of column 1, and a site that no digit reads."""


@pytest.fixture(scope="module")
def adder() -> Model:
    return load_model(hand_set())


def test_a_site_that_writes_the_sum_can_be_patched_from_exactly_the_sums_with_the_same_sum(adder: Model) -> None:
    found = push_and_pull(adder, HAND_SET_SAMPLE, digit_sites=((), (OWN,), ()))
    sums, (other, _) = same_sums(uniform_sums(LAYOUT, N_SUMS, SEED), 1, n_others=2, seed=SEED)
    is_right = answer_predictions(adder, tokens_for(adder, sums))[:, 1] == sums.answer_digits[:, 1]
    totals = [(each.a_digits + each.b_digits)[:, 1] for each in (sums, other)]
    # The model adds without a remainder, so a sum that is ten more is another one to it.
    is_equal = totals[0] == totals[1]
    assert found.n_pairs[1].tolist() == [is_right.sum()] * (ALONE + 1)
    assert found.n_right[1].tolist() == [(is_right & is_equal).sum()] * (ALONE + 1)
    assert 0 < found.n_right[1, TOGETHER] < found.n_pairs[1, TOGETHER]


def test_patching_a_site_that_no_digit_reads_changes_nothing(adder: Model) -> None:
    found = push_and_pull(adder, HAND_SET_SAMPLE, digit_sites=((), (UNUSED,), ()))
    np.testing.assert_array_equal(found.rates[1], 1)
    np.testing.assert_allclose(found.phase_change[1], 0, atol=1e-12)


def test_sites_are_patched_alternately_from_two_sums(adder: Model) -> None:
    found = push_and_pull(adder, HAND_SET_SAMPLE, digit_sites=((), (UNUSED, OWN), ()))
    _, (first, second) = same_sums(uniform_sums(LAYOUT, N_SUMS, SEED), 1, n_others=2, seed=SEED)
    assert (first.a != second.a).any()
    # Only the second site matters: together it has the first other sum, alternately the second.
    assert found.n_right[1, TOGETHER] == found.n_right[1, ALONE + 1]
    assert found.n_right[1, ALTERNATELY] != found.n_right[1, TOGETHER]


def test_a_digit_without_sites_is_not_measured(model: Model, sample: Sums) -> None:
    n_digits = layout_of(model).n_digits
    found = push_and_pull(model, sample, digit_sites=((),) * n_digits)
    assert not found.n_pairs.any()
    assert np.isnan(found.rates).all()
    assert found.sites(0) == ()


def test_the_same_bytes_come_twice(model: Model, sample: Sums) -> None:
    sites = ((Site(0, 0), Site(1, 1)), (Site(1, 3),))
    one, two = (push_and_pull(model, sample, digit_sites=sites) for _ in range(2))
    assert [array.tobytes() for array in vars(one).values() if isinstance(array, np.ndarray)] == [
        array.tobytes() for array in vars(two).values() if isinstance(array, np.ndarray)
    ]
    assert one.sites(0) == sites[0]
    assert one.sites(1) == sites[1]


def test_on_the_write_up_s_checkpoint_both_heads_have_to_come_from_one_sum(arena_checkpoint: Path) -> None:
    model = load_model(read_weights(arena_checkpoint))
    start = layout_of(model).predicting.start
    pairs = tuple((Site(1, start + digit), Site(2, start + digit)) for digit in range(4))
    found: PushAndPull = push_and_pull(model, SampleSpec().draw(), digit_sites=pairs)
    for digit in (2, 3):
        assert found.rates[digit, TOGETHER] > 0.99
        assert found.rates[digit, [ALTERNATELY, ALONE, ALONE + 1]].max() < 0.45
        assert found.phase_change[digit, TOGETHER] < 0.15
        assert found.phase_change[digit, ALTERNATELY] > 1


def test_untrained_weights_of_any_width_are_measured(tiny_weights: Weights) -> None:
    model = load_model(tiny_weights)
    found = push_and_pull(model, SampleSpec(2, size=10).draw(), digit_sites=((Site(0, 5),), (Site(1, 6),)))
    assert (found.n_right <= found.n_pairs).all()
