"""The claims of the chapter on carries, and their criteria."""

from __future__ import annotations

import numpy as np

from report.content.claims import Claim, Finding, published_claim
from report.content.formats import count, decimals, joined, nats
from sumint.analyses.ablation.qkv_ablation_by_carry import (
    MEANS,
    SUBSETS,
    QkvAblationByCarry,
    qkv_ablation_by_carry,
)
from sumint.analyses.attention.layer_1_attention import VERSIONS, Layer1Attention, layer_1_attention
from sumint.analyses.carrying.carry_counts import CarryCounts, carry_counts
from sumint.interventions.hooks import KINDS
from sumint.lab import Lab

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
RISE_AT_MOST = 0.25
WITH_OVER_WITHOUT = 10
DISTANCE_AT_LEAST = 0.3

PUBLISHED_COUNTS = (826, 174, 515, 715, 689)
"""The numbers of sums printed in the write-up: with any carry, with none, and at its positions 0, 1 and 2."""


def carry_claims(
    lab: Lab, counts: CarryCounts, ablation: QkvAblationByCarry, attention: Layer1Attention
) -> tuple[Claim, ...]:
    """Return every claim of the chapter."""
    return (
        _published_counts(lab, counts),
        *_key_claims(lab, ablation),
        _carry_attention(attention),
        _masks_blur(counts, attention),
    )


def _published_counts(lab: Lab, counts: CarryCounts) -> Claim:
    any_carry, none, *by_column = map(count, PUBLISHED_COUNTS)

    def check() -> Finding:
        measured = (
            counts.published_carrying,
            counts.n_sums - counts.published_carrying,
            *map(int, counts.published),
        )
        return Finding(joined(map(count, measured)), measured == PUBLISHED_COUNTS)

    return published_claim(
        lab,
        "published-carry-counts",
        f"The published masks mark {any_carry} sums as carrying and {none} as not; by column {joined(by_column)}.",
        criterion="the masks, as published, count just as many",
        source=carry_counts,
        check=check,
    )


def _key_claims(lab: Lab, ablation: QkvAblationByCarry) -> tuple[Claim, ...]:
    keys = ablation.loss_rise[:, :, KINDS.index("k"), 1]
    values = ablation.loss_rise[:, :, KINDS.index("v"), 1]
    (own_with, own_without), (_, whole_without) = keys
    is_measured = bool(ablation.n_sums.all())
    criterion = (
        f"at most {RISE_AT_MOST} nats each without a carry; at least {WITH_OVER_WITHOUT} times as much with one"
    )

    def check_published() -> Finding:
        own, whole = MEANS.index("own"), MEANS.index("whole")
        of_value = {mean: float(values[mean, SUBSETS.index("without a carry"), 0]) for mean in (own, whole)}
        return Finding(
            f"without a carry the keys cost at most {nats(own_without.max(), 2)}, the values of H1.0 "
            f"{nats(of_value[own], 2)}; by the mean of the whole sample it is {nats(whole_without.max())} and "
            f"{nats(of_value[whole])}",
            _costs_with_a_carry_only(
                np.append(own_with, values[own, 0, 0]), np.append(own_without, of_value[own])
            ),
            {
                **_by_head("own mean, keys, with a carry", own_with),
                **_by_head("own mean, keys, without a carry", own_without),
                **_by_head("whole mean, keys, without a carry", whole_without),
                "own mean, values of H1.0, with a carry": float(values[own, 0, 0]),
                "own mean, values of H1.0, without a carry": of_value[own],
                "whole mean, values of H1.0, without a carry": of_value[whole],
            },
        )

    return (
        Claim(
            "carry-keys",
            (
                "Replaced by the mean of like sums, the second layer’s keys are missed where a sum carries, and "
                "far less where it does not."
            ),
            value=_only_if(
                is_measured,
                f"the rises are {_listed(own_with)} with a carry, {_listed(own_without)} without (nats)",
            ),
            criterion=criterion,
            holds=_costs_with_a_carry_only(own_with, own_without) if is_measured else None,
            source=qkv_ablation_by_carry,
            numbers={**_by_head("with a carry", own_with), **_by_head("without a carry", own_without)},
            otherwise="On these weights the sums with a carry and those without are not so far apart.",
        ),
        published_claim(
            lab,
            "published-carry-keys",
            "Replacing the second layer’s keys, or H1.0’s values, costs far less without a carry than with one.",
            criterion=f"{criterion}, all by the mean of the same sums",
            source=qkv_ablation_by_carry,
            check=check_published,
        ),
        Claim(
            "keys-without-a-carry",
            "Sums without a carry, too, miss the second layer’s keys if the mean of all sums replaces them.",
            value=_only_if(is_measured, f"the rises without a carry are {_listed(whole_without)} (nats)"),
            criterion=f"the largest is over {RISE_AT_MOST} nats",
            holds=bool(whole_without.max() > RISE_AT_MOST) if is_measured else None,
            source=qkv_ablation_by_carry,
            numbers=_by_head("without a carry", whole_without),
            otherwise="On these weights no head of the second layer is much missed so.",
        ),
    )


