"""The claims of the chapter on ablation, and their criteria."""

from __future__ import annotations

import numpy as np

from report.content.claims.checks import Check, all_of, at_least, at_most, matches, not_applicable
from report.content.claims.claim import claim, published_claim
from report.content.formats import joined, nats
from sumint.analyses.ablation.head_ablation import HeadAblation, head_ablation
from sumint.analyses.ablation.qkv_ablation import QkvAblation, qkv_ablation
from sumint.interventions.hooks import KINDS

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
QUERY_RISE_AT_MOST = 0.01
QUERY_VARIANCE_AT_MOST = 0.02
CRITICAL_OVER_OTHERS = 2

# Chosen after measuring the write-up's checkpoint, the bundled one and the null networks.
CRITICAL_AT_LEAST = 1
"""In nats; a head, or its values, are not critical if mean ablation raises the loss by less."""

PUBLISHED_ORDER = ((0, 2), (0, 1), (0, 0))
"""The heads that matter most, second most and least according to the write-up, as (layer, head)."""
PUBLISHED_DIGITS = {(0, 1): (2, 3), (0, 2): (1, 2, 3)}
"""The answer digits for which a head is especially critical according to the write-up."""


@published_claim(
    "critical-heads",
    "Mean-ablating H0.2 raises the loss most, H0.1 second most and H0.0 least.",
    analysis=head_ablation,
    figure="head-ablation",
)
def critical_heads_of_the_write_up(heads: HeadAblation) -> Check:
    """The heads whose mean ablation raises the loss most, second most and least."""
    ranks = ("most", "second most", "least")
    order = (*heads.ranking[:2], heads.ranking[-1])
    return all_of(
        matches(
            dict(zip(ranks, map(_name, PUBLISHED_ORDER), strict=True)),
            dict(zip(ranks, map(_name, order), strict=True)),
            "the heads whose mean ablation raises the loss most, second most and least are {expected}",
        ),
        note=f"rises of the loss: {_listed(heads)}",
    )


@claim(
    "first-layer-first",
    "The two heads whose mean ablation raises the loss most are in layer 0.",
    analysis=head_ablation,
    figure="head-ablation",
    otherwise=(
        "Mean ablation does not single out two heads of layer 0: the {quantity} is {value} for {case}, where "
        "{bound} is required."
    ),
)
def two_most_critical_heads_are_in_layer_0(heads: HeadAblation) -> Check:
    """How far the two largest rises in loss of layer 0 exceed the largest of layer 1, and these rises."""
    first_layer = [head for head in heads.ranking if head[0] == 0][:2]
    if len(first_layer) < 2:
        return not_applicable("Each layer of this checkpoint has a single head.")
    rises = {_name(head): float(heads.loss_rise[head]) for head in first_layer}
    of_layer_1 = float(heads.loss_rise[1].max())
    return all_of(
        at_least(
            0,
            {f"{name} over layer 1": rise - of_layer_1 for name, rise in rises.items()},
            "mean-ablating either of two heads of layer 0 raises the loss by {bound} beyond the largest rise of "
            "layer 1",
            label="difference",
            unit="nats",
            is_strict=True,
        ),
        at_least(
            CRITICAL_AT_LEAST,
            rises,
            "each of the two raises it by {bound}",
            label="rise of the loss",
            unit="nats",
        ),
        note=f"rises of the loss: {_listed(heads)}",
    )


@published_claim(
    "critical-by-digit",
    "Mean-ablating H0.1 raises the loss more than twice as much at the digits C2 and C3 as at any other, "
    "mean-ablating H0.2 at C1, C2 and C3.",
    analysis=head_ablation,
    figure="head-ablation-by-digit",
)
def critical_digits_of_the_write_up(heads: HeadAblation) -> Check:
    """For each head, the smallest rise in loss at its critical digits over the largest at the others."""
    ratios = {_name(head): _margin(heads, head, digits) for head, digits in PUBLISHED_DIGITS.items()}
    text = "the least rise at these digits over the largest at the others is {bound}"
    return all_of(at_least(CRITICAL_OVER_OTHERS, ratios, text, unit="", is_strict=True))


