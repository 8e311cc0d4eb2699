"""What the chapter on how the model carries says of carries that several sites hold together."""

from __future__ import annotations

from report.chapters.joint_sites_table import FORMATS, HOW, measured, sites_together
from report.content.chapter import Claim, Table
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import joined, percent
from report.content.optional import optional
from sumint.analyses.carrying.joint_sites import MOST, JointSites, joint_sites

# Chosen after seeing the bundled seeds.
TOGETHER_AT_LEAST = 0.8


def _all_served(joint: JointSites) -> str:
    """Why there is nothing to show."""
    return "" if joint.routes else "On these weights a single site serves each route."


@optional("carry-joint-sites", "Sites that hold a carry together", unless=_all_served)
def joint_table(name: str, title: str, joint: JointSites) -> Table:
    """The routes that no single site serves, with the sites that do together."""
    return Table(
        name,
        title,
        sites_together(joint),
        caption=f"On each route that no single site serves, {HOW}",
        source=joint_sites,
        formats=FORMATS,
    )


@isolated
def joint_claims(joint: JointSites) -> tuple[Claim, ...]:
    """The claim that a few sites together hold what no single one does."""
    asked = measured(joint)
    rates = {joint.routes[number].name: float(joint.rates[number]) for number in asked}
    if not joint.routes:
        finding = Finding("a single site serves each route", None)
    elif not asked:
        finding = Finding("the model gets too few pairs right", None)
    else:
        listed = joined(f"{percent(rate)} on {name}" for name, rate in rates.items())
        by_others = percent(float(joint.rates_of_others[asked].max()))
        moved = f"digits that move: {listed}; by all other sites together at most {by_others}"
        finding = Finding(moved, min(rates.values()) >= TOGETHER_AT_LEAST, rates)
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
