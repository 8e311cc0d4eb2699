"""Where a claim can be tried on the live model: a pair of sums and the claim's own intervention.

A trial is an address of the live model. It exists if the page runs the network and there is a pair of sums that
fits; otherwise it is empty, and the claim has no link. A claim about something that no intervention changes, such
as where a head attends, is shown on a pair of sums that differ in what the claim is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Int

from report.content.live.address import Operands, Pair, live_address, pairs_by_route, runs_live
from sumint.analyses.adding.live_model import LiveModelData, live_model
from sumint.analyses.adding.trial_pairs import PARTS, TrialPairs, trial_pairs
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.direction_controls import PATCHED
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.task.carries import has_carry
from sumint.task.carry_routes import Route, own_routes, routes_of
from sumint.task.same_sums import same_sums
from sumint.task.sums import Layout, Sums

ON_A_PAIR, ON_A_SUM = "Try it on one pair", "Try it on one sum"
SEEN_ON_A_PAIR, SEEN_ON_A_SUM = "See it on one pair", "See it on one sum"
"""The words of links: to the intervention of a claim, or to sums on which what it states can be seen."""

Part = Literal["q", "k", "v", "pattern", "direct"]
"""The part of layer 1 that alone receives what changes before it; `direct` is the path past its heads."""

LARGE_DIGITS, SMALLER_DIGITS = (7, 1), (4, 4)
"""Leading digits with the same total, beyond the training range and within it."""

Where = Callable[[Route, Site], bool]


def anywhere(route: Route, site: Site) -> bool:  # noqa: ARG001
    """Accepts every route and site."""
    return True


def live_data(lab: Lab) -> LiveModelData:
    """Means, carry directions, and a pair of sums for every route of a carry and for every column's own digits."""
    routes = (*routes_of(lab.layout), *own_routes(lab.layout))
    return lab.run(live_model, served_routes=lab.run(carry_sites).served_routes, routes=routes)


