"""The same without Fourier: the singular value decomposition of the unembedding, and the plane of the digits."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import decimals, degrees, joined, percent, significant
from report.figures import charts
from sumint.analyses.weights.unembedding_svd import UnembeddingSvd, unembedding_svd
from sumint.lab import Lab
from sumint.task.sums import DIGITS

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
TWO_DIRECTIONS_AT_LEAST = 0.97
THIRD_TO_SECOND_AT_MOST = 0.25
EVEN_STEP = 36
"""The angle between consecutive digits, in degrees, if ten digits are spaced evenly on a circle."""
STEP_WITHIN = 0.35


def svd_figures(svd: UnembeddingSvd) -> tuple[Figure, ...]:
    """Return the figures of the singular values, of the first two directions and of the digits in their plane."""
    dimensions = tuple(range(len(svd.directions)))
    return (
        Figure(
            "singular-values",
            "Singular values",
            charts.bars(
                tuple(range(len(svd.singular_values))),
                {"singular value": svd.singular_values},
                x_title="direction",
                y_title="singular value",
            ),
            caption=(
                f"The first two directions hold {percent(svd.two_direction_share)} of the squared norm; the third "
                f"singular value is {significant(svd.third_to_second, 2)} of the second."
            ),
            alt=f"{len(svd.singular_values)} bars, the singular values from the largest to the smallest.",
            source=unembedding_svd,
            height=300,
            width=560,
        ),
        Figure(
            "principal-directions",
            "The first two directions",
            charts.lines(
                dimensions,
                {"first": svd.directions[:, 0], "second": svd.directions[:, 1]},
                x_title="dimension of the residual stream",
                y_title="coordinate",
            ),
            caption="The two left singular vectors that hold most of the matrix, coordinate by coordinate.",
            alt="Two lines over the dimensions of the residual stream, one for each direction.",
            source=unembedding_svd,
            height=320,
        ),
        Figure(
            "digits-in-the-plane",
            "The digits in the plane of the first two directions",
            charts.scatter(
                svd.digits[:, 0],
                svd.digits[:, 1],
                DIGITS,
                x_title="first direction",
                y_title="second direction",
                closed=True,
            ),
            caption="The ten columns of $W_U$, projected; the line joins each digit to the next.",
            alt="Ten points, one for each digit, with a closed line from each to the next.",
            source=unembedding_svd,
            height=500,
            width=540,
        ),
    )


def svd_claims(lab: Lab, svd: UnembeddingSvd) -> tuple[Claim, ...]:
    """Return the claims on the first two directions and on the digits in their plane."""
    steps, radii = svd.steps, svd.radii
    return (
        Claim(
            "two-singular-values",
            "The matrix has two directions.",
            value=(
                f"two hold {percent(svd.two_direction_share)} of the squared norm; the third singular value is "
                f"{significant(svd.third_to_second, 3)} of the second"
            ),
            criterion=f"at least {percent(TWO_DIRECTIONS_AT_LEAST, 0)}, and at most {THIRD_TO_SECOND_AT_MOST}",
            holds=svd.two_direction_share >= TWO_DIRECTIONS_AT_LEAST
            and svd.third_to_second <= THIRD_TO_SECOND_AT_MOST,
            source=unembedding_svd,
            numbers={"two_direction_share": svd.two_direction_share, "third_to_second": svd.third_to_second},
            otherwise="On these weights the digits need more than a plane.",
        ),
        Claim(
            "digits-on-a-circle",
            "The digits lie in their order round a circle.",
            value=(
                f"from each digit to the next it is {degrees(steps.min())} to {degrees(steps.max())}; the digits "
                f"lie {decimals(radii.min())} to {decimals(radii.max())} times as far out as their mean"
            ),
            criterion=f"once round, each step {EVEN_STEP}° ± {percent(STEP_WITHIN, 0)}, each distance likewise",
            holds=svd.goes_round_once
            and bool((np.abs(steps / EVEN_STEP - 1) <= STEP_WITHIN).all())
            and bool((np.abs(radii - 1) <= STEP_WITHIN).all()),
            source=unembedding_svd,
            numbers={
                "least_step": float(steps.min()),
                "greatest_step": float(steps.max()),
                "least_radius": float(radii.min()),
                "greatest_radius": float(radii.max()),
            },
            otherwise="On these weights the plane of the first two directions shows no such circle.",
        ),
        published_claim(
            lab,
            "published-directions",
            "The first direction is dimension 37; the second is dimension 26 against dimension 19.",
            criterion="the largest coordinates are those of 37, and those of 19 and 26 with opposite signs",
            source=unembedding_svd,
            check=lambda: _check_published_directions(svd),
        ),
    )


def _check_published_directions(svd: UnembeddingSvd) -> Finding:
    first, second = svd.directions.T
    leading = int(np.abs(first).argmax())
    pair = np.sort(np.argsort(-np.abs(second))[:2])
    opposite = bool(second[pair[0]] * second[pair[1]] < 0)
    numbers = {
        f"first_{leading}": float(first[leading]),
        **{f"second_{row}": float(second[row]) for row in pair},
    }
    coordinates = joined(f"{decimals(second[row], 2)} in {row}" for row in pair)
    return Finding(
        f"the first has {decimals(first[leading], 2)} in {leading}; the second has {coordinates}",
        leading == 37 and tuple(pair) == (19, 26) and opposite,
        numbers,
    )
