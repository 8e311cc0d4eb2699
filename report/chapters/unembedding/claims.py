"""What the chapter on the unembedding asserts, and when each assertion holds."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, published_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, degrees, joined, percent, radians, significant
from sumint.analyses.weights.unembedding import SIGNIFICANT_SHARE, Unembedding, unembedding
from sumint.analyses.weights.unembedding_svd import UnembeddingSvd, unembedding_svd
from sumint.lab import Lab
from sumint.model.fourier import angle_between

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
FEW_ROWS = 4
FEW_UNCENTRED_ROWS = 6
UNCENTRED_AT_LEAST = 0.9999
ONE_FREQUENCY_AT_LEAST = 0.97
EACH_ROW_AT_LEAST = 0.8
GRAM_AT_LEAST = 0.99
TWO_DIRECTIONS_AT_LEAST = 0.97
THIRD_TO_SECOND_AT_MOST = 0.25
SIGNS_AT_MOST = 0.05
EVEN_STEP = 36
"""Degrees from digit to digit, if ten share a circle evenly."""
STEP_WITHIN = 0.35
PHASE_WITHIN = 0.2
REBUILT_AT_LEAST = 0.97

PUBLISHED_ROWS = (19, 25, 26, 37)
"""The dimensions of the residual stream that the write-up names."""


@isolated
def claims(lab: Lab, matrix: Unembedding, svd: UnembeddingSvd) -> tuple[Claim, ...]:
    """Every claim of the chapter, in the order in which they are made up, not that of the text."""
    return (
        *_row_claims(lab, matrix),
        *_phase_claims(lab, matrix),
        *_column_claims(matrix, svd),
        published_claim(
            lab,
            "published-directions",
            "The first direction is dimension 37; the second is dimension 26 against dimension 19.",
            criterion="the largest coordinates are those of 37, and those of 19 and 26 with opposite signs",
            source=unembedding_svd,
            check=lambda: _published_directions(svd),
        ),
    )


@isolated
def _row_claims(lab: Lab, matrix: Unembedding) -> tuple[Claim, ...]:
    rows = matrix.significant_rows
    largest_rows = float(np.sort(matrix.row_shares)[-FEW_ROWS:].sum())
    uncentred = np.cumsum(np.sort(matrix.uncentred_row_shares)[::-1])
    n_uncentred = int(np.searchsorted(uncentred, UNCENTRED_AT_LEAST)) + 1
    main_share = float(matrix.rows.frequency_shares[0])
    least_row = float(matrix.frequency_shares_by_row[rows, 0].min())
    one_frequency = main_share >= ONE_FREQUENCY_AT_LEAST and least_row >= EACH_ROW_AT_LEAST
    rebuilt = matrix.first_frequency_share
    return (
        Claim(
            "few-rows",
            "Only a few dimensions of the residual stream reach the logits of digits.",
            value=f"the {FEW_ROWS} largest rows hold {percent(largest_rows)} of the squared norm",
            criterion=f"at least {percent(SIGNIFICANT_SHARE, 0)}",
            holds=largest_rows >= SIGNIFICANT_SHARE,
            source=unembedding,
            numbers={"share_of_largest_rows": largest_rows, "significant_rows": float(len(rows))},
            otherwise=f"On these weights it takes {len(rows)} rows to hold {percent(SIGNIFICANT_SHARE, 0)}.",
        ),
        Claim(
            "other-rows-empty",
            "The other rows are empty, but for what the centring put there.",
            value=f"{percent(UNCENTRED_AT_LEAST, 2)} of the squared norm are in {counted(n_uncentred, 'row')}",
            criterion=f"in at most {FEW_UNCENTRED_ROWS}, once the rows’ median is taken from every column",
            holds=n_uncentred <= FEW_UNCENTRED_ROWS,
            source=unembedding,
            numbers={"rows": n_uncentred},
            otherwise="On these weights the unembedding is spread over more rows.",
        ),
        published_claim(
            lab,
            "published-rows",
            f"The dimensions that matter are {joined(PUBLISHED_ROWS)}.",
            criterion=f"they are the fewest rows that hold {percent(SIGNIFICANT_SHARE, 0)} of the squared norm",
            source=unembedding,
            check=lambda: Finding(f"the fewest are {joined(rows)}", tuple(rows) == PUBLISHED_ROWS),
        ),
        Claim(
            "no-signs",
            "Plus and equals have next to no unembedding.",
            value=f"the norm of their columns is {decimals(matrix.sign_ratio, 3)} of that of the digits' columns",
            criterion=f"at most {SIGNS_AT_MOST}",
            holds=matrix.sign_ratio <= SIGNS_AT_MOST,
            source=unembedding,
            numbers={"sign_ratio": matrix.sign_ratio},
            otherwise="On these weights plus and equals keep an unembedding of their own.",
        ),
        Claim(
            "one-frequency",
            "Every row that matters is a wave of the first frequency, $2\\pi/10$.",
            value=f"{percent(main_share)} of the power; {percent(least_row)} in the row with the least",
            criterion=f"at least {percent(ONE_FREQUENCY_AT_LEAST, 0)}; per row {percent(EACH_ROW_AT_LEAST, 0)}",
            holds=one_frequency,
            source=unembedding,
            numbers={"share": main_share, "least_row_share": least_row},
            otherwise=_other_frequencies(matrix),
        ),
        Claim(
            "first-frequency-rebuilds",
            "The first frequency alone rebuilds the matrix.",
            value=f"it holds {percent(rebuilt)} of the squared norm",
            criterion=f"at least {percent(REBUILT_AT_LEAST, 0)}",
            holds=rebuilt >= REBUILT_AT_LEAST,
            source=unembedding,
            numbers={"share": rebuilt},
            otherwise="On these weights what is left out, the other frequencies, is too much to leave out.",
        ),
    )


@isolated
def _column_claims(matrix: Unembedding, svd: UnembeddingSvd) -> tuple[Claim, ...]:
    gram_share = float(matrix.gram_rows.frequency_shares[0])
    steps, radii = svd.steps, svd.radii
    return (
        Claim(
            "gram-cosines",
            "The product of two digits' directions is a cosine of their difference.",
            value=f"{percent(gram_share)} of the products' power is at the first frequency",
            criterion=f"at least {percent(GRAM_AT_LEAST, 0)}",
            holds=gram_share >= GRAM_AT_LEAST,
            source=unembedding,
            numbers={"share": gram_share},
            otherwise="On these weights other frequencies than the first tell digits apart.",
        ),
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
    )


def _other_frequencies(matrix: Unembedding) -> str:
    shares = matrix.rows.frequency_shares
    significant = np.flatnonzero(shares >= 1 - ONE_FREQUENCY_AT_LEAST)
    listed = joined(f"{percent(shares[k])} of the power at {k + 1}" for k in significant)
    plural = "frequency" if len(significant) == 1 else "frequencies"
    return (
        f"On these weights the unembedding has {len(significant)} significant {plural}: {listed}. "
        "In the write-up it has one, the first."
    )


@isolated
def _phase_claims(lab: Lab, matrix: Unembedding) -> tuple[Claim, ...]:
    phases = matrix.rows.phases[:, 1]
    within = f"within {PHASE_WITHIN} rad of"

    def antiphase() -> Finding:
        apart = angle_between(phases[19], phases[26])
        return Finding(radians(apart), abs(apart - np.pi) <= PHASE_WITHIN, {"19_to_26": apart})

    def quadrature() -> Finding:
        from_19, from_26 = (angle_between(phases[37], phases[row]) for row in (19, 26))
        holds = all(abs(apart - np.pi / 2) <= PHASE_WITHIN for apart in (from_19, from_26))
        numbers = {"37_to_19": from_19, "37_to_26": from_26}
        return Finding(f"{radians(from_19)} from 19, {radians(from_26)} from 26", holds, numbers)

    return (
        published_claim(
            lab,
            "antiphase",
            "Dimensions 19 and 26 are in opposite phase.",
            criterion=f"{within} $\\pi$",
            source=unembedding,
            check=antiphase,
        ),
        published_claim(
            lab,
            "quadrature",
            "Dimension 37 is at a right angle to both: together they are a cosine and a sine.",
            criterion=f"both {within} $\\pi/2$",
            source=unembedding,
            check=quadrature,
        ),
    )


def _published_directions(svd: UnembeddingSvd) -> Finding:
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
