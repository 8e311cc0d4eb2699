"""The claims of the chapter on carries, and their criteria."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from report.content.claims.checks import Check, all_of, at_least, at_most, matches, not_applicable
from report.content.claims.claim import claim, published_claim
from report.content.formats import count, nats
from sumint.analyses.ablation.qkv_ablation_by_carry import MEANS, QkvAblationByCarry, qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import VERSIONS, Layer1Attention, layer_1_attention
from sumint.analyses.carrying.carry_counts import CarryCounts, carry_counts
from sumint.interventions.hooks import KINDS
from sumint.task.carries import SUBSETS

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
RISE_AT_MOST = 0.25
DISTANCE_AT_LEAST = 0.3

# Chosen after measuring the write-up's checkpoint, the bundled one and the null networks.
RISE_AT_LEAST = 0.5
WITHOUT_OVER_WITH = 0.1
GAIN_AT_LEAST = 0.05

PUBLISHED_COUNTS = {
    "any column": "826",
    "no column": "174",
    "C0": "515",
    "C1": "715",
    "C2": "689",
}
"""The numbers of sums printed in the write-up: with a carry, without one, and by column."""

N_COLUMNS = 3
"""The number of columns of a four-digit sum that a carry can come into."""

WITH, WITHOUT = range(len(SUBSETS))
OWN, WHOLE = (MEANS.index(mean) for mean in ("own", "whole"))


@claim(
    "published-carry-counts",
    (
        "In the write-up’s sample, its masks mark 826 sums as carrying and 174 as not carrying; by column they "
        "mark 515, 715 and 689."
    ),
    analysis=carry_counts,
    figure="carry-counts",
    kind="check",
    otherwise="The sample is not the write-up’s: its masks mark other numbers of sums.",
)
def masks_count_as_printed(counts: CarryCounts) -> Check:
    """The numbers of sums in the write-up's masks; no model enters."""
    if len(counts.published) != N_COLUMNS:
        return not_applicable("The write-up’s sample consists of sums of four digits.")
    found = {
        "any column": count(counts.published_carrying),
        "no column": count(counts.n_sums - counts.published_carrying),
        **{f"C{column}": count(int(number)) for column, number in enumerate(counts.published)},
    }
    text = "the masks, which depend on the sums and not on the model, mark {expected} sums"
    return all_of(matches(PUBLISHED_COUNTS, found, text))


@claim(
    "carry-keys",
    (
        "Mean-ablating the keys of any layer-1 head raises the loss of sums with a carry far more than that of "
        "sums without one, when each group is ablated with its own mean."
    ),
    analysis=qkv_ablation_by_carry,
    figure="qkv-ablation-by-carry",
    otherwise=(
        "Mean-ablating the keys of {case} does not separate sums with a carry from sums without: the loss rises "
        "by {value} {quantity}, where {bound} is required."
    ),
)
def keys_serve_carries(ablation: QkvAblationByCarry) -> Check:
    """The rise in loss without each head's keys, by the mean of the same sums, with a carry and without."""
    keys = _rises(ablation, OWN, "k")
    return all_of(
        at_least(
            RISE_AT_LEAST,
            _by_head(keys[WITH]),
            "the loss of sums with a carry rises by {bound}, whichever head of layer 1 loses its keys",
            label="with a carry",
            unit="nats",
        ),
        at_most(
            WITHOUT_OVER_WITH,
            _by_head(_without_over_with(keys)),
            "the loss of sums without a carry rises by {bound} of that, for every head",
            label="without a carry, as a share of the rise with one",
        ),
    )


@published_claim(
    "published-carry-keys",
    (
        "Mean-ablating the keys of any head of layer 1, or the values of H1.0, raises the loss of sums with a "
        "carry far more than that of sums without, when each of the two groups has its own mean."
    ),
    analysis=qkv_ablation_by_carry,
    figure="qkv-ablation-by-carry",
)
def published_parts_serve_carries(ablation: QkvAblationByCarry) -> Check:
    """The rise in loss without each head's keys and without H1.0's values, by both means."""
    own, whole = _rises_of_published_parts(ablation, OWN), _rises_of_published_parts(ablation, WHOLE)
    least_with = min(with_carry for with_carry, _ in own.values())
    return all_of(
        at_most(
            RISE_AT_MOST,
            {part: without for part, (_, without) in own.items()},
            "the loss of sums without a carry rises by {bound} for each part",
            label="without a carry",
            unit="nats",
        ),
        at_most(
            WITHOUT_OVER_WITH,
            {part: without / least_with if least_with else np.nan for part, (_, without) in own.items()},
            "that is {bound} of the least rise of the loss of sums with a carry",
            label="without a carry, as a share of the least rise with one",
        ),
        note=(
            "by the mean of the whole sample, the rises without a carry are "
            f"{nats(min(without for _, without in whole.values()))} to "
            f"{nats(max(without for _, without in whole.values()))}"
        ),
    )