@dataclass(frozen=True)
class Trials:
    """The pairs of sums on which the claims about a checkpoint can be tried."""

    layout: Layout
    n_heads: int
    pairs: Mapping[Route, Pair]
    """A pair for each route, if the model adds both sums correctly; none if no page runs the network."""
    served: tuple[ServedRoute, ...]
    """The routes with a carry site, in the order of the live model."""
    chosen: TrialPairs
    """Sums that are chosen for what an intervention does on them."""

    @classmethod
    def of(cls, lab: Lab) -> Trials:
        """The trials of a lab's checkpoint, made once; what they request of the lab is recorded each time."""
        if lab not in _made:
            with lab.recording() as requests:
                _made[lab] = cls._of(lab), requests
        trials, requests = _made[lab]
        for name, answer in requests.items():
            lab.record(name, answer)
        return trials

    @classmethod
    def _of(cls, lab: Lab) -> Trials:
        sizes = lab.weights.architecture
        served = lab.run(carry_sites).served_routes
        pairs = pairs_by_route(live_data(lab)) if runs_live(sizes.n_parameters) else {}
        chosen = lab.run(trial_pairs, served_routes=served)
        return cls(lab.layout, sizes.n_heads, pairs, served, chosen)

    # Patching from the second sum

    def patch_site(self, where: Where = anywhere, *, through: Part | None = None) -> str:
        """Patches the carry site of a route; what changes can be passed on through a part of layer 1 alone."""
        return self.patch(
            ((one.route, (one.site,)) for one in self.served if where(one.route, one.site)), through=through
        )

    def patch(
        self, sites_of_routes: Iterable[tuple[Route, Sequence[Site]]], *, through: Part | None = None
    ) -> str:
        """Patches the sites that are given for a route; of several routes, on the first with a pair."""
        sites_of = {route: tuple(sites) for route, sites in sites_of_routes if sites}
        route = self._first(sites_of)
        if route is None:
            return ""
        changes = [*_at_sites("patch", sites_of[route]), *([f"via.{through}"] if through else [])]
        return self._on_pair(route, changes, is_patched=True)

    def patch_direction(self, patched: str) -> str:
        """Patches one of the `PATCHED` directions at a carry site."""
        numbers = {one.route: number for number, one in enumerate(self.served)}
        route = self._first(numbers)
        if route is None:
            return ""
        number = len(PATCHED) * numbers[route] + PATCHED.index(patched)
        return self._on_pair(route, [f"along.{number}"], is_patched=True)

    def patch_subspace(self, routes: Sequence[Route], rank: int, n_ranks: int) -> str:
        """Patches the trained subspace of a rank at the best site of one of the routes without a carry site."""
        route = self._first(routes)
        if route is None:
            return ""
        number = len(PATCHED) * len(self.served) + n_ranks * list(routes).index(route) + rank
        return self._on_pair(route, [f"along.{number}"], is_patched=True)

    def patch_through(self, part: Part, where: Where = anywhere) -> str:
        """Patches the carry site of a route on a pair on which one part of layer 1 alone switches the carry."""
        for number, one in enumerate(self.served):
            base_a, base_b, a, b = self.chosen.through[number, PARTS.index(part)].tolist()
            if base_a >= 0 and where(one.route, one.site) and self.pairs:
                changes = [*_at_sites("patch", [one.site]), f"via.{part}"]
                return live_address((base_a, base_b), second=(a, b), changes=changes)
        return ""

    def patch_same_states(self) -> str:
        """Patches the carry site of a route from a sum whose columns have the same states."""
        for one, (base_a, base_b, a, b) in zip(self.served, self.chosen.same_states.tolist(), strict=True):
            if base_a >= 0 and self.pairs:
                return live_address((base_a, base_b), second=(a, b), changes=_at_sites("patch", [one.site]))
        return ""

    def patch_same_total(self, digit: int, site: Site) -> str:
        """Patches a site that holds a digit's column from a sum in which the column has the same total."""
        pair = self.pairs.get(Route(digit, digit))
        if pair is None:
            return ""
        found, (other, *_) = same_sums(self._sums(pair.without), digit, n_others=2, seed=0)
        if not len(found):
            return ""
        second = (int(other.a[0]), int(other.b[0]))
        return live_address(pair.without, second=second, changes=_at_sites("patch", [site]))

    # Carry directions

    def dose(self, amount: float = 1) -> str:
        """Adds a multiple of a carry direction."""
        numbers = {one.route: number for number, one in enumerate(self.served)}
        route = self._first(numbers)
        return "" if route is None else self._on_pair(route, [f"dose.{numbers[route]}.{amount:g}"])

    # Ablation

    def ablate_on(self, operands: Int[np.ndarray, " 2"], sites: Sequence[Site]) -> str:
        """Ablates sites by their means on a sum that was chosen for it; −1 stands for no such sum."""
        a, b = operands.tolist()
        return live_address((a, b), changes=_at_sites("mean", sites)) if a >= 0 and self.pairs else ""

    def ablate(self, sites: Sequence[Site], kind: Literal["mean", "zero", "patch"] = "mean") -> str:
        """Ablates sites of layer 0 by their means, by zero, or by their outputs on the second sum."""
        route = self._first(self.pairs)
        if route is None or not sites:
            return ""
        return self._on_pair(route, _at_sites(kind, sites), is_patched=kind == "patch")

    def ablate_input(self, part: Part, head: int, mean_of: Literal["all", "carry", "none"] = "all") -> str:
        """Replaces an input of a layer-1 head by its mean, over all sums or over those with or without a carry.

        The sum has a carry, unless the mean is that of all sums: then it has none.
        """
        sums = self._with_a_carry() if mean_of == "carry" else self._without_a_carry()
        group = "" if mean_of == "all" else f".{mean_of}"
        return "" if sums is None else live_address(sums, changes=[f"mean-{part}.1.{head}.all{group}"])

    def constant_positions(self, positions: Iterable[int]) -> str:
        """Replaces the keys and values of layer 1 at some positions by their means."""
        route = self._first(self.pairs)
        changes = [f"mean-{part}.1.all.{position}" for position in positions for part in "kv"]
        return "" if route is None or not changes else self._on_pair(route, changes)

    # Without an intervention: on the other sum

    def other_sum(self, where: Callable[[Route], bool] = lambda route: not route.is_own) -> str:
        """Replaces the tokens of a sum without a carry by those of the sum that differs from it in this carry."""
        route = self._first(route for route in self.pairs if where(route))
        if route is None:
            return ""
        tokens = [self._sums(sums).tokens[0] for sums in self.pairs[route][:2]]
        changes = [f"token.{place}.{tokens[1][place]}" for place in np.flatnonzero(tokens[0] != tokens[1])]
        return self._on_pair(route, changes)

    def through_most_nines(self) -> str:
        """The same, on the longest run of nines that a carry passes."""
        most = max((route.n_nines for route in self.pairs if not route.is_own), default=0)
        return self.other_sum(lambda route: not route.is_own and route.n_nines == most)

    def wrong_answer_digits(self) -> str:
        """Replaces all answer digits in the input by wrong ones."""
        route = self._first(self.pairs)
        if route is None:
            return ""
        tokens = self._sums(self.pairs[route].without).tokens[0]
        answer = self.layout.answer
        changes = [f"token.{place}.{(tokens[place] + 1) % 10}" for place in range(answer.start, answer.stop)]
        return self._on_pair(route, changes)

    def a_sum(self) -> str:
        """A sum that the model adds correctly."""
        route = self._first(self.pairs)
        return "" if route is None else live_address(self.pairs[route].without)

    def large_digits(self, repaired_at: Iterable[int] = ()) -> str:
        """A sum with a leading digit beyond the training range; all heads of layer 0 are patched at some positions
        from the sum with smaller leading digits of the same total."""
        route = self._first(self.pairs)
        if route is None:
            return ""
        base, second = (
            self._with_leading(digits, self.pairs[route].without) for digits in (LARGE_DIGITS, SMALLER_DIGITS)
        )
        changes = [f"patch.0.all.{position}" for position in repaired_at]
        return live_address(base, second=second if changes else None, changes=changes)

    def _first(self, routes: Iterable[Route]) -> Route | None:
        """The first of some routes with a clean pair, or else with any; None if there is none."""
        known = [route for route in routes if route in self.pairs]
        return next((route for route in known if self.pairs[route].is_clean), known[0] if known else None)

    def _on_pair(self, route: Route, changes: Sequence[str], *, is_patched: bool = False) -> str:
        pair = self.pairs[route]
        return live_address(pair.without, second=pair.with_carry if is_patched else None, changes=changes)

    def _sums(self, operands: Operands) -> Sums:
        a, b = operands
        return Sums(self.layout, np.array([a]), np.array([b]))

    def _with_a_carry(self) -> Operands | None:
        return next((pair.with_carry for route, pair in self.pairs.items() if not route.is_own), None)

    def _without_a_carry(self) -> Operands | None:
        every = (pair.without for pair in self.pairs.values())
        return next((operands for operands in every if not has_carry(self._sums(operands))[0]), None)

    def _with_leading(self, digits: tuple[int, int], operands: Operands) -> Operands:
        place = 10 ** (self.layout.n_digits - 1)
        one, other = (digit * place + operand % place for digit, operand in zip(digits, operands, strict=True))
        return one, other


_made: WeakKeyDictionary[Lab, tuple[Trials, Mapping[str, Any]]] = WeakKeyDictionary()
"""The trials of each lab, and what they requested of it."""


def a_wrong_sum(lab: Lab, listed_sums: Int[np.ndarray, "wrong operand"]) -> str:
    """The first of the listed wrong sums; empty if there is none, or if no page runs the network."""
    if not len(listed_sums) or not runs_live(lab.weights.architecture.n_parameters):
        return ""
    a, b = listed_sums[0].tolist()
    return live_address((a, b))


def _at_sites(kind: str, sites: Iterable[Site]) -> list[str]:
    return [f"{kind}.0.{site.head}.{site.position}" for site in sites]
