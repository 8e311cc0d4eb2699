"""Addresses that open the live model with a sum, a second sum and interventions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sumint.analyses.adding.live_model import LiveModelData
from sumint.interventions.sites import Site
from sumint.task.carry_routes import Route

PAGE = "live-model.html"
LIVE_FIGURE = "live-model/live-model"
"""The figure whose script holds the network."""

MOST_PARAMETERS = 250_000
"""With more parameters, 1 MB of weights, no page loads the network: it would be slow on a phone."""


def runs_live(n_parameters: int) -> bool:
    """Whether pages run a network of this size."""
    return n_parameters <= MOST_PARAMETERS


Operands = tuple[int, int]


class Pair(NamedTuple):
    """Two sums that differ in one carry, or in the digits of one column alone."""

    without: Operands
    with_carry: Operands
    is_clean: bool
    """Whether patching the route's site on them changes the route's digit and no other."""


def live_address(sums: Operands, *, second: Operands | None = None, changes: Iterable[str] = ()) -> str:
    """The address of the live model on a sum, with interventions in the form that its script reads.

    `second` is the sum from which heads are patched.
    """
    parts = [f"sum={_written(sums)}"]
    if second is not None:
        parts.append(f"with={_written(second)}")
    listed = ",".join(changes)
    if listed:
        parts.append(f"do={listed}")
    return f"{PAGE}?{'&'.join(parts)}#live-model"


def pairs_by_route(data: LiveModelData) -> dict[Route, Pair]:
    """The pair of sums on which an intervention on each route can be tried."""
    return {
        Route(column, digit): Pair((a, b), (other_a, other_b), is_clean)
        for (column, digit, a, b, other_a, other_b), is_clean in zip(
            data.pairs.tolist(), data.is_clean.tolist(), strict=True
        )
    }


def patch_address(pair: Pair, sites: Iterable[Site]) -> str:
    """The address on which sites of the sum without the carry are patched from the sum with it."""
    changes = [f"patch.0.{site.head}.{site.position}" for site in sites]
    return live_address(pair.without, second=pair.with_carry, changes=changes)


def _written(operands: Operands) -> str:
    return f"{operands[0]}_{operands[1]}"