@claim(
    "keys-without-a-carry",
    (
        "Mean-ablating the keys of some head of layer 1 raises the loss of sums without a carry, too, when the "
        "mean is that of the whole sample."
    ),
    analysis=qkv_ablation_by_carry,
    figure="qkv-ablation-by-carry",
    otherwise=(
        "Mean-ablating the keys of a head of layer 1, with the mean of the whole sample, raises the loss of sums "
        "without a carry by no more than {value}, that of {case}."
    ),
)
def keys_serve_sums_without_a_carry(ablation: QkvAblationByCarry) -> Check:
    """The rise in loss of sums without a carry, when the sample's mean replaces each head's keys."""
    return all_of(
        at_least(
            RISE_AT_MOST,
            _by_head(_rises(ablation, WHOLE, "k")[WITHOUT]),
            "for some head of layer 1, the loss of sums without a carry rises by {bound}",
            unit="nats",
            is_strict=True,
            of_some=True,
        )
    )


@claim(
    "carry-attention",
    (
        "At every position that predicts a digit with a carry-in, the mean attention pattern of some head of "
        "layer 1 differs between sums with that carry and sums without."
    ),
    analysis=layer_1_attention,
    figure="layer-1-attention",
    otherwise=(
        "At {case}, whose two patterns differ most there, the mean attention patterns with and without the carry "
        "differ by only {value}."
    ),
)
def attention_depends_on_the_carry(attention: Layer1Attention) -> Check:
    """The distance between the two mean patterns, at each digit for the head with the largest."""
    corrected = VERSIONS.index("corrected")
    distances = attention.distance[corrected, :-1]
    n_sums = attention.n_sums[corrected]
    return all_of(
        at_least(
            DISTANCE_AT_LEAST,
            {
                f"H1.{of_heads.argmax()} for C{column}": float(of_heads.max()) if n_sums[column].all() else np.nan
                for column, of_heads in enumerate(distances)
            },
            (
                "for every digit with a carry-in, the total variation distance between the two mean patterns of "
                "some head is {bound}"
            ),
            unit="",
        )
    )


@claim(
    "masks-blur",
    (
        "At every digit of which the write-up’s masks mislabel sums, the largest distance between layer 1’s mean "
        "attention patterns with and without a carry is clearly larger by the true carries than by the masks."
    ),
    analysis=layer_1_attention,
    figure="layer-1-attention",
    otherwise=(
        "At {case}, the largest distance between the mean attention patterns is not clearly larger by the true "
        "carries: the difference between it and that by the masks is {value}."
    ),
)
def mislabelled_sums_blur_the_difference(counts: CarryCounts, attention: Layer1Attention) -> Check:
    """The largest distance of the heads by the true carries less that by the published masks, at each digit."""
    mislabelled = np.flatnonzero(counts.mislabelled).tolist()
    if not mislabelled:
        return not_applicable("The write-up’s masks mislabel no sum of the sample.")
    largest = attention.distance.max(axis=-1)
    rise = largest[VERSIONS.index("corrected")] - largest[VERSIONS.index("published")]
    return all_of(
        at_least(
            GAIN_AT_LEAST,
            {
                f"C{column}": float(rise[column]) if attention.n_sums[:, column].all() else np.nan
                for column in mislabelled
            },
            (
                "the largest total variation distance by the true carries, less that by the masks, is {bound} at "
                "every digit of which the masks mislabel sums"
            ),
            unit="",
        )
    )


def _rises(ablation: QkvAblationByCarry, mean: int, kind: str) -> Float[np.ndarray, "subset head"]:
    """The rises in loss for layer 1's heads, by subset; NaN for a subset without sums."""
    rises = ablation.loss_rise[mean, :, KINDS.index(kind), 1]
    return np.where(ablation.n_sums[:, None] > 0, rises, np.nan)


def _rises_of_published_parts(ablation: QkvAblationByCarry, mean: int) -> Mapping[str, tuple[float, float]]:
    """The rises with a carry and without, for the parts that the write-up names: all keys and H1.0's values."""
    keys, values = _rises(ablation, mean, "k"), _rises(ablation, mean, "v")
    of_keys = {f"the keys of H1.{head}": rises for head, rises in enumerate(keys.T)}
    return {part: (float(with_carry), float(without)) for part, (with_carry, without) in of_keys.items()} | {
        "the values of H1.0": (float(values[WITH, 0]), float(values[WITHOUT, 0]))
    }


def _without_over_with(rises: Float[np.ndarray, "subset head"]) -> Float[np.ndarray, " head"]:
    """The rise without a carry as a share of that with one; NaN where there is no rise with a carry."""
    with_carry, without = rises[WITH], rises[WITHOUT]
    return np.divide(without, with_carry, out=np.full_like(without, np.nan), where=with_carry > 0)


def _by_head(values: Float[np.ndarray, " head"]) -> dict[str, float]:
    return {f"H1.{head}": float(value) for head, value in enumerate(values)}