def _costs_with_a_carry_only(with_carry: np.ndarray, without: np.ndarray) -> bool:
    """Return whether a replacement raises the loss of sums with a carry, and hardly that of the others."""
    return bool(without.max() <= RISE_AT_MOST and with_carry.min() >= WITH_OVER_WITHOUT * without.max())


def _carry_attention(attention: Layer1Attention) -> Claim:
    distances = attention.distance[VERSIONS.index("corrected"), :-1]
    is_measured = bool(attention.n_sums[VERSIONS.index("corrected"), :-1].all())
    largest = joined(
        f"{decimals(of_heads.max())} for C{column} (H1.{of_heads.argmax()})"
        for column, of_heads in enumerate(distances)
    )
    return Claim(
        "carry-attention",
        "Before each digit into which something can be carried, some head looks elsewhere if it is.",
        value=_only_if(is_measured, f"the largest distances between the two mean patterns are {largest}"),
        criterion=f"a total variation distance of at least {DISTANCE_AT_LEAST}, for some head before each",
        holds=bool((distances.max(axis=1) >= DISTANCE_AT_LEAST).all()) if is_measured else None,
        source=layer_1_attention,
        numbers={
            f"C{column}, H1.{head}": float(distance) for (column, head), distance in np.ndenumerate(distances)
        },
        otherwise="On these weights the mean patterns are nearer to one another before some digit.",
    )


def _masks_blur(counts: CarryCounts, attention: Layer1Attention) -> Claim:
    largest = attention.distance.max(axis=-1)
    mislabelled = [
        column for column, number in enumerate(counts.mislabelled) if number and attention.n_sums[:, column].all()
    ]
    published, corrected = largest[:, mislabelled]
    listed = joined(
        f"{decimals(before)} becomes {decimals(after)} for C{column}"
        for column, before, after in zip(mislabelled, published, corrected, strict=True)
    )
    return Claim(
        "masks-blur",
        "The sums that the published masks mislabel blur the difference: by the true carries it is larger.",
        value=_only_if(mislabelled, f"the largest distance {listed}"),
        criterion="at every digit of which the masks mislabel some sums, the largest distance of the heads grows",
        holds=bool((corrected > published).all()) if mislabelled else None,
        source=layer_1_attention,
        numbers={
            f"C{column}, {version}": float(largest[index, column])
            for index, version in enumerate(VERSIONS)
            for column in mislabelled
        },
        otherwise="On these weights it is not larger at every such digit.",
    )


def _only_if(condition: object, text: str) -> str:
    """Return the text about a measurement, or no text where there was nothing to measure."""
    return text if condition else ""


def _listed(rises: np.ndarray) -> str:
    return joined(decimals(rise) for rise in rises)


def _by_head(label: str, values: np.ndarray) -> dict[str, float]:
    return {f"{label}, H1.{head}": float(value) for head, value in enumerate(values)}
