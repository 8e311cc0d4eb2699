"""Sites that hold a carry jointly, on models where they are known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sumint.analyses.carrying.joint_sites import ENOUGH, N_CHOOSING, JointSites, joint_sites
from sumint.checkpoints.files import Weights, read_weights
from sumint.checkpoints.locate import locate
from sumint.interventions.patching import DIRECTIONS, PatchedPairs
from sumint.interventions.sites import Site
from sumint.model.load import Model, load_model
from sumint.task.carry_routes import Route
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, SERVED, SITES, hand_set

SAMPLE = SampleSpec(LAYOUT.n_digits).draw()
ROUTES = tuple(one.route for one in SERVED)


def split(weights: Weights, share: float) -> Weights:
    """The hand-set model with the output of its carry head divided between two heads."""
    tensors = {name: tensor.copy() for name, tensor in weights.tensors.items()}
    for kind in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V"):
        for layer in range(2):
            of_heads = tensors[f"blocks.{layer}.attn.{kind}"]
            third = of_heads[1:2] if layer == 0 else np.zeros_like(of_heads[1:2])
            tensors[f"blocks.{layer}.attn.{kind}"] = np.concatenate([of_heads, third])
    tensors["blocks.0.attn.W_O"][1] *= share
    tensors["blocks.0.attn.W_O"][2] *= 1 - share
    sizes = type(weights.architecture)(**{**vars(weights.architecture), "n_heads": 3})
    return Weights(sizes, tensors)


@pytest.fixture(scope="module")
def halved() -> JointSites:
    return joint_sites(load_model(split(hand_set(), 0.5)), SAMPLE, routes=ROUTES)


def test_a_site_that_holds_all_of_it_is_found_alone() -> None:
    found = joint_sites(load_model(hand_set()), SAMPLE, routes=ROUTES)
    assert [found.sites(route) for route in range(3)] == [(SITES[0],), (SITES[0],), (SITES[1],)]
    np.testing.assert_array_equal(found.rates, 1)


def test_two_heads_that_hold_halves_of_it_are_found_together(halved: JointSites) -> None:
    for route, site in enumerate((SITES[0], SITES[0], SITES[1])):
        assert {(one.head, one.position) for one in halved.sites(route)} == {
            (1, site.position),
            (2, site.position),
        }
    np.testing.assert_array_equal(halved.rates, 1)


def test_patching_all_other_sites_flips_no_digit(halved: JointSites) -> None:
    np.testing.assert_array_equal(halved.rates_of_others, 0)


def test_the_rates_have_intervals(halved: JointSites) -> None:
    for intervals in (halved.intervals, halved.pooled_intervals):
        assert (intervals[..., 0] > ENOUGH).all()
        np.testing.assert_allclose(intervals[..., 1], 1)
    widths = np.diff(halved.intervals)[..., 0]
    assert (np.diff(halved.pooled_intervals) < widths).all(), "of more pairs they are narrower"


def test_the_rates_are_those_of_each_direction_and_pooled_of_both() -> None:
    ends, places = np.zeros((1, 2), np.int64), np.full((1, 4, 2), -1)
    one = JointSites(ends, places, np.array([[30, 10]]), np.array([[30, 0]]), np.array([[0, 10]]), 3)
    np.testing.assert_array_equal(one.rates, [[1, 0]])
    np.testing.assert_array_equal(one.pooled_rates, [0.75])
    np.testing.assert_array_equal(one.rates_of_others, [[0, 1]])
    np.testing.assert_array_equal(one.pooled_rates_of_others, [0.25])
    none = replace(one, n_pairs=np.zeros((1, 2), np.int64), n_flipped=np.zeros((1, 2), np.int64))
    assert np.isnan(none.rates).all()
    assert np.isnan(none.pooled_rates).all()


def test_a_column_s_digits_are_found_where_they_were_set() -> None:
    found = joint_sites(load_model(hand_set()), SAMPLE, routes=(Route(0, 0), Route(1, 1)))
    assert [found.sites(digit) for digit in range(2)] == [(Site(0, FIRST),), (Site(0, SECOND),)]
    # The model is wrong if a column sums to ten or more, so it has no pair with a carry-out.
    assert (found.n_pairs[:, 0] > 0).all()
    assert (found.n_pairs[:, 1] == 0).all()
    np.testing.assert_array_equal(found.pooled_rates, 1)
    np.testing.assert_array_equal(found.pooled_rates_of_others, 0)


def test_where_every_route_is_served_there_is_nothing_to_find(tiny_weights: Weights) -> None:
    model: Model = load_model(tiny_weights)
    found = joint_sites(model, SampleSpec(2).draw(), routes=())
    assert found.rates.shape == (0, len(DIRECTIONS))
    assert found.pooled_rates.shape == (0,)


def test_every_site_that_was_chosen_is_needed_and_sees_the_column() -> None:
    model, route = load_model(read_weights(locate("bundled"))), Route(3, 0)
    found = joint_sites(model, SampleSpec().draw(), routes=(route,))
    pairs = PatchedPairs.on(model, route, n_pairs=N_CHOOSING)

    def rate(sites: Sequence[Site]) -> float:
        return float(pairs.is_flipped(model, pairs.changes_at(*sites)).mean())

    chosen = found.sites(0)
    assert len(chosen) > 1, "no single site holds this carry"
    for site in chosen:
        assert site.position >= route.column, "earlier positions are equal in both sums"
        assert rate([other for other in chosen if other != site]) < rate(chosen)
