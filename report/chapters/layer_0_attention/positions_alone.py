"""Positions alone: how well the mean query and the mean keys give the mean attention."""

from __future__ import annotations

import numpy as np

from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import decimals
from report.figures import charts
from sumint.analyses.weights.qk_circuits import QkCircuits, qk_circuits

# Criteria, chosen after measuring the write-up's checkpoint, the bundled one and the null networks.
FROM_UNIFORM_AT_LEAST = 0.2
RELATIVE_DISTANCE_AT_MOST = 0.05

MEASURED = "measured"


def positional_attention_figure(circuits: QkCircuits) -> Figure:
    """Return the attention of the mean query without the digits: corrected, measured, and as published."""
    names = circuits.layout.position_names[:-1]
    published, corrected = (
        decimals(distance.mean(), 3) for distance in (circuits.published_distance, circuits.corrected_distance)
    )
    versions = {
        CORRECTED: circuits.corrected_positional,
        MEASURED: circuits.measured,
        PUBLISHED: circuits.published_positional,
    }
    return Figure(
        "qk-position",
        "Attention from positions alone",
        {
            (f"H0.{head}", version): charts.heatmap(
                patterns[head],
                x=names,
                y=names,
                x_title="to position",
                y_title="from position",
                quantity="attention",
                is_share=True,
                diverging=False,
                square=True,
                limits=(0, 1),
            )
            for head in range(len(circuits.measured))
            for version, patterns in versions.items()
        },
        caption=(
            "Attention between positions: of the mean query to the mean keys; as measured, on average; and as "
            "published, from positions and signs alone. Distance from the measured in total variation: "
            f"{corrected} corrected, {published} as published."
        ),
        alt="A heatmap of positions by positions, empty above the diagonal.",
        source=qk_circuits,
        control=("Head", "Attention"),
        height=500,
        width=560,
    )


@claim(
    "mean-keys-explain",
    "The mean attention of each layer-0 head is far from uniform and follows from the head’s mean query and "
    "mean keys, more exactly than from the embeddings of positions and of + and =, which the write-up uses.",
    analysis=qk_circuits,
    figure="qk-position",
    otherwise=(
        "For {case}, the {quantity} is {value}, where {bound} is required for mean queries and mean keys to "
        "explain the mean attention of layer 0."
    ),
)
def mean_keys_explain_the_attention(circuits: QkCircuits) -> Check:
    """Each head's distance from uniform attention, and the relative distance of the attention from means.

    Anything explains attention that is nearly uniform, so the distance from the means' attention is not enough.
    """
    by_distance = (circuits.corrected_distance, circuits.published_distance, circuits.uniform_distance)
    corrected, published, uniform = (distance.mean(axis=1) for distance in by_distance)
    return all_of(
        at_least(
            FROM_UNIFORM_AT_LEAST,
            _by_head(uniform),
            "the distance in total variation between each layer-0 head’s mean attention and uniform attention, "
            "on average over the queries, is {bound}",
            label="distance from uniform",
        ),
        at_most(
            RELATIVE_DISTANCE_AT_MOST,
            _by_head(corrected / uniform),
            "the distance between it and the attention of the mean query to the mean keys is {bound} of that",
            label="relative distance",
        ),
        at_least(
            0,
            _by_head((published - corrected) / uniform),
            "with the write-up’s embeddings it is larger, by {bound}",
            label="excess of the published distance",
            is_strict=True,
        ),
        note=(
            f"the distance is {decimals(corrected.mean(), 3)}, and as published {decimals(published.mean(), 3)}, "
            "on average"
        ),
    )


def _by_head(values: np.ndarray) -> dict[str, float]:
    return {f"H0.{head}": float(value) for head, value in enumerate(values)}
