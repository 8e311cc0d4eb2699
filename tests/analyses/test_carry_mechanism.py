"""What carries a carry, measured on a model where that is known, and on the write-up's."""

import numpy as np
import pytest

from sumint.analyses.carrying.carry_direction import (
    DOSES,
    WAYS,
    CarryDirection,
    carry_direction,
    well_on_their_way,
)
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_readout import (
    BY_DECISIVENESS,
    CarryReadout,
    carry_readout,
    fit_cosine,
    fit_lines,
)
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.look_ahead import LookAhead, explained, look_ahead
from sumint.analyses.carrying.other_sites import other_sites
from sumint.checkpoints.files import read_weights
from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, load_model
from sumint.model.phasors import turn
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, SERVED, SITES, hand_set

SAMPLE = SampleSpec(LAYOUT.n_digits).draw()


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(hand_set())


@pytest.fixture(scope="module")
def direction(model: Model) -> CarryDirection:
    return carry_direction(model, SAMPLE, served=SERVED)


@pytest.fixture(scope="module")
def in_layer_1(model: Model) -> CarryInLayer1:
    return carry_in_layer_1(model, SAMPLE, served=SERVED)


@pytest.fixture(scope="module")
def readout(model: Model) -> CarryReadout:
    return carry_readout(model, SAMPLE, served=SERVED)


@pytest.fixture(scope="module")
def ahead(model: Model) -> LookAhead:
    return look_ahead(model, SAMPLE, served=SERVED)


def test_the_search_hands_on_what_serves_each_route(model: Model) -> None:
    assert carry_sites(model, SAMPLE).served_routes == SERVED


def test_what_is_written_in_one_direction_moves_with_it_and_with_nothing_else(direction: CarryDirection) -> None:
    np.testing.assert_allclose(direction.share, 1, atol=1e-6)
    for way, rate in (("whole", 1), ("along", 1), ("rest", 0), ("rest, as long", 0)):
        np.testing.assert_array_equal(direction.rates[:, WAYS.index(way)], rate)


def test_a_carry_does_not_get_through_without_its_site(model: Model) -> None:
    found = other_sites(model, SAMPLE, served=SERVED)
    assert found.n_pairs.min() > 0
    np.testing.assert_array_equal(found.n_flipped, 0)
    elsewhere = tuple(ServedRoute(one.route, Site(0, 0)) for one in SERVED)
    np.testing.assert_array_equal(other_sites(model, SAMPLE, served=elsewhere).rates, 1)


def test_no_dose_moves_nothing_and_twice_the_need_moves_all(direction: CarryDirection) -> None:
    assert DOSES[0] == 0
    np.testing.assert_array_equal(direction.dose_rates[:, 0], 0)
    assert (np.diff(direction.dose_rates, axis=1) >= 0).all()
    whole = direction.dose_rates[:, DOSES.index(1.0)]
    np.testing.assert_array_equal(direction.rates[:, WAYS.index("added")], whole)


def test_a_hand_turns_from_the_one_sum_to_the_other_and_no_dose_turns_it_back(
    model: Model, direction: CarryDirection
) -> None:
    for turned in (direction.turn_by_dose, direction.turn_by_way):
        np.testing.assert_allclose(turned[:, 0], 0, atol=1e-9)
        assert (np.diff(turned, axis=1) >= -1e-3).all()
    # All of the carry passes through the site, so the whole way leads to what is said of the other sum.
    for one, turned in zip(SERVED, direction.turn_by_way[:, DOSES.index(1.0)], strict=True):
        asked = PatchedPairs.on(model, one.route, seed=2)
        logits = [as_array(model(tokens)[:, -1, :10]) for tokens in (asked.base_tokens, asked.source_tokens)]
        base, source = map(first_frequency, logits)
        towards_carry = np.where(asked.pairs.base_carries, -1, 1)
        np.testing.assert_allclose(turned, (turn(base, source) * towards_carry).mean(), rtol=1e-4)


def test_a_hand_is_on_its_way_at_half_the_vector_or_jumps() -> None:
    way = np.array(DOSES)
    at_once, steadily, backwards = way > 0.6, way, -way
    assert well_on_their_way(np.stack([at_once, steadily, steadily, backwards], axis=1).astype(float)) == 0.5
    assert np.isnan(well_on_their_way(np.zeros((len(DOSES), 0))))


def test_halfway_between_two_sums_lies_between_none_of_it_and_all(direction: CarryDirection) -> None:
    np.testing.assert_array_equal(direction.way_rates[:, 0], 0)
    assert (np.diff(direction.way_rates, axis=1) >= 0).all()
    np.testing.assert_array_equal(
        direction.way_rates[:, DOSES.index(1.0)], direction.rates[:, WAYS.index("whole")]
    )


