"""The search for carry sites, on a model where they are known."""

import numpy as np
import pytest

from sumint.analyses.carrying.carry_sites import CarrySites, carry_sites
from sumint.checkpoints.files import read_weights
from sumint.interventions.sites import Site
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
        assert found.rates_at(route, site).tolist() == [1, 1]
        elsewhere = found.rates[route].copy()
        elsewhere[:, site.head, site.position] = 0
        assert elsewhere.max() == 0


def test_a_cascade_is_a_route_of_its_own(found: CarrySites) -> None:
    assert [(route.column, route.digit) for route in found.routes] == [(1, 0), (2, 0), (2, 1)]
    assert (found.n_pairs[:2].sum(axis=1) == found.n_drawn).all()
    assert 0 < found.n_pairs[2].sum() < found.n_drawn  # the model is wrong if a column sums to ten or more


def counted(n_flipped_at: dict[tuple[int, int, int], int | tuple[int, int]]) -> CarrySites:
    """The result with these numbers of flipped digits by route, head and position, for both directions or each."""
    n_flipped = np.zeros((3, 2, 2, 11), np.int64)
    for (route, head, position), n in n_flipped_at.items():
        n_flipped[route, :, head, position] = n
    return CarrySites(200, np.array([[100, 100], [100, 100], [50, 50]]), n_flipped, 3)


def test_the_smallest_set_has_as_few_sites_as_serve_every_route() -> None:
    found = counted({(0, 0, 1): 99, (1, 0, 2): 98, (0, 1, 5): 91, (1, 1, 5): 92, (2, 1, 7): 45})
    assert found.smallest_set == (Site(1, 5), Site(1, 7))
    assert found.best_sites == (Site(0, 1), Site(0, 2), Site(1, 7))
    assert found.intervals_at(2, Site(1, 7)) == pytest.approx(np.array([[0.7864, 0.9565]] * 2), abs=1e-4)


def test_a_site_serves_a_route_only_if_it_does_in_both_directions() -> None:
    found = counted({(0, 0, 1): (99, 80), (1, 0, 2): (80, 99), (2, 1, 7): (45, 46)})
    assert found.served_numbers == (2,)
    assert found.lower_rates[:2].max(axis=(1, 2)) == pytest.approx([0.8, 0.8])


def test_of_sets_as_small_the_one_with_better_rates_is_taken() -> None:
    assert counted({(0, 0, 1): 91, (0, 1, 3): 95}).smallest_set == (Site(1, 3),)


def test_a_route_that_no_site_serves_is_left_out() -> None:
    found = counted({(0, 0, 1): 89, (1, 0, 2): 95})
    assert found.served_numbers == (1,)
    assert found.smallest_set == (Site(0, 2),)
    assert found.site_serving(0) is None
    assert counted({}).smallest_set == ()


def test_a_site_serves_no_route_with_too_few_pairs() -> None:
    n_flipped = np.zeros((1, 2, 1, 8), np.int64)
    n_flipped[0, :, 0, 5] = 29
    assert CarrySites(300, np.array([[200, 29]]), n_flipped, 2).served_numbers == ()
    n_flipped[0, :, 0, 5] = 30
    assert CarrySites(300, np.array([[30, 30]]), n_flipped, 2).served_numbers == (0,)


def test_on_the_write_up_s_checkpoint_four_sites_serve_all_six_routes(arena_checkpoint) -> None:
    found = carry_sites(load_model(read_weights(arena_checkpoint)), SampleSpec().draw())
    names = {site.name(Layout(4)) for site in found.smallest_set}
    assert len(found.served_numbers) == 6
    assert len(names) == 4
    assert "H0.1 at B3" in names
