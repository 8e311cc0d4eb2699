"""Pairs on a route differ in one carry, and in nothing else on which the answer's digit depends."""

import numpy as np
import pytest

from sumint.task.carry_routes import Route, own_routes, pairs_on, routes_of
from sumint.task.sums import Layout

CASES = [(layout, route) for layout in map(Layout, (2, 3, 4, 5)) for route in routes_of(layout)]


def test_a_route_leads_from_a_column_to_a_digit_on_its_left() -> None:
    assert routes_of(Layout(3)) == (Route(1, 0), Route(2, 0), Route(2, 1))
    assert [route.n_nines for route in routes_of(Layout(3))] == [0, 1, 0]


@pytest.mark.parametrize(("layout", "route"), CASES)
def test_the_two_sums_of_a_pair_differ_in_one_carry_alone(layout: Layout, route: Route) -> None:
    pairs = pairs_on(layout, route, 400)
    base, source = pairs.base, pairs.source
    others = [column for column in range(layout.n_digits) if column != route.column]
    np.testing.assert_array_equal(base.a_digits[:, others], source.a_digits[:, others])
    np.testing.assert_array_equal(base.b_digits[:, others], source.b_digits[:, others])
    assert (base.carry_out[:, route.column] != source.carry_out[:, route.column]).all()
    np.testing.assert_array_equal(base.answer_digits[:, : route.digit], source.answer_digits[:, : route.digit])
    one_more = np.where(
        pairs.base_carries, base.answer_digits[:, route.digit], source.answer_digits[:, route.digit]
    )
    one_less = np.where(
        pairs.base_carries, source.answer_digits[:, route.digit], base.answer_digits[:, route.digit]
    )
    np.testing.assert_array_equal((one_more - one_less) % 10, 1)
    between = slice(route.digit + 1, route.column)
    assert (base.a_digits[:, between] + base.b_digits[:, between] == 9).all()
    assert 0.35 < pairs.base_carries.mean() < 0.65


@pytest.mark.parametrize(
    ("layout", "route"), [(layout, route) for layout in map(Layout, (2, 4)) for route in own_routes(layout)]
)
def test_pairs_on_a_column_s_route_to_its_own_digit_differ_in_its_digits_and_in_no_carry(
    layout: Layout, route: Route
) -> None:
    pairs = pairs_on(layout, route, 400)
    base, source = pairs.base, pairs.source
    others = [column for column in range(layout.n_digits) if column != route.column]
    np.testing.assert_array_equal(base.a_digits[:, others], source.a_digits[:, others])
    np.testing.assert_array_equal(base.carry_out[:, 1:], source.carry_out[:, 1:])
    assert (pairs.base_digits != pairs.source_digits).all()
    np.testing.assert_array_equal(base.answer_digits[:, others], source.answer_digits[:, others])
    differences = (pairs.source_digits - pairs.base_digits) % 10
    assert set(differences.tolist()) >= set(range(1, 9))


def test_pairs_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    layout, route = Layout(4), Route(3, 1)
    first, again, other = (pairs_on(layout, route, 50, seed).base.a for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_all_digits_occur_that_can() -> None:
    pairs = pairs_on(Layout(3), Route(2, 0), 4000)
    assert {(a, b) for a, b in zip(pairs.base.a_digits[:, 1], pairs.base.b_digits[:, 1], strict=True)} == {
        (a, 9 - a) for a in range(10)
    }
    sums = pairs.base.a_digits[:, 2] + pairs.base.b_digits[:, 2]
    assert set(sums) == set(range(19)) - {9}