@claim(
    "constant-queries",
    "The queries of layer 0 hardly vary over sums, and mean-ablating them hardly raises the loss.",
    analysis=qkv_ablation,
    figure="qkv-ablation",
    otherwise=(
        "For {case}, the {quantity} is {value}, where {bound} is required for queries that do not depend on the "
        "sum."
    ),
)
def queries_of_layer_0_are_constant(ablation: QkvAblation) -> Check:
    """The rise in loss when the queries of each layer-0 head are mean-ablated, and their share of variance."""
    rises, shares = ablation.loss_rise[KINDS.index("q"), 0], ablation.query_variance_share[0]
    return all_of(
        at_most(
            QUERY_RISE_AT_MOST,
            {f"the queries of {_name((0, head))}": float(rise) for head, rise in enumerate(rises)},
            "mean-ablating the queries of any layer-0 head raises the loss by {bound}",
            label="rise of the loss",
            unit="nats",
        ),
        at_most(
            QUERY_VARIANCE_AT_MOST,
            {f"the queries of {_name((0, head))}": float(share) for head, share in enumerate(shares)},
            "{bound} of their second moment is variance over the sample",
            label="share of variance",
        ),
    )


@claim(
    "critical-values",
    "Mean-ablating the values of either of the two most important heads raises the loss more than mean-ablating "
    "any other head’s queries, keys or values.",
    analysis=qkv_ablation,
    figure="qkv-ablation",
    otherwise=("For {case}, the {quantity} is {value}, where {bound} is required for the values to matter most."),
)
def values_of_the_critical_heads_are_critical(heads: HeadAblation, ablation: QkvAblation) -> Check:
    """How far the rises without the values of the two most critical heads exceed all others, and these rises."""
    whose = "of each of the two most important heads, those whose mean ablation raises the loss most,"
    return _values_stand_out(ablation, tuple(heads.ranking[:2]), whose)


@published_claim(
    "published-critical-values",
    "Of all heads’ queries, keys and values, mean-ablating the values of H0.1 and of H0.2 raises the loss most.",
    analysis=qkv_ablation,
    figure="qkv-ablation",
)
def critical_values_of_the_write_up(ablation: QkvAblation) -> Check:
    """How far the rises in loss without the values of H0.1 and H0.2 exceed all others, and these rises."""
    return _values_stand_out(ablation, ((0, 1), (0, 2)), "of H0.1 and those of H0.2 each")


def _values_stand_out(ablation: QkvAblation, heads: tuple[tuple[int, int], ...], whose: str) -> Check:
    """The check that no other part of a head is needed as much as the values of these heads."""
    rises = {
        (KINDS[kind], (layer, head)): float(ablation.loss_rise[kind, layer, head])
        for kind, layer, head in np.ndindex(ablation.loss_rise.shape)
    }
    of_values = {f"the values of {_name(head)}": rises.pop(("v", head)) for head in heads}
    largest_other = max(rises, key=lambda part: rises[part])
    return all_of(
        at_least(
            0,
            {name: rise - rises[largest_other] for name, rise in of_values.items()},
            f"mean-ablating the values {whose} raises the loss by {{bound}} beyond the largest rise from "
            "mean-ablating any other queries, keys or values",
            label="difference",
            unit="nats",
            is_strict=True,
        ),
        at_least(CRITICAL_AT_LEAST, of_values, "each raises it by {bound}", label="rise of the loss", unit="nats"),
        note=f"the largest other rise: {nats(rises[largest_other])} ({_part(*largest_other)})",
    )


def _margin(heads: HeadAblation, head: tuple[int, int], digits: tuple[int, ...]) -> float:
    """Return the smallest rise in loss at the given digits, divided by the largest at the others."""
    rises = heads.loss_rise_by_digit[head]
    return float(rises[list(digits)].min() / np.delete(rises, digits).max())


def _listed(heads: HeadAblation) -> str:
    """Return the rise in loss of every head, the largest first."""
    return joined(f"{nats(float(heads.loss_rise[head]))} ({_name(head)})" for head in heads.ranking)


def _name(head: tuple[int, int]) -> str:
    return f"H{head[0]}.{head[1]}"


def _part(kind: str, head: tuple[int, int]) -> str:
    return f"{kind.upper()} of {_name(head)}"
