"""The columns of a table of sites that flip a digit together, which two chapters show."""

from __future__ import annotations

from typing import Any

from report.content.formats import joined, percent
from sumint.analyses.carrying.joint_sites import ENOUGH, MOST, N_CHOOSING, JointSites

PAIRS_AT_LEAST = 30
"""The number of fresh pairs that a rate needs: of fewer pairs that the model gets right it is too uncertain."""

METHOD = (
    f"sites are added one by one until {percent(ENOUGH, 0)} of the digits move, {MOST} at most; each is the one "
    f"that adds most. They were chosen by {N_CHOOSING} pairs and tried on others. The last column is the share of "
    "digits that move when all sites but these are interchanged: as much comes another way."
)
"""How the sites are chosen and tested, as the end of a caption."""

FORMATS = {"digits moved": percent, "by all other sites": percent}


def joint_sites_columns(joint: JointSites) -> dict[str, tuple[Any, ...]]:
    """The columns of a table with a row for each route."""
    columns = {
        "route": [route.name for route in joint.routes],
        "sites": [
            joined(site.name(joint.layout) for site in joint.sites(number)) or "none"
            for number in range(len(joint.routes))
        ],
        "pairs": joint.n_pairs,
        "digits moved": joint.rates,
        "95% interval": [f"{percent(low)} to {percent(high)}" for low, high in joint.intervals],
        "by all other sites": joint.rates_of_others,
    }
    return {head: tuple(values) for head, values in columns.items()}


def routes_with_enough_pairs(joint: JointSites) -> list[int]:
    """The indices of the routes on which the model gets at least `PAIRS_AT_LEAST` pairs right."""
    return [number for number, n_pairs in enumerate(joint.n_pairs) if n_pairs >= PAIRS_AT_LEAST]
