"""The search for carry sites, on a model where they are known."""

import numpy as np
import pytest

from sumint.analyses.carrying.carry_sites import CarrySites, carry_sites
from sumint.interventions.patching import DIRECTIONS, PatchedPairs
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.model.load import load_model
from sumint.task.sums import Layout, SampleSpec
from tests.hand_set import LAYOUT, SITES, hand_set


@pytest.fixture(scope="module")
def found() -> CarrySites:
    return carry_sites(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())


def test_it_finds_the_sites_that_were_set_and_no_others(found: CarrySites) -> None:
    to_c0, to_c1 = SITES
    assert found.smallest_set == SITES
    assert [found.site_serving(route) for route in range(3)] == [to_c0, to_c0, to_c1]
    for route, site in enumerate((to_c0, to_c0, to_c1)):
        np.testing.assert_array_equal(found.rates_at(route, site), 1)
        elsewhere = found.rates[route].copy()
        elsewhere[:, site.head, site.position] = 0
        assert elsewhere.max() == 0


def test_a_cascade_is_a_route_of_its_own(found: CarrySites) -> None:
    assert [(route.column, route.digit) for route in found.routes] == [(1, 0), (2, 0), (2, 1)]
    n_pairs = found.n_pairs.sum(axis=1)
    assert (n_pairs[:2] == found.n_drawn).all()
    assert 0 < n_pairs[2] < found.n_drawn  # the model is wrong if a column sums to ten or more


def test_pairs_whose_carry_is_switched_on_are_told_from_those_whose_carry_is_switched_off() -> None:
    found = carry_sites(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())
    model = load_model(hand_set())
    for number, route in enumerate(found.routes):
        pairs = PatchedPairs.on(model, route)
        is_off = pairs.pairs.base_carries
        assert found.n_pairs[number].tolist() == [(~is_off).sum(), is_off.sum()]
        assert (found.n_pairs[number] > 0).all()


def counted(
    n_on: dict[tuple[int, int, int], int], n_off: dict[tuple[int, int, int], int] | None = None
) -> CarrySites:
    """The result of this many flipped pairs by route, head and position, of 100, 100 and 50 in each direction."""
    n_flipped = np.zeros((3, len(DIRECTIONS), 2, 11), np.int64)
    for direction, of_direction in enumerate((n_on, n_on if n_off is None else n_off)):
        for (route, head, position), n in of_direction.items():
            n_flipped[route, direction, head, position] = n
    return CarrySites(200, np.array([[100, 100], [100, 100], [50, 50]]), n_flipped, 3)


def test_the_smallest_set_has_as_few_sites_as_serve_every_route() -> None:
    found = counted({(0, 0, 1): 99, (1, 0, 2): 98, (0, 1, 5): 91, (1, 1, 5): 92, (2, 1, 7): 45})
    assert found.smallest_set == (Site(1, 5), Site(1, 7))
    assert found.best_sites == (Site(0, 1), Site(0, 2), Site(1, 7))
    np.testing.assert_allclose(found.intervals_at(2, Site(1, 7)), [[0.7864, 0.9565]] * 2, atol=1e-4)


def test_of_sets_as_small_the_one_with_better_rates_is_taken() -> None:
    assert counted({(0, 0, 1): 91, (0, 1, 3): 95}).smallest_set == (Site(1, 3),)
    found = counted({(0, 0, 1): 91, (0, 1, 3): 100}, {(0, 0, 1): 92, (0, 1, 3): 90})
    assert found.smallest_set == (Site(0, 1),)  # the lower rate counts


def test_a_route_that_no_site_serves_is_left_out() -> None:
    found = counted({(0, 0, 1): 89, (1, 0, 2): 95})
    assert found.served_numbers == (1,)
    assert found.smallest_set == (Site(0, 2),)
    assert found.site_serving(0) is None
    assert counted({}).smallest_set == ()


def test_a_site_serves_a_route_only_if_it_switches_the_carry_on_and_off() -> None:
    on, off = {(0, 0, 1): 99, (0, 1, 3): 90}, {(0, 0, 1): 89, (0, 1, 3): 92}
    found = counted(on, off)
    assert found.smallest_set == (Site(1, 3),)
    np.testing.assert_allclose(found.rates_at(0, Site(0, 1)), [0.99, 0.89])
    np.testing.assert_allclose(found.lower_rates[0, :, [1, 3]], [[0.89, 0], [0, 0.9]])
    assert counted(on, {}).smallest_set == counted({}, off).smallest_set == ()


def test_a_site_serves_no_route_with_too_few_pairs_of_one_direction() -> None:
    def served(*n_pairs: int) -> tuple[int, ...]:
        n_flipped = np.zeros((1, len(DIRECTIONS), 1, 8), np.int64)
        n_flipped[0, :, 0, 5] = n_pairs
        return CarrySites(300, np.array([n_pairs]), n_flipped, 2).served_numbers

    assert served(30, 30) == (0,)
    assert served(29, 270) == served(270, 29) == served(0, 300) == ()


def test_without_a_pair_of_one_direction_there_is_no_rate_of_it() -> None:
    n_flipped = np.zeros((1, len(DIRECTIONS), 1, 8), np.int64)
    n_flipped[0, 0, 0, 5] = 100
    found = CarrySites(300, np.array([[100, 0]]), n_flipped, 2)
    np.testing.assert_array_equal(found.rates_at(0, Site(0, 5)), [1, np.nan])
    assert found.lower_rates[0, 0, 5] == 0


def test_on_the_write_up_s_checkpoint_four_sites_serve_all_six_routes(arena_lab: Lab) -> None:
    found = arena_lab.run(carry_sites)
    names = {site.name(Layout(4)) for site in found.smallest_set}
    assert len(found.served_numbers) == 6
    assert len(names) == 4
    assert "H0.1 at B3" in names
