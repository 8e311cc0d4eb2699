"""Links to the live model, with a pair of sums and an intervention that fit what they are beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Literal

from report.content.chapter import Content
from report.content.claims.claim import Claim
from report.content.live.address import Pair, live_address, pairs_by_route, patch_address
from sumint.analyses.adding.live_model import LiveModelData, live_model
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.task.carry_routes import Route, own_routes, routes_of

Intervention = Literal["site", "dose", "several"]
"""Patching a carry site, a dose of its carry direction, or patching several sites that hold a carry together."""

Section = Callable[[Lab], Iterator[Content]]


def live_data(lab: Lab) -> LiveModelData:
    """Means, carry directions, and a pair of sums for every route of a carry and for every column's own digits."""
    routes = (*routes_of(lab.layout), *own_routes(lab.layout))
    return lab.run(live_model, served_routes=lab.run(carry_sites).served_routes, routes=routes)


def tried_by(intervention: Intervention) -> Callable[[Section], Section]:
    """Decorate a section so that the intervention of its claims can be made on the live model.

    A claim that has a trial of its own keeps it.
    """
    return _linked(intervention, "Try it on one pair")


def seen_by(intervention: Intervention) -> Callable[[Section], Section]:
    """Decorate a section so that its claims lead to their site on the live model, not to what they claim."""
    return _linked(intervention, "See its site on one pair")


def _linked(intervention: Intervention, label: str) -> Callable[[Section], Section]:
    def decorate(section: Section) -> Section:
        @wraps(section)
        def with_trials(lab: Lab) -> Iterator[Content]:
            address = trial_address(lab, intervention)
            for content in section(lab):
                if isinstance(content, Claim) and address and not content.trial:
                    yield content.with_trial(address, label)
                else:
                    yield content

        return with_trials

    return decorate


def patch_trial(lab: Lab, sites_of: Callable[[int], Iterable[Site]]) -> str:
    """The address that patches other sites than the carry's on its first route, by the route's number."""
    sites = lab.run(carry_sites)
    pairs = pairs_by_route(live_data(lab))
    return _first_patch(
        pairs, ((sites.routes[number], tuple(sites_of(number))) for number in sites.served_numbers)
    )


def trial_address(lab: Lab, intervention: Intervention) -> str:
    """The address for the first route on which the intervention and a pair of sums exist; empty if there is
    none."""
    data = live_data(lab)
    pairs = pairs_by_route(data)
    if intervention == "several":
        joint = lab.run(joint_sites, routes=lab.run(carry_sites).unserved_routes)
        return _first_patch(pairs, ((route, joint.sites(number)) for number, route in enumerate(joint.routes)))
    served = [
        (Route(column, digit), Site(head, place)) for column, digit, head, place in data.served_routes.tolist()
    ]
    if intervention == "site":
        return _first_patch(pairs, ((route, (site,)) for route, site in served))
    doses = {route: f"dose.{number}.1" for number, (route, _) in enumerate(served)}
    route = _first(pairs, doses)
    return "" if route is None else live_address(pairs[route].without, changes=[doses[route]])


def _first(pairs: dict[Route, Pair], routes: Iterable[Route]) -> Route | None:
    """The first of some routes with a clean pair, or else with any; None if there is none."""
    known = [route for route in routes if route in pairs]
    return next((route for route in known if pairs[route].is_clean), known[0] if known else None)


def _first_patch(pairs: dict[Route, Pair], sites_of_routes: Iterable[tuple[Route, tuple[Site, ...]]]) -> str:
    """The address that patches the sites of the first route with a pair."""
    sites = dict(sites_of_routes)
    route = _first(pairs, sites)
    return "" if route is None else patch_address(pairs[route], sites[route])
