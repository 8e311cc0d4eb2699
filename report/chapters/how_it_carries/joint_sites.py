"""Section "Where the carry is", continued: carries that no single site holds, but several sites together."""

from __future__ import annotations

from report.chapters.joint_sites_table import FORMATS, METHOD, joint_sites_columns, routes_with_enough_pairs
from report.content.chapter import Table
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import joined, percent
from report.content.optional import optional_table
from sumint.analyses.carrying.joint_sites import MOST, JointSites, joint_sites

# Chosen after measuring the bundled seeds.
TOGETHER_AT_LEAST = 0.8


def _no_unserved_route(joint: JointSites) -> str:
    """The reason why the table is absent, or an empty string if no single site serves some route."""
    return "" if joint.routes else "On these weights a single site serves each route."


@optional_table("carry-joint-sites", "Sites that hold a carry together", unless=_no_unserved_route)
def joint_table(name: str, title: str, joint: JointSites) -> Table:
    """A table of the routes that no single site serves, with the sites that flip their digits together."""
    return Table(
        name,
        title,
        joint_sites_columns(joint),
        caption=f"On each route that no single site serves, {METHOD}",
        source=joint_sites,
        formats=FORMATS,
    )


def joint_claims(joint: JointSites) -> tuple[Claim, ...]:
    """The claim that a few sites together hold a carry that no single site holds."""
    numbers = routes_with_enough_pairs(joint)
    rates = {joint.routes[number].name: float(joint.rates[number]) for number in numbers}
    if not joint.routes:
        finding = Finding("a single site serves each route", None)
    elif not numbers:
        finding = Finding("the model gets too few pairs right", None)
    else:
        summary = joined(f"{percent(rate)} on {name}" for name, rate in rates.items())
        by_others = percent(float(joint.rates_of_others[numbers].max()))
        value = f"digits that move: {summary}; by all other sites together at most {by_others}"
        finding = Finding(value, min(rates.values()) >= TOGETHER_AT_LEAST, rates)
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
