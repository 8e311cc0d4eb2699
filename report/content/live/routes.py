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
    """Decorate a section so that its claims can be tried on the live model by an intervention."""

    def decorate(section: Section) -> Section:
        @wraps(section)
        def with_trials(lab: Lab) -> Iterator[Content]:
            address = trial_address(lab, intervention)
            for content in section(lab):
                yield content.with_trial(address) if isinstance(content, Claim) else content

        return with_trials

    return decorate


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
    for number, (route, _) in enumerate(served):
        if route in pairs:
            return live_address(pairs[route].without, changes=[f"dose.{number}.1"])
    return ""


def _first_patch(pairs: dict[Route, Pair], sites_of_routes: Iterable[tuple[Route, tuple[Site, ...]]]) -> str:
    """The address that patches the sites of the first route with a pair."""
    return next((patch_address(pairs[route], sites) for route, sites in sites_of_routes if route in pairs), "")
