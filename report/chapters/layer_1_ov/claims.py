"""The claims of the chapter on OV circuits, and their criteria."""

from __future__ import annotations

import numpy as np

from report.content.claims import Claim, Finding, published_claim
from report.content.formats import decimals, joined, percent, scientific
from sumint.analyses.weights.ov_circuits import OvCircuits, ov_circuits
from sumint.lab import Lab

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
AGREEMENT_AT_LEAST = 0.99
BY_SIZE_AT_LEAST = 0.93
BLIND_AT_MOST = 1e-6

AGREEMENT = f"a resultant length of at least {AGREEMENT_AT_LEAST} with every head of the second layer"
BY_SIZE = (
    f"how many digits of a pair are 5 or more explains at least {percent(BY_SIZE_AT_LEAST, 0)} of the variance of "
    "the pairs’ first frequency, with every head of the second layer"
)


def ov_claims(lab: Lab, circuits: OvCircuits) -> tuple[Claim, ...]:
    """Return every claim of the chapter."""
    return (*_general_claims(circuits), *_published_claims(lab, circuits))


def _general_claims(circuits: OvCircuits) -> tuple[Claim, ...]:
    # Each is indexed by the layer-0 head and is the smallest value over the layer-1 heads.
    agreement = circuits.agreement.min(axis=1)
    common = circuits.common_to_own.min(axis=1)
    by_size = circuits.share_by_large_digits.min(axis=1)
    by_modular_sum = float(circuits.share_by_modular_sum.max())
    return (
        Claim(
            "one-direction",
            "Through one of the first layer’s heads, all pairs of digits point in nearly the same direction.",
            value=(
                f"the length is at least {decimals(agreement.max(), 3)} through H0.{agreement.argmax()}, where "
                f"the mean of the digits is {decimals(common[agreement.argmax()], 1)} times as long as what a "
                "digit adds"
            ),
            criterion=f"{AGREEMENT}, through some head of the first layer",
            holds=bool(agreement.max() >= AGREEMENT_AT_LEAST),
            source=ov_circuits,
            numbers=_by_head(agreement),
            otherwise="On these weights the pairs’ directions differ more, whichever head is taken.",
        ),
        Claim(
            "digits-by-size",
            "One of the first layer’s heads tells the digits below five from the others.",
            value=f"the share is at least {percent(by_size.max())} through H0.{by_size.argmax()}",
            criterion=f"{BY_SIZE}, through some head of the first layer",
            holds=bool(by_size.max() >= BY_SIZE_AT_LEAST),
            source=ov_circuits,
            numbers=_by_head(by_size),
            otherwise="On these weights no head of the first layer divides the digits so clearly.",
        ),
        Claim(
            "ov-is-blind",
            "What two heads make of a sum of two embeddings shows nothing of addition modulo ten.",
            value=f"$i + j$ modulo ten explains at most {scientific(by_modular_sum)} of the logits’ variance",
            criterion=f"at most {scientific(BLIND_AT_MOST, 0)}, through every pair of heads: rounding",
            holds=by_modular_sum <= BLIND_AT_MOST,
            source=ov_circuits,
            numbers={"largest_share": by_modular_sum},
            otherwise="More than rounding is left, which no matrix can give: the measurement is wrong.",
        ),
    )


def _published_claims(lab: Lab, circuits: OvCircuits) -> tuple[Claim, ...]:
    def check_one_direction() -> Finding:
        lengths = circuits.agreement[0]
        least = lengths.min()
        return Finding(f"at least {decimals(least, 3)}", bool(least >= AGREEMENT_AT_LEAST), _by_pair(0, lengths))

    def check_clusters() -> Finding:
        shares = circuits.share_by_large_digits[1]
        least = shares.min()
        return Finding(f"at least {percent(least)}", bool(least >= BY_SIZE_AT_LEAST), _by_pair(1, shares))

    def check_richest() -> Finding:
        means = circuits.agreement.mean(axis=1)
        listed = joined(f"{decimals(mean, 3)} through H0.{head}" for head, mean in enumerate(means))
        return Finding(listed, bool(means.argmin() == 2), _by_head(means))

    return (
        published_claim(
            lab,
            "published-one-direction",
            "Through H0.0, whatever the head of the second layer, all pairs point in similar directions.",
            criterion=AGREEMENT,
            source=ov_circuits,
            check=check_one_direction,
        ),
        published_claim(
            lab,
            "published-clusters",
            "Through H0.1 there are three clusters: both digits below five, one of them, neither.",
            criterion=BY_SIZE,
            source=ov_circuits,
            check=check_clusters,
        ),
        published_claim(
            lab,
            "published-richest",
            "Through H0.2 the pairs point in more different directions than through H0.0 and H0.1.",
            criterion="the resultant length, a mean over the second layer’s heads, is the least of the three",
            source=ov_circuits,
            check=check_richest,
        ),
    )


def _by_head(values: np.ndarray) -> dict[str, float]:
    return {f"H0.{head}": float(value) for head, value in enumerate(values)}


def _by_pair(first: int, values: np.ndarray) -> dict[str, float]:
    return {f"H0.{first} to H1.{second}": float(value) for second, value in enumerate(values)}
