"""What the chapter on how the model carries asserts of layer 1 and of the one direction."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from report.chapter import Claim
from report.claims import Finding, general_claim
from report.parts import part
from report.theme import counted, decimals, joined, percent
from sumint.analyses.carry_direction import DOSES, CarryDirection, carry_direction
from sumint.analyses.carry_direction import WAYS as SWAPPED
from sumint.analyses.carry_in_layer_1 import WAYS as SEEN_BY
from sumint.analyses.carry_in_layer_1 import CarryInLayer1, carry_in_layer_1
from sumint.analyses.carry_sites import CarrySites
from sumint.analyses.carry_turn import CarryTurn, carry_turn
from sumint.analyses.constant_bank import KINDS, ConstantBank, constant_bank
from sumint.analyses.needed_sites import NeededSites, needed_sites
from sumint.interchange import Site, route_of, site_of

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
ALONG_AT_LEAST, REST_AT_MOST = 0.8, 0.1
HALF_BETWEEN = (0.3, 0.7)
RIGHT_AT_LEAST = 0.9
LESS_BY = 2
BY_LAYER_1_AT_LEAST = 0.5
ONE_WITHIN = 0.25
ALIKE_WITHIN = 0.15


@part
def mechanism_claims(
    sites: CarrySites,
    seen: CarryInLayer1,
    bank: ConstantBank,
    needed: NeededSites,
    turned: CarryTurn,
    direction: CarryDirection,
) -> tuple[Claim, ...]:
    """The claims on what layer 1 does with a carry, and on what of a site it takes."""
    names = [route_of(trail).name for trail in sites.trails]

    def at_sites(check: Callable[[], Finding]) -> Finding:
        return check() if sites.trails else Finding("no site serves any route", None)

    return (
        *_seen(sites, seen, names, at_sites),
        *_constant(bank, needed, at_sites),
        *_turned(sites, turned, names, at_sites),
        *_moved(direction, names, at_sites),
    )


AtSites = Callable[[Callable[[], Finding]], Finding]


@part
def _seen(sites: CarrySites, seen: CarryInLayer1, names: list[str], at_sites: AtSites) -> tuple[Claim, ...]:
    rates = dict(zip(SEEN_BY, seen.rates.T, strict=True))

    def patterns() -> Finding:
        holds = bool((rates["patterns"] > rates["values"]).all())
        by_route = _by_route("patterns", names, rates["patterns"]) | _by_route("values", names, rates["values"])
        return Finding(
            (
                f"by the patterns {_range(rates['patterns'])} of the digits move, by the values "
                f"{_range(rates['values'])}; up to {percent(float(seen.switched.max()), 0)} of a head’s attention "
                "goes elsewhere"
            ),
            holds,
            by_route,
        )

    def keys_or_queries() -> Finding:
        asks = np.array(
            [site_of(trail).position == sites.layout.predicting.start + trail[1] for trail in sites.trails]
        )
        by_queries = rates["queries"] > rates["keys"]
        right = int((by_queries == asks).sum())
        by_route = _by_route("queries", names, rates["queries"]) | _by_route("keys", names, rates["keys"])
        return Finding(
            f"so it is on {right} of {counted(len(asks), 'route')}; {counted(int(asks.sum()), 'site')} "
            "at the position that asks",
            right == len(asks),
            by_route,
        )

    return (
        general_claim(
            "carry-turns-attention",
            "Layer 1 adds one by looking elsewhere, more than by moving something else.",
            criterion=(
                "on every route that is served more digits move by the patterns alone than by the values alone"
            ),
            source=carry_in_layer_1,
            otherwise="On these weights the values do more on some route.",
            finding=at_sites(patterns),
        ),
        general_claim(
            "keys-there-queries-here",
            (
                "A carry that is written before the position that predicts the digit acts by its keys; one that "
                "is written at that position, by its queries."
            ),
            criterion="on every route that is served the one moves more digits than the other",
            source=carry_in_layer_1,
            otherwise="On these weights it is the other way on some route.",
            finding=at_sites(keys_or_queries),
        ),
    )


@part
def _constant(bank: ConstantBank, needed: NeededSites, at_sites: AtSites) -> tuple[Claim, ...]:
    def constant() -> Finding:
        names = [bank.layout.position_names[position] for position in bank.bank]
        right = dict(zip(KINDS, map(float, bank.right_with_bank_constant), strict=True))
        others = float(bank.right_with_others_constant[list(KINDS).index("both")])
        return Finding(
            f"with keys and values of {joined(names)} replaced {percent(right['both'])} of the digits are right, "
            f"with those of all others {percent(others)}; the heads give {_range(bank.bank_attention)} of "
            "their attention to the first",
            right["both"] >= RIGHT_AT_LEAST,
            {f"right, {kind}": share for kind, share in right.items()} | {"right, others": others},
        )

    def kept() -> Finding:
        places = [
            (head, position)
            for position in bank.bank.tolist()
            for head in range(needed.attention.shape[0])
            if needed.is_needed[:, head, position].any()
        ]
        if not places:
            return Finding("no digit needs a head there", None)
        both = bank.right_without[list(KINDS).index("both")]
        costs = {
            Site(head, position).name(bank.layout): (
                float(needed.fall[:, head, position].mean()),
                max(bank.right - float(both[position]), 0.0),
            )
            for head, position in places
        }
        listed = joined(
            f"{percent(lost)} of the digits without {name}, {percent(replaced)} with keys and values replaced"
            for name, (lost, replaced) in costs.items()
        )
        return Finding(
            listed,
            all(lost >= LESS_BY * replaced for lost, replaced in costs.values()),
            {f"without {name}": lost for name, (lost, _) in costs.items()},
        )

    return (
        general_claim(
            "bank-of-constants",
            (
                "Of a position before = that holds no carry, layer 1 needs nothing that depends on the sum: its "
                "keys and values are a bank of constants."
            ),
            criterion=(
                f"at least {percent(RIGHT_AT_LEAST, 0)} of the digits are right with the keys and values of all "
                "these positions replaced by their means"
            ),
            source=constant_bank,
            otherwise="On these weights layer 1 needs more of some of these positions.",
            finding=at_sites(constant),
        ),
        general_claim(
            "kept-constant",
            "Where layer 0 is needed at such a position, it is to keep it the same for every sum.",
            criterion=(
                f"of every head that a digit needs there, the loss costs at least {LESS_BY} times as many digits "
                "as to replace the keys and values of the whole position"
            ),
            source=needed_sites,
            otherwise="On these weights some head there says something that is needed.",
            finding=at_sites(kept),
        ),
    )


@part
def _turned(sites: CarrySites, turned: CarryTurn, names: list[str], at_sites: AtSites) -> tuple[Claim, ...]:
    def by_layer_1() -> Finding:
        shares = turned.by_layer_1
        return Finding(
            f"{_range(shares)} of the turn",
            bool(shares.min() >= BY_LAYER_1_AT_LEAST),
            _by_route("by layer 1", names, shares),
        )

    def by_one() -> Finding:
        near = [number for number, trail in enumerate(sites.trails) if not route_of(trail).n_nines]
        if not near:
            return Finding("no site serves a route to the next digit", None)
        turns = turned.turn[near]
        of_routes = [names[number] for number in near]
        return Finding(
            f"by {joined(map(decimals, map(float, turns)))}",
            bool(np.abs(turns - 1).max() <= ONE_WITHIN),
            _by_route("turn", of_routes, turns),
        )

    def alike() -> Finding:
        apart = _apart(sites, turned)
        if not apart:
            return Finding("no two routes reach a digit through one position", None)
        listed = joined(f"{name} by {percent(share, 0)}" for name, share in apart.items())
        return Finding(f"the shares differ at {listed}", max(apart.values()) <= ALIKE_WITHIN, apart)

    return (
        general_claim(
            "layer-1-turns",
            "It is layer 1 that turns the answer, more than what the site writes to the digit itself.",
            criterion=f"its heads make at least {percent(BY_LAYER_1_AT_LEAST, 0)} of the turn on every route",
            source=carry_turn,
            otherwise="On these weights something else turns the answer on some route.",
            finding=at_sites(by_layer_1),
        ),
        general_claim(
            "one-more-is-a-tenth",
            "A carry out of the next column turns the digit’s logits by one digit, a tenth of the circle.",
            criterion=f"within {ONE_WITHIN} of a digit, on every such route that is served",
            source=carry_turn,
            otherwise="On these weights it turns them by more or less on some route.",
            finding=at_sites(by_one),
        ),
        general_claim(
            "heads-share-alike",
            "From whichever column a carry comes, if it comes by one position, the same heads turn the digit.",
            criterion=(
                f"at most {percent(ALIKE_WITHIN, 0)} of the turn is shared otherwise between routes by which a "
                "digit is reached through one position (total variation distance)"
            ),
            source=carry_turn,
            otherwise="On these weights the routes are shared otherwise.",
            finding=at_sites(alike),
        ),
    )


def _apart(sites: CarrySites, turned: CarryTurn) -> dict[str, float]:
    """How far the heads' shares are apart between routes to one digit through one position, at most."""
    apart: dict[str, float] = {}
    for (one, shares), (other, others) in combinations(zip(sites.trails, turned.shares, strict=True), 2):
        if (route_of(one).digit, site_of(one).position) == (route_of(other).digit, site_of(other).position):
            name = f"C{route_of(one).digit} through {sites.layout.position_names[site_of(one).position]}"
            apart[name] = max(apart.get(name, 0.0), float(np.abs(shares - others).sum() / 2))
    return apart


