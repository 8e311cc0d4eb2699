"""The claims about random, trained and insensitive directions, on made-up results that hold and that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.chapters.how_it_carries.direction_controls import (
    CARRY,
    INSIDE,
    OUTSIDE,
    TRAINED,
    acts_through_the_active_subspace,
    better_than_random,
    controls_do_not_fit,
    controls_figure,
    controls_table,
    training_finds_the_same_direction,
)
from report.chapters.how_it_carries.trained_subspaces import (
    FIRST_RANK,
    no_subspace_holds_it,
    second_dimension_adds_little,
    subspaces_table,
)
from report.content.chapter import Absent, Figure, Table
from sumint.analyses.carrying.aligned_subspaces import RANKS, AlignedSubspaces
from sumint.analyses.carrying.aligned_subspaces import WAYS as SUBSPACES
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.direction_controls import N_RANDOM, PATCHED, WAYS, DirectionControls
from sumint.interventions.alignment import FittedRates
from sumint.interventions.sites import Site
from sumint.task.carry_routes import routes_of
from sumint.task.sums import Layout

N = 100
SERVED = Site(1, 2)
CLAIMS = (
    better_than_random,
    acts_through_the_active_subspace,
    training_finds_the_same_direction,
    controls_do_not_fit,
)


ROUTES = tuple(route.name for route in routes_of(Layout(3)))


def made_up_sites(n_served: int) -> CarrySites:
    """The sites of sums of three digits, of which one serves the first routes."""
    n_flipped = np.zeros((3, 2, 2, 11), np.int64)
    n_flipped[:n_served, :, SERVED.head, SERVED.position] = N
    return CarrySites(300, np.full((3, 2), N), n_flipped, 3)


def made_up_controls(n_routes: int) -> DirectionControls:
    """Controls that confirm the carry direction."""
    n_flipped = np.zeros((n_routes, 2, len(WAYS)), np.int64)
    n_flipped[..., [CARRY, INSIDE, TRAINED, TRAINED + 1]] = 98
    fitted = np.broadcast_to([50, 27, 6], (n_routes, 2, 3)).copy()
    return DirectionControls(
        n_pairs=np.full((n_routes, 2), N),
        n_flipped=n_flipped,
        n_flipped_at_random=np.full((n_routes, 2, N_RANDOM), 20),
        nullspace_share=np.zeros(n_routes),
        n_active=np.full(n_routes, 5),
        active_share=np.full((n_routes, 2), 0.9),
        cosine=np.full(n_routes, 0.9),
        fitted=FittedRates(np.full((n_routes, 2), 50), fitted, route_names=ROUTES[:n_routes]),
        route_names=ROUTES[:n_routes],
        directions=np.zeros((n_routes, len(PATCHED), 24), np.float32),
    )


def made_up_subspaces(*rates: int) -> AlignedSubspaces:
    """Subspaces on two routes, with these numbers of flipped pairs of a hundred."""
    n_flipped = np.broadcast_to(rates, (2, 2, len(SUBSPACES))).copy()
    fitted = FittedRates(np.full((2, 2), 50), np.full((2, 2, 3), 20), route_names=ROUTES[:2])
    shares = np.full((2, len(RANKS)), 0.8)
    return AlignedSubspaces(np.full((2, 2), N), n_flipped, shares, fitted, BASES, route_names=ROUTES[:2])


BASES = np.zeros((2, len(RANKS), 24, max(RANKS)), np.float32)
SITES, CONTROLS = made_up_sites(2), made_up_controls(2)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_holds_where_the_controls_confirm_the_direction(claim) -> None:
    assert claim(SITES, CONTROLS).state == "holds"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_without_a_served_route_no_claim_is_applicable(claim) -> None:
    assert claim(made_up_sites(0), made_up_controls(0)).state == "not-applicable"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_without_pairs_nothing_is_measured(claim) -> None:
    nothing = replace(
        CONTROLS,
        n_pairs=CONTROLS.n_pairs * 0,
        n_flipped=CONTROLS.n_flipped * 0,
        n_flipped_at_random=CONTROLS.n_flipped_at_random * 0,
        cosine=CONTROLS.cosine * np.nan,
        active_share=CONTROLS.active_share * np.nan,
        fitted=replace(CONTROLS.fitted, n_pairs=CONTROLS.fitted.n_pairs * 0),
    )
    assert claim(SITES, nothing).state == "not-measured"


def changed(way: int, n_flipped: int) -> DirectionControls:
    """The controls with another number of flipped pairs on the second route, switched off."""
    counts = CONTROLS.n_flipped.copy()
    counts[1, 1, way] = n_flipped
    return replace(CONTROLS, n_flipped=counts)


def test_random_directions_that_switch_most_carries_refute_the_carry_direction() -> None:
    counts = CONTROLS.n_flipped_at_random.copy()
    counts[0, 0] = 80
    claim = better_than_random(SITES, replace(CONTROLS, n_flipped_at_random=counts))
    assert claim.state == "fails"
    assert claim.sentence.startswith("On 1 → C0 switched on, patching the carry direction changes only 18.0% more")


def test_a_subspace_illusion_refutes_that_the_direction_acts_through_the_active_subspace() -> None:
    for way, n_flipped in ((INSIDE, 40), (OUTSIDE, 60)):
        claim = acts_through_the_active_subspace(SITES, changed(way, n_flipped))
        assert claim.does_not_hold
        assert claim.sentence.startswith("On 2 → C0 switched off, ")


def test_another_trained_direction_or_a_better_one_is_told_apart() -> None:
    other = training_finds_the_same_direction(SITES, replace(CONTROLS, cosine=np.array([0.9, 0.3])))
    assert other.state == "fails"
    assert "cosine between the trained direction and the carry direction is 0.300" in other.sentence
    better = training_finds_the_same_direction(SITES, changed(CARRY, 60))
    assert better.state == "fails"
    assert "38.0%" in better.sentence


@pytest.mark.parametrize(("training", "label"), [(1, "arbitrary digits"), (2, "random weights")])
def test_a_control_that_is_fitted_refutes_the_training(training: int, label: str) -> None:
    counts = CONTROLS.fitted.n_flipped.copy()
    counts[0, 1, training] = 49
    claim = controls_do_not_fit(SITES, replace(CONTROLS, fitted=replace(CONTROLS.fitted, n_flipped=counts)))
    assert claim.state == "fails"
    assert claim.sentence.startswith(f"On 1 → C0 switched off, training on {label} fits 98.0% of its own pairs")


def test_the_figure_and_the_table_have_a_row_for_each_route() -> None:
    figure, table = controls_figure(SITES, CONTROLS), controls_table(SITES, CONTROLS)
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert list(table.columns["route"]) == ["1 → C0", "2 → C0"]
    for make in (controls_figure, controls_table):
        assert isinstance(make(made_up_sites(0), made_up_controls(0)), Absent)


UNSERVED = made_up_sites(1)


def test_the_best_site_of_each_unserved_route_is_looked_at() -> None:
    assert [best.route.name for best in UNSERVED.best_unserved] == ["2 → C0", "2 → C1"]
    assert made_up_sites(3).best_unserved == ()


def test_no_subspace_holds_a_carry_unless_one_switches_it_in_both_directions() -> None:
    assert no_subspace_holds_it(UNSERVED, made_up_subspaces(50, 50, 60, 62)).state == "holds"
    found = no_subspace_holds_it(UNSERVED, made_up_subspaces(50, 50, 96, 97))
    assert found.state == "fails"
    assert found.sentence.startswith("On 2 → C0, a trained subspace of the best site switches the carry in 97.0%")
    one_way = made_up_subspaces(50, 50, 97, 97)
    one_way.n_flipped[:, 1, FIRST_RANK:] = 40
    assert no_subspace_holds_it(UNSERVED, one_way).state == "holds"


def test_a_second_dimension_adds_little_or_much() -> None:
    assert second_dimension_adds_little(UNSERVED, made_up_subspaces(50, 50, 60, 65)).state == "holds"
    claim = second_dimension_adds_little(UNSERVED, made_up_subspaces(50, 50, 60, 85))
    assert claim.state == "fails"
    assert claim.sentence.endswith("changes 25.0% more of the answers.")


@pytest.mark.parametrize("claim", [no_subspace_holds_it, second_dimension_adds_little], ids=lambda one: one.name)
def test_few_pairs_measure_nothing_and_without_an_unserved_route_nothing_is_asked(claim) -> None:
    few = replace(made_up_subspaces(5, 5, 5, 5), n_pairs=np.full((2, 2), 10))
    assert claim(UNSERVED, few).state == "not-measured"
    assert claim(made_up_sites(3), made_up_subspaces(50, 50, 60, 62)).state == "not-applicable"


def test_the_table_has_a_row_for_each_unserved_route_and_direction() -> None:
    table = subspaces_table(UNSERVED, made_up_subspaces(50, 50, 60, 62))
    assert isinstance(table, Table)
    assert list(table.columns["route"]) == ["2 → C0, on", "2 → C0, off", "2 → C1, on", "2 → C1, off"]
    assert isinstance(subspaces_table(made_up_sites(3), made_up_subspaces(50, 50, 60, 62)), Absent)
