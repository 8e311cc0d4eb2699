"""Section "Where the two digits are": activation patching of the sites that hold a column's two digits.

The two sums of a pair differ in the two digits of one column and in no carry.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

from report.chapters.joint_sites_table import FORMATS, METHOD, joint_sites_columns, routes_with_enough_pairs
from report.content.chapter import Table
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import joined, percent
from sumint.analyses.carrying.joint_sites import MOST, JointSites, joint_sites

TOGETHER_AT_LEAST = 0.9
OTHERS_AT_MOST = 0.1


def digit_table(joint: JointSites) -> Table:
    """The table of the sites that together hold each column's digits."""
    return Table(
        "digit-sites",
        "Sites that hold a column’s digits",
        joint_sites_columns(joint),
        caption=(
            "The two sums of a pair differ in the two digits of one column, so that its digit of the answer "
            f"differs and no carry does. For each column, {METHOD}"
        ),
        source=joint_sites,
        formats=FORMATS,
    )


def digit_claims(joint: JointSites) -> tuple[Claim, ...]:
    """Checks that few sites hold the column's digits, and that the other sites do not."""
    routes = routes_with_enough_pairs(joint)
    rates = {f"C{joint.routes[number].digit}": float(joint.rates[number]) for number in routes}
    n_sites = {f"C{joint.routes[number].digit}": len(joint.sites(number)) for number in routes}
    rates_of_others = {f"C{joint.routes[number].digit}": float(joint.rates_of_others[number]) for number in routes}
    too_few = Finding("the model gets too few pairs right", None)
    return (
        general_claim(
            "digits-in-few-sites",
            "What a digit of the answer needs of its own column, a few sites hold.",
            criterion=(
                f"of every digit at most {MOST} sites together make at least {percent(TOGETHER_AT_LEAST, 0)} the "
                "other sum’s"
            ),
            source=joint_sites,
            otherwise="On these weights it takes more of them, or layer 1 looks at the digits itself.",
            finding=Finding(
                joined(f"{percent(rate)} of {digit} by {n_sites[digit]}" for digit, rate in rates.items()),
                min(rates.values()) >= TOGETHER_AT_LEAST,
                rates,
            )
            if rates
            else too_few,
        ),
        general_claim(
            "digits-nowhere-else",
            "All other sites together hold next to nothing of it.",
            criterion=(
                "with all other sites interchanged and these left alone, at most "
                f"{percent(OTHERS_AT_MOST, 0)} of every digit become the other sum’s"
            ),
            source=joint_sites,
            otherwise="On these weights other sites hold them as well.",
            finding=Finding(
                joined(f"{percent(rate)} of {digit}" for digit, rate in rates_of_others.items()),
                max(rates_of_others.values()) <= OTHERS_AT_MOST,
                rates_of_others,
            )
            if rates_of_others
            else too_few,
        ),
    )