@part
def _moved(direction: CarryDirection, names: list[str], at_sites: AtSites) -> tuple[Claim, ...]:
    rates = dict(zip(SWAPPED, direction.rates.T, strict=True))

    def enough() -> Finding:
        along, rest = rates["along"], rates["rest"]
        return Finding(
            f"along it {_with_interval(direction, 'along')} of the digits move, by the rest {_range(rest)}; it "
            f"has {_range(direction.share)} of the squared distance between the two sums there",
            bool(along.min() >= ALONG_AT_LEAST and rest.max() <= REST_AT_MOST),
            _by_route("along", names, along) | _by_route("rest", names, rest),
        )

    def added() -> Finding:
        return Finding(
            f"{_with_interval(direction, 'added')} of the digits move",
            bool(rates["added"].min() >= ALONG_AT_LEAST),
            _by_route("added", names, rates["added"]),
        )

    def half() -> Finding:
        halves = [
            float(np.interp(0.5, np.maximum.accumulate(of_route), DOSES)) for of_route in direction.dose_rates
        ]
        low, high = HALF_BETWEEN
        return Finding(
            f"half of the digits have moved at {joined(map(decimals, halves))} of the vector",
            low <= min(halves) and max(halves) <= high,
            _by_route("half at", names, np.array(halves)),
        )

    return (
        general_claim(
            "carry-direction",
            (
                "One direction of the site is enough: swapped along it the digit moves, swapped in all else it "
                "does not."
            ),
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move along "
                f"it, and at most {percent(REST_AT_MOST, 0)} by the rest"
            ),
            source=carry_direction,
            otherwise="On these weights one direction does not hold all of it on some route.",
            finding=at_sites(enough),
        ),
        general_claim(
            "carry-vector",
            "One fixed vector, added or taken away, makes a carry or unmakes it, whatever the sum.",
            criterion=(
                f"on every route that is served at least {percent(ALONG_AT_LEAST, 0)} of the digits move by one"
            ),
            source=carry_direction,
            otherwise="On these weights it does so less often on some route.",
            finding=at_sites(added),
        ),
        general_claim(
            "carry-threshold",
            "Between no carry and a carry there is a threshold, about halfway.",
            criterion=(
                f"on every route that is served half of the digits have moved between {HALF_BETWEEN[0]} and "
                f"{HALF_BETWEEN[1]} of the vector"
            ),
            source=carry_direction,
            otherwise="On these weights the threshold lies elsewhere on some route.",
            finding=at_sites(half),
        ),
    )


def _range(rates: np.ndarray) -> str:
    return f"{percent(float(rates.min()), 0)} to {percent(float(rates.max()), 0)}"


def _by_route(what: str, names: list[str], values: np.ndarray) -> dict[str, float]:
    return {f"{what}, {name}": float(value) for name, value in zip(names, values, strict=True)}


def _with_interval(direction: CarryDirection, way: str) -> str:
    """The least and the greatest rate, with Wilson's interval of the least."""
    number = SWAPPED.index(way)
    rates = direction.rates[:, number]
    lower, upper = direction.intervals[rates.argmin(), number]
    least, greatest, lower, upper = (percent(float(rate), 0) for rate in (rates.min(), rates.max(), lower, upper))
    return f"{least} (95% interval {lower} to {upper}) to {greatest}"
