"""The mechanism of a carry, measured on a model where it is known, and on the write-up's checkpoint."""

import numpy as np
import pytest

from sumint.analyses.carrying.carry_direction import (
    DOSES,
    WAYS,
    CarryDirection,
    carry_direction,
    share_between,
)
from sumint.analyses.carrying.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carrying.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carrying.carry_readout import (
    BY_DECISIVENESS,
    CarryReadout,
    DigitScores,
    carry_readout,
    fit_cosine,
    fit_lines,
)
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.look_ahead import LookAhead, explained, look_ahead
from sumint.analyses.carrying.other_sites import other_sites
from sumint.interventions.patching import DIRECTIONS, PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, load_model, tokens_for
from sumint.model.phasors import phase_shift
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, SERVED, SITES, hand_set

SAMPLE = SampleSpec(LAYOUT.n_digits).draw()
OWN_SITES = ((Site(0, LAYOUT.predicting.start), SITES[0]), (), ())
"""Sites by the answer digit that needs them; one of them is a carry site, too."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(hand_set())


@pytest.fixture(scope="module")
def direction(model: Model) -> CarryDirection:
    return carry_direction(model, SAMPLE, served_routes=SERVED)


@pytest.fixture(scope="module")
def in_layer_1(model: Model) -> CarryInLayer1:
    return carry_in_layer_1(model, SAMPLE, served_routes=SERVED)


@pytest.fixture(scope="module")
def readout(model: Model) -> CarryReadout:
    return carry_readout(model, SAMPLE, served_routes=SERVED, own_sites=OWN_SITES)


@pytest.fixture(scope="module")
def ahead(model: Model) -> LookAhead:
    return look_ahead(model, SAMPLE, served_routes=SERVED)


def test_the_search_returns_the_site_that_serves_each_route(model: Model) -> None:
    assert carry_sites(model, SAMPLE).served_routes == SERVED


def test_patching_the_only_direction_flips_every_digit_and_patching_the_rest_none(
    direction: CarryDirection,
) -> None:
    np.testing.assert_allclose(direction.share, 1, atol=1e-6)
    for way, rate in (("whole", 1), ("along", 1), ("rest", 0), ("rest, as long", 0)):
        np.testing.assert_array_equal(direction.rates[..., WAYS.index(way)], rate)


def test_each_pair_is_counted_in_one_direction(model: Model, direction: CarryDirection) -> None:
    for number, served in enumerate(SERVED):
        pairs = PatchedPairs.on(model, served.route, seed=2)
        assert direction.n_pairs[number].tolist() == [(~pairs.is_off).sum(), pairs.is_off.sum()]
    assert direction.n_pairs.min() > 0
    assert (direction.n_flipped <= direction.n_pairs[..., None]).all()


def test_patching_all_sites_but_the_serving_one_flips_no_digit(model: Model) -> None:
    found = other_sites(model, SAMPLE, served_routes=SERVED)
    assert found.n_pairs.min() > 0
    np.testing.assert_array_equal(found.n_flipped, 0)
    elsewhere = tuple(ServedRoute(one.route, Site(0, 0)) for one in SERVED)
    np.testing.assert_array_equal(other_sites(model, SAMPLE, served_routes=elsewhere).rates, 1)


def test_a_dose_of_zero_flips_no_digit_and_larger_doses_flip_more(direction: CarryDirection) -> None:
    assert DOSES[0] == 0
    np.testing.assert_array_equal(direction.dose_rates[..., 0], 0)
    assert (np.diff(direction.dose_rates) >= 0).all()
    whole = direction.dose_rates[..., DOSES.index(1.0)]
    np.testing.assert_array_equal(direction.rates[..., WAYS.index("added")], whole)


def test_the_phase_shifts_from_the_base_to_the_source_and_no_dose_reverses_it(
    model: Model, direction: CarryDirection
) -> None:
    for shifts in (direction.phase_shift_by_dose, direction.phase_shift_by_interpolation):
        np.testing.assert_allclose(shifts[..., 0], 0, atol=1e-9)
        assert (np.diff(shifts) >= -1e-3).all()
    # The whole carry passes through the site, so the whole difference gives the phase of the source.
    whole = direction.phase_shift_by_interpolation[..., DOSES.index(1.0)]
    for served, (on, off) in zip(SERVED, whole, strict=True):
        pairs = PatchedPairs.on(model, served.route, seed=2)
        logits = [as_array(model(tokens)[:, -1, :10]) for tokens in (pairs.base_tokens, pairs.source_tokens)]
        base, source = map(first_frequency, logits)
        is_off = pairs.pairs.base_carries
        shifts = phase_shift(base, source)
        np.testing.assert_allclose(on, shifts[~is_off].mean(), rtol=1e-4)
        np.testing.assert_allclose(off, -shifts[is_off].mean(), rtol=1e-4)


def test_a_phase_shift_is_gradual_or_abrupt_at_half_the_vector() -> None:
    doses = np.array(DOSES)
    at_once, steadily, backwards = doses > 0.6, doses, -doses
    assert share_between(np.stack([at_once, steadily, steadily, backwards], axis=1).astype(float)) == 0.5
    assert np.isnan(share_between(np.zeros((len(DOSES), 0))))


def test_interpolation_between_two_sums_flips_more_digits_the_closer_it_is_to_the_source(
    direction: CarryDirection,
) -> None:
    np.testing.assert_array_equal(direction.interpolation_rates[..., 0], 0)
    assert (np.diff(direction.interpolation_rates) >= 0).all()
    np.testing.assert_array_equal(
        direction.interpolation_rates[..., DOSES.index(1.0)], direction.rates[..., WAYS.index("whole")]
    )


def test_only_patched_keys_flip_the_digit_if_only_a_key_depends_on_the_carry(in_layer_1: CarryInLayer1) -> None:
    assert in_layer_1.n_pairs.shape == (len(SERVED), len(DIRECTIONS))
    assert in_layer_1.n_pairs.min() > 0
    rates = dict(zip(SEEN_BY, np.moveaxis(in_layer_1.rates, -1, 0), strict=True))
    for way in ("keys", "patterns", "all of layer 1"):
        np.testing.assert_array_equal(rates[way], 1, err_msg=way)
    for way in ("queries", "values", "directly"):
        np.testing.assert_array_equal(rates[way], 0, err_msg=way)


def test_attention_switches_from_the_plus_to_the_site(in_layer_1: CarryInLayer1) -> None:
    for number, position in enumerate((FIRST, FIRST, SECOND)):
        without, with_carry = in_layer_1.attention[number, :, 0]
        assert without[LAYOUT.plus] > 0.9
        assert with_carry[position] > 0.9
    np.testing.assert_allclose(in_layer_1.attention_shift[:, 0], 1, atol=0.05)
    np.testing.assert_allclose(in_layer_1.attention_shift[:, 1], 0, atol=1e-6)  # head 1 does nothing


def test_each_site_is_measured_once_and_its_attention_is_that_to_its_column(readout: CarryReadout) -> None:
    assert readout.carry.sites == SITES
    assert readout.carry.columns.tolist() == [1, 2]
    np.testing.assert_allclose(readout.attention, [20 / 22, 1], atol=1e-4)


def test_sites_that_read_a_column_s_own_digits_are_measured_unless_they_are_carry_sites(
    readout: CarryReadout,
) -> None:
    assert readout.own.sites == (OWN_SITES[0][0],)
    assert readout.own.readings == ((OWN_SITES[0][0], "A0"), (OWN_SITES[0][0], "B0"))


def test_a_score_is_that_of_the_model_s_own_key_for_the_digit_at_its_position(
    model: Model, readout: CarryReadout
) -> None:
    names = [f"blocks.0.attn.hook_{name}" for name in "qk"]
    _, cache = model.run_with_cache(tokens_for(model, SAMPLE), names_filter=names)
    queries, keys = (as_array(cache[name]) for name in names)
    for measured in (readout.carry, readout.own):
        for number, (site, column) in enumerate(zip(measured.sites, measured.columns.tolist(), strict=True)):
            query = queries[:, site.position, site.head].mean(axis=0)
            operands = (LAYOUT.first_operand, SAMPLE.a_digits), (LAYOUT.second_operand, SAMPLE.b_digits)
            for operand, (positions, digits) in enumerate(operands):
                of_sums = keys[:, range(LAYOUT.n_ctx)[positions][column], site.head] @ query
                expected = measured.scores[number, operand, digits[:, column]] * model.cfg.d_head**0.5
                np.testing.assert_allclose(of_sums, expected, rtol=1e-3, atol=1e-4)


def test_the_value_of_a_digit_rises_with_the_digit_as_was_set(readout: CarryReadout) -> None:
    for values in readout.value_projections.reshape(-1, 10):
        assert np.diff(values).min() > 0
        assert values[0] < 0 < values[9]


def test_a_cosine_a_little_off_its_maximum_has_the_order_of_decisiveness() -> None:
    digits = np.arange(10)
    scores = (2 + 3 * np.cos(2 * np.pi * (digits + 0.3) / 10)).astype(np.float32)
    found = DigitScores(np.array([[1, FIRST]]), np.array([1]), np.stack([scores, scores])[None], 3)
    assert found.orders[0].tolist() == list(BY_DECISIVENESS)
    assert found.agreement == pytest.approx([1, 1])
    cosine, _ = found.cosines
    assert (cosine.amplitude, cosine.peak, cosine.share) == pytest.approx((3, -0.3, 1), abs=1e-5)


def test_no_cosine_explains_what_alternates() -> None:
    fit = fit_cosine(np.array([1.0, -1.0] * 5))
    assert (fit.amplitude, fit.share) == pytest.approx((0, 0), abs=1e-9)


def test_straight_lines_and_a_cosine_are_distinguished() -> None:
    digits = np.arange(10)
    lines = fit_lines(2 * np.abs(digits - 4.3) - 1)
    assert (lines.middle, lines.share) == pytest.approx((4.3, 1))
    wave = np.cos(2 * np.pi * (digits + 0.4) / 10)
    assert fit_lines(wave).share < 0.995 < fit_cosine(wave).share
    assert fit_lines(np.ones(10)).share == 0


def test_an_output_that_weights_two_columns_is_additive_and_breaks_ties(ahead: LookAhead) -> None:
    assert ahead.positions.tolist() == [FIRST]  # at C0 there is no column further on
    # The sum of column 0, which head 0 writes there, has a small component along the measured axis.
    assert 0.85 < ahead.near_share[0] < ahead.additive_share[0] <= 1
    by_near = np.average(ahead.value[0], axis=1, weights=ahead.n_sums[0])
    assert 0.5 < by_near[18] - by_near[0] < 3
    assert 0 < ahead.tie_break[0] < 0.2


def test_a_product_is_not_explained_by_a_sum() -> None:
    one, other = np.repeat([0, 1], 50), np.tile([0, 1], 50)
    assert explained((one - 0.5) * (other - 0.5), one, other) == pytest.approx(0)
    assert explained(3.0 * one - other, one, other) == pytest.approx(1)
    assert explained(np.ones(100), one) == 0


def test_on_the_write_up_s_checkpoint_one_direction_is_enough(arena_lab: Lab) -> None:
    served = arena_lab.run(carry_sites).served_routes
    found = arena_lab.run(carry_direction, served_routes=served)
    assert found.rates[..., WAYS.index("along")].min() > 0.8
    assert found.rates[..., WAYS.index("rest")].max() < 0.1
    readout = arena_lab.run(carry_readout, served_routes=served, own_sites=())
    assert readout.carry.agreement.min() > 0.9
