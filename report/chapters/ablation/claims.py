"""The claims of the chapter on ablation, and their criteria."""

from __future__ import annotations

import numpy as np

from report.content.claims import Claim, Finding, published_claim
from report.content.formats import decimals, joined, percent, significant
from sumint.analyses.ablation.head_ablation import HeadAblation, head_ablation
from sumint.analyses.ablation.qkv_ablation import QkvAblation, qkv_ablation
from sumint.interventions.hooks import KINDS
from sumint.lab import Lab

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
QUERY_RISE_AT_MOST = 0.01
QUERY_VARIANCE_AT_MOST = 0.02
CRITICAL_OVER_OTHERS = 2

PUBLISHED_ORDER = ((0, 2), (0, 1), (0, 0))
"""The heads that matter most, second most and least according to the write-up, as (layer, head)."""
PUBLISHED_DIGITS = {(0, 1): (2, 3), (0, 2): (1, 2, 3)}
"""The answer digits for which a head is especially critical according to the write-up."""


def ablation_claims(lab: Lab, heads: HeadAblation, ablation: QkvAblation) -> tuple[Claim, ...]:
    """Return every claim of the chapter."""
    return (*_head_claims(lab, heads), *_qkv_claims(lab, heads, ablation))


def _head_claims(lab: Lab, heads: HeadAblation) -> tuple[Claim, ...]:
    first, second = heads.ranking[:2]
    rises = {_name(head): float(heads.loss_rise[head]) for head in heads.ranking}
    two_largest = joined(f"{name} ({decimals(rise)} nats)" for name, rise in list(rises.items())[:2])

    def check_order() -> Finding:
        order = (*heads.ranking[:2], heads.ranking[-1])
        return Finding(
            ", ".join(f"{_name(head)} {decimals(rises[_name(head)])} nats" for head in order),
            order == PUBLISHED_ORDER,
            rises,
        )

    def check_digits() -> Finding:
        margins = {_name(head): _margin(heads, head, digits) for head, digits in PUBLISHED_DIGITS.items()}
        return Finding(
            joined(f"{decimals(margin, 1)} times for {name}" for name, margin in margins.items()),
            min(margins.values()) > CRITICAL_OVER_OTHERS,
            margins,
        )

    return (
        published_claim(
            lab,
            "critical-heads",
            "Replaced by their means, H0.2 and H0.1 are missed most, H0.0 least.",
            criterion="they are first, second and last in the order of the rises, with the mean in their place",
            source=head_ablation,
            check=check_order,
        ),
        Claim(
            "first-layer-first",
            "The two heads that matter most are in the first layer.",
            value=two_largest,
            criterion="both belong to layer 0",
            holds=first[0] == second[0] == 0,
            source=head_ablation,
            numbers=rises,
            otherwise="On these weights the two heads that matter most are not both in the first layer.",
        ),
        published_claim(
            lab,
            "critical-by-digit",
            "Replaced by its mean, H0.1 is critical for the digits C2 and C3, H0.2 for C1, C2 and C3.",
            criterion=f"the least rise there is over {CRITICAL_OVER_OTHERS} times the greatest elsewhere",
            source=head_ablation,
            check=check_digits,
        ),
    )


def _qkv_claims(lab: Lab, heads: HeadAblation, ablation: QkvAblation) -> tuple[Claim, ...]:
    query_rise = float(ablation.loss_rise[KINDS.index("q"), 0].max())
    query_variance = float(ablation.query_variance_share[0].max())
    by_rise = np.argsort(-ablation.loss_rise, axis=None, kind="stable")
    largest = [tuple(map(int, np.unravel_index(i, ablation.loss_rise.shape))) for i in by_rise[:2]]
    heads_of_values = {(layer, head) for kind, layer, head in largest if KINDS[kind] == "v"}
    rises = {
        f"{KINDS[kind].upper()} of {_name((layer, head))}": float(ablation.loss_rise[kind, layer, head])
        for kind, layer, head in largest
    }
    listed = joined(f"{part} ({decimals(rise)} nats)" for part, rise in rises.items())
    return (
        Claim(
            "constant-queries",
            "The first layer's queries do not depend on the digits.",
            value=(
                f"replacing them costs at most {significant(query_rise, 2)} nats; variance is at most "
                f"{percent(query_variance, 2)} of their second moment"
            ),
            criterion=f"at most {QUERY_RISE_AT_MOST} nats, and {percent(QUERY_VARIANCE_AT_MOST, 0)}",
            holds=query_rise <= QUERY_RISE_AT_MOST and query_variance <= QUERY_VARIANCE_AT_MOST,
            source=qkv_ablation,
            numbers={"largest_rise": query_rise, "largest_variance_share": query_variance},
            otherwise="On these weights some query of the first layer depends on the digits, and it matters.",
        ),
        Claim(
            "critical-values",
            "What the two most important heads are needed for is their values.",
            value=f"the two largest rises are those of {listed}",
            criterion="they are those of the values of the two heads that matter most",
            holds=heads_of_values == set(heads.ranking[:2]),
            source=qkv_ablation,
            numbers=rises,
            otherwise="On these weights the two largest rises are not those of these heads' values.",
        ),
        published_claim(
            lab,
            "published-critical-values",
            "No other part is needed as much as the values of H0.1 and H0.2.",
            criterion="their rises are the two largest",
            source=qkv_ablation,
            check=lambda: Finding(
                f"the two largest are those of {listed}", heads_of_values == {(0, 1), (0, 2)}, rises
            ),
        ),
    )


def _margin(heads: HeadAblation, head: tuple[int, int], digits: tuple[int, ...]) -> float:
    """Return the smallest rise in loss at the given digits, divided by the largest at the others."""
    rises = heads.loss_rise_by_digit[head]
    return float(rises[list(digits)].min() / np.delete(rises, digits).max())


def _name(head: tuple[int, int]) -> str:
    return f"H{head[0]}.{head[1]}"
