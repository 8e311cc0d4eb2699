"""What the chapter on how the model carries says of carries that several sites hold together."""

from __future__ import annotations

from report.absent import shown
from report.chapter import Claim, Table
from report.claims import Finding, general_claim
from report.parts import part
from report.theme import joined, percent
from sumint.analyses.joint_sites import ENOUGH, MOST, N_CHOOSING, JointSites, joint_sites

PAIRS_AT_LEAST = 30
"""Fresh pairs that the model gets right; with fewer a rate says little."""

# Chosen after seeing the bundled seeds.
TOGETHER_AT_LEAST = 0.8


def _all_served(joint: JointSites) -> str:
    """Why there is nothing to show."""
    return "" if joint.routes else "On these weights a single site serves each route."


@shown("carry-joint-sites", "Sites that hold a carry together", unless=_all_served)
def joint_table(name: str, title: str, joint: JointSites) -> Table:
    """The routes that no single site serves, with the sites that do together."""
    columns = {
        "route": [route.name for route in joint.routes],
        "sites": [_listed(joint, number) for number in range(len(joint.routes))],
        "pairs": joint.n_pairs,
        "digits moved": joint.rates,
        "95% interval": [f"{percent(low)} to {percent(high)}" for low, high in joint.intervals],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            f"On each route that no single site serves, sites are added one by one until {percent(ENOUGH, 0)} of "
            f"the digits move, {MOST} at most; each is the one that adds most. They were chosen by "
            f"{N_CHOOSING} pairs and tried on others."
        ),
        source=joint_sites,
        formats={"digits moved": percent},
    )


@part
def joint_claims(joint: JointSites) -> tuple[Claim, ...]:
    """The claim that a few sites together hold what no single one does."""
    measured = [number for number, n_pairs in enumerate(joint.n_pairs) if n_pairs >= PAIRS_AT_LEAST]
    rates = {joint.routes[number].name: float(joint.rates[number]) for number in measured}
    if not joint.routes:
        finding = Finding("a single site serves each route", None)
    elif not measured:
        finding = Finding("the model gets too few pairs right", None)
    else:
        listed = joined(f"{percent(rate)} on {name}" for name, rate in rates.items())
        finding = Finding(f"digits that move: {listed}", min(rates.values()) >= TOGETHER_AT_LEAST, rates)
    return (
        general_claim(
            "few-sites-together",
            "Where no single site holds a carry, a few together do.",
            criterion=(
                f"on every route that none serves alone, at most {MOST} sites together move at least "
                f"{percent(TOGETHER_AT_LEAST, 0)} of the digits by exactly one"
            ),
            source=joint_sites,
            otherwise="On these weights some carry is spread over more sites, or the model does not know it.",
            finding=finding,
        ),
    )


def _listed(joint: JointSites, route: int) -> str:
    return joined(site.name(joint.layout) for site in joint.sites(route)) or "none"