def test_only_keys_see_the_carry_where_only_a_key_depends_on_it(in_layer_1: CarryInLayer1) -> None:
    rates = dict(zip(SEEN_BY, in_layer_1.rates.T, strict=True))
    for way in ("keys", "patterns", "all of layer 1"):
        np.testing.assert_array_equal(rates[way], 1, err_msg=way)
    for way in ("queries", "values", "directly"):
        np.testing.assert_array_equal(rates[way], 0, err_msg=way)


def test_attention_switches_from_the_plus_to_the_site(in_layer_1: CarryInLayer1) -> None:
    for number, position in enumerate((FIRST, FIRST, SECOND)):
        without, with_carry = in_layer_1.attention[number, :, 0]
        assert without[LAYOUT.plus] > 0.9
        assert with_carry[position] > 0.9
    np.testing.assert_allclose(in_layer_1.switched[:, 0], 1, atol=0.05)
    np.testing.assert_allclose(in_layer_1.switched[:, 1], 0, atol=1e-6)  # head 1 does nothing


def test_a_site_is_read_once_and_its_attention_is_that_to_its_column(readout: CarryReadout) -> None:
    assert readout.sites == SITES
    assert readout.columns.tolist() == [1, 2]
    np.testing.assert_allclose(readout.attention, [20 / 22, 1], atol=1e-4)


def test_what_is_taken_of_a_digit_is_what_was_set(readout: CarryReadout) -> None:
    for taken in readout.taken:
        np.testing.assert_allclose(np.diff(taken), taken[1] - taken[0], rtol=1e-4)
        assert taken[0] < 0 < taken[9]


def test_a_cosine_a_little_off_its_maximum_has_the_order_of_decisiveness() -> None:
    digits = np.arange(10)
    scores = (2 + 3 * np.cos(2 * np.pi * (digits + 0.3) / 10)).astype(np.float32)
    reading = CarryReadout(
        np.array([[1, FIRST]]), np.array([1]), scores[None], scores[None], np.ones(1, np.float32), 3
    )
    assert reading.orders[0].tolist() == list(BY_DECISIVENESS)
    assert reading.agreement == pytest.approx([1])
    (cosine,) = reading.cosines
    assert (cosine.amplitude, cosine.first, cosine.share) == pytest.approx((3, -0.3, 1), abs=1e-5)


def test_no_cosine_explains_what_alternates() -> None:
    fit = fit_cosine(np.array([1.0, -1.0] * 5))
    assert (fit.amplitude, fit.share) == pytest.approx((0, 0), abs=1e-9)


def test_straight_lines_are_told_from_a_cosine() -> None:
    digits = np.arange(10)
    lines = fit_lines(2 * np.abs(digits - 4.3) - 1)
    assert (lines.middle, lines.share) == pytest.approx((4.3, 1))
    wave = np.cos(2 * np.pi * (digits + 0.4) / 10)
    assert fit_lines(wave).share < 0.995 < fit_cosine(wave).share
    assert fit_lines(np.ones(10)).share == 0


def test_what_weighs_two_columns_is_additive_and_breaks_ties(ahead: LookAhead) -> None:
    assert ahead.positions.tolist() == [FIRST]  # at C0 there is no column further on
    # What else is written there, the sum of the column before, shows a little along an axis that is measured.
    assert 0.85 < ahead.near_share[0] < ahead.additive_share[0] <= 1
    by_near = np.average(ahead.value[0], axis=1, weights=ahead.n_sums[0])
    assert 0.5 < by_near[18] - by_near[0] < 3
    assert 0 < ahead.tie_break[0] < 0.2


def test_a_product_is_not_explained_by_a_sum() -> None:
    one, other = np.repeat([0, 1], 50), np.tile([0, 1], 50)
    assert explained((one - 0.5) * (other - 0.5), one, other) == pytest.approx(0)
    assert explained(3.0 * one - other, one, other) == pytest.approx(1)
    assert explained(np.ones(100), one) == 0


def test_on_the_write_up_s_checkpoint_one_direction_is_enough(arena_checkpoint) -> None:
    model, sample = load_model(read_weights(arena_checkpoint)), SampleSpec().draw()
    served = carry_sites(model, sample).served_routes
    found = carry_direction(model, sample, served=served)
    assert found.rates[:, WAYS.index("along")].min() > 0.8
    assert found.rates[:, WAYS.index("rest")].max() < 0.1
    readout = carry_readout(model, sample, served=served)
    assert readout.agreement.min() > 0.95
