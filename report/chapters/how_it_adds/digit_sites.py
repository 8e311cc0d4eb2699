"""Section "Where the two digits are": activation patching of the sites that hold a column's two digits.

The two sums of a pair differ in the two digits of one column and in no carry.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import math

from jaxtyping import Float
from numpy import ndarray

from report.chapters.interval_columns import with_interval_ends, with_intervals
from report.chapters.joint_sites_table import FORMATS, METHOD, joint_sites_columns, routes_with_enough_pairs
from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import joined, percent
from sumint.analyses.carrying.joint_sites import MOST, JointSites, joint_sites

TOGETHER_AT_LEAST = 0.9
OTHERS_AT_MOST = 0.1


def digit_table(joint: JointSites) -> Table:
    """The table of the sites that together hold each column's digits."""
    columns = joint_sites_columns(joint)
    return Table(
        "digit-sites",
        "Sites that hold a column’s digits",
        with_intervals(columns),
        caption=(
            "Sites that hold each column’s digits, found with pairs that differ in these and in no carry, and "
            f"the answers that change when they are patched. {METHOD}"
        ),
        source=joint_sites,
        formats=FORMATS,
        csv_columns=with_interval_ends(columns),
    )


@claim(
    "digits-in-few-sites",
    (
        "A few layer-0 sites hold what each answer digit needs of its own column: patching them alone changes the "
        f"digit to that of the other sum in at least {percent(TOGETHER_AT_LEAST, 0)} of pairs."
    ),
    analysis=joint_sites,
    figure="digit-sites",
    otherwise="Patching a few layer-0 sites changes {case} to that of the other sum in only {value} of pairs.",
)
def few_sites_hold_the_digits(joint: JointSites) -> Check:
    """The share of pairs in which patching the chosen sites together makes a digit that of the other sum."""
    n_sites = joined(f"{len(joint.sites(number))} for C{route.digit}" for number, route in enumerate(joint.routes))
    return all_of(
        at_least(
            TOGETHER_AT_LEAST,
            _by_digit(joint, joint.pooled_rates),
            f"patching at most {MOST} sites together changes each digit to that of the other sum in {{bound}} of "
            f"pairs",
            n=_n_pairs(joint),
        ),
        note=f"numbers of sites: {n_sites}",
    )


@claim(
    "digits-nowhere-else",
    (
        "Patching all layer-0 sites except the few that hold an answer digit’s column changes the digit to that "
        f"of the other sum in at most {percent(OTHERS_AT_MOST, 0)} of pairs."
    ),
    analysis=joint_sites,
    figure="digit-sites",
    otherwise=(
        "Patching all layer-0 sites except the few that were chosen changes {case} to that of the other sum in "
        "{value} of pairs."
    ),
)
def other_sites_hold_no_digits(joint: JointSites) -> Check:
    """The share of pairs in which patching all other sites makes a digit that of the other sum."""
    return all_of(
        at_most(
            OTHERS_AT_MOST,
            _by_digit(joint, joint.pooled_rates_of_others),
            "patching all sites but these changes each digit to that of the other sum in {bound} of pairs",
            n=_n_pairs(joint),
        )
    )


def _by_digit(joint: JointSites, rates: Float[ndarray, " route"]) -> dict[str, float]:
    """One rate for each digit; NaN where the model gets too few pairs right."""
    measured = routes_with_enough_pairs(joint)
    return {
        f"C{route.digit}": float(rates[number]) if number in measured else math.nan
        for number, route in enumerate(joint.routes)
    }


def _n_pairs(joint: JointSites) -> dict[str, int]:
    """The number of pairs for each digit."""
    return {f"C{route.digit}": int(n) for route, n in zip(joint.routes, joint.n_pairs.sum(axis=1), strict=True)}
