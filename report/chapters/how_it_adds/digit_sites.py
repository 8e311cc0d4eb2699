"""Section "Where the two digits are": activation patching of the sites that hold a column's two digits.

The two sums of a pair differ in the two digits of one column and in no carry.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import math

from jaxtyping import Float
from numpy import ndarray

from report.chapters.joint_sites_table import FORMATS, METHOD, joint_sites_columns, routes_with_enough_pairs
from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import joined
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
            "Sites that hold each column’s digits, found with pairs that differ in these and in no carry, and "
            f"the answers that change when they are patched. {METHOD}"
        ),
        source=joint_sites,
        formats=FORMATS,
    )


@claim(
    "digits-in-few-sites",
    (
        "A few layer-0 sites hold what each digit of the answer needs of its own column: patching them alone "
        "makes the digit that of the other sum."
    ),
    analysis=joint_sites,
    figure="digit-sites",
    otherwise="Patching a few layer-0 sites makes {case} that of the other sum in only {value} of the pairs.",
)
def few_sites_hold_the_digits(joint: JointSites) -> Check:
    """The share of pairs in which patching the chosen sites together makes a digit that of the other sum."""
    n_sites = joined(f"{len(joint.sites(number))} for C{route.digit}" for number, route in enumerate(joint.routes))
    return all_of(
        at_least(
            TOGETHER_AT_LEAST,
            _by_digit(joint, joint.pooled_rates),
            f"patching at most {MOST} sites together makes {{bound}} of each digit that of the other sum",
            n=_n_pairs(joint),
        ),
        note=f"by so many sites: {n_sites}",
    )


@claim(
    "digits-nowhere-else",
    (
        "The other layer-0 sites hold next to nothing of what a digit needs of its own column: patching all of "
        "them at once rarely makes the digit that of the other sum."
    ),
    analysis=joint_sites,
    figure="digit-sites",
    otherwise=(
        "Patching all other layer-0 sites at once makes {case} that of the other sum in {value} of the pairs."
    ),
)
def other_sites_hold_no_digits(joint: JointSites) -> Check:
    """The share of pairs in which patching all other sites makes a digit that of the other sum."""
    return all_of(
        at_most(
            OTHERS_AT_MOST,
            _by_digit(joint, joint.pooled_rates_of_others),
            "patching all sites but these makes {bound} of each digit that of the other sum",
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
