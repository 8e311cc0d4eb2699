"""Positions alone: how well the mean query and the mean keys give the mean attention."""

from __future__ import annotations

from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims import Claim
from report.content.formats import decimals
from report.figures import charts
from sumint.analyses.weights.qk_circuits import QkCircuits, qk_circuits

# Criterion, chosen after measuring the write-up's checkpoint: a regression check, not a prediction.
CORRECTED_DISTANCE_AT_MOST = 0.02

MEASURED = "measured"


def positional_attention_figure(circuits: QkCircuits) -> Figure:
    """Return the attention of the mean query without the digits: as published, corrected and measured."""
    names = circuits.layout.position_names[:-1]
    published, corrected = (
        decimals(distance.mean(), 3) for distance in (circuits.published_distance, circuits.corrected_distance)
    )
    versions = {
        PUBLISHED: circuits.published_positional,
        CORRECTED: circuits.corrected_positional,
        MEASURED: circuits.measured,
    }
    return Figure(
        "qk-position",
        "Attention that ignores the digits",
        {
            (f"H0.{head}", version): charts.heatmap(
                patterns[head],
                x=names,
                y=names,
                x_title="looks at",
                y_title="from",
                quantity="attention",
                diverging=False,
                square=True,
                limits=(0, 1),
            )
            for head in range(len(circuits.measured))
            for version, patterns in versions.items()
        },
        caption=(
            "Attention of the mean query, as published from positions and signs, corrected from the mean keys; "
            f"and the measured mean. Their mean distance in total variation from the measured is {published} and "
            f"{corrected}."
        ),
        alt="A heatmap of positions by positions, empty above the diagonal.",
        source=qk_circuits,
        control=("Head", "Attention"),
        height=500,
        width=560,
    )


def mean_keys_claim(circuits: QkCircuits) -> Claim:
    """Return the claim that the mean query and the mean keys give the mean attention."""
    published, corrected = circuits.published_distance.mean(), circuits.corrected_distance.mean()
    return Claim(
        "mean-keys-explain",
        "The mean query and the mean keys give the mean attention, and better than as published.",
        value=(
            f"the distance in total variation is {decimals(corrected, 3)} on average, and as published "
            f"{decimals(published, 3)}"
        ),
        criterion=f"at most {CORRECTED_DISTANCE_AT_MOST}, and less than as published",
        holds=bool(corrected <= CORRECTED_DISTANCE_AT_MOST and corrected < published),
        source=qk_circuits,
        numbers={"corrected": float(corrected), "published": float(published)},
        otherwise="On these weights means do not explain the attention so well.",
    )
