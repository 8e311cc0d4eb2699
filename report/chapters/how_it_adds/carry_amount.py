"""Section "The carry as a quantity": the phase of a digit's logits less the sum of its column, in digits.

Exact addition has a carry amount of 0 or 1.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import count, decimals, joined, percent
from report.figures import charts
from sumint.analyses.adding.soft_carry import BIN_EDGES, N_PAIRS, SoftCarry, soft_carry

COSINE_R2_AT_LEAST = 0.99
FIRST_SHIFT_AT_LEAST, FALLS_BY = 0.5, 0.05

COLUMNS = 3
"""The number of panels in a row."""
_BIN_WIDTH = decimals(float(BIN_EDGES[1] - BIN_EDGES[0]))


def carry_amount_figure(soft: SoftCarry) -> Figure:
    """The distributions of the carry amount on every route, over sums with and without a carry."""
    first, last = _bins_in_use(soft)
    middles = ((BIN_EDGES[:-1] + BIN_EDGES[1:]) / 2).round(3)[first:last].tolist()

    panels = {
        name: charts.histogram(
            middles,
            {"no carry": n_sums[0, first:last], "carry": n_sums[1, first:last]},
            x_title="carry added, in digits",
            y_title="sums",
            points={"predicted wrongly": n_wrong.sum(axis=0)[first:last]},
            largest=int(soft.n_sums.max()),
        )
        for name, n_sums, n_wrong in zip(_route_names(soft), soft.n_sums, soft.n_wrong, strict=True)
    }
    n_rows = -(-len(panels) // COLUMNS)
    return Figure(
        "soft-carry",
        "Carry added by the model, in digits",
        charts.panels(panels, columns=COLUMNS, row_gap=0.4),
        caption=(
            "Number of sums by the carry that the model adds: the phase of the digit’s logits less its column’s "
            f"sum, in bins of {_BIN_WIDTH} digits, by route; {count(N_PAIRS)} sums without a carry and as many "
            "with one; logarithmic scale."
        ),
        alt=(
            "A panel for each route with two peaks: sums without a carry near zero, those with one near one, "
            "and the sums whose digit is predicted wrongly."
        ),
        source=soft_carry,
        height=100 + 210 * n_rows,
        narrow_height=110 + 230 * len(panels),
    )


def _bins_in_use(soft: SoftCarry) -> tuple[int, int]:
    """The first bin with a sum on any route, and the one after the last."""
    used = np.flatnonzero(soft.n_sums.any(axis=(0, 1)))
    return int(used[0]), int(used[-1]) + 1


@claim(
    "logits-are-a-clock",
    f"A cosine of the digit explains at least {percent(COSINE_R2_AT_LEAST, 0)} of the variance of the ten logits "
    f"of every "
    "digit that a carry can change.",
    analysis=soft_carry,
    otherwise="On {case}, a cosine explains only {value} of the logits’ variance.",
    follows="one-frequency",
)
def logits_are_a_cosine(soft: SoftCarry) -> Check:
    """R² of a cosine at the first frequency, averaged over the sums, on every route."""
    shares = dict(zip(_route_names(soft), map(float, soft.cosine_r2), strict=True))
    text = "a cosine at the first frequency explains {bound} of the logits’ variance on average, on every route"
    return all_of(at_least(COSINE_R2_AT_LEAST, shares, text))


@claim(
    "soft-carry-fades",
    "The phase of the leading digit differs less between sums with a carry and sums without, the more columns of "
    "nine the carry passes.",
    analysis=soft_carry,
    figure="soft-carry",
    otherwise="For {case}, the shift {quantity} is {value}, where {bound} is required.",
)
def shift_shrinks_with_every_nine(soft: SoftCarry) -> Check:
    """The mean carry amount with a carry minus that without, by the number of nines passed."""
    differences = _shifts(soft)
    if len(differences) < 2:
        return not_applicable("No carry of this layout passes a column on its way to the leading digit.")
    steps = {f"{nines} to {nines + 1} nines": float(fall) for nines, fall in enumerate(-np.diff(differences))}
    return all_of(
        at_least(
            FIRST_SHIFT_AT_LEAST,
            {"a carry from the next column": float(differences[0])},
            "a carry from the next column shifts the phase of the leading digit by {bound}",
            label="without nines",
            unit="digits",
        ),
        at_least(
            FALLS_BY,
            steps,
            "and by {bound} less for every column of nine that it passes",
            label="less with each nine",
            unit="digits",
        ),
        note=f"shifts in digits: {shifts_by_nines(soft)}",
    )


def shifts_by_nines(soft: SoftCarry) -> str:
    """The phase shifts of a carry into the leading digit, by the number of nines that it passes, as text."""
    nines = ("no nine", "one nine", "two nines", "three nines", "four nines")
    return joined(
        f"{decimals(float(value))} behind {of_nines}"
        for value, of_nines in zip(_shifts(soft), nines, strict=False)
    )


def _shifts(soft: SoftCarry) -> Float[np.ndarray, " nines"]:
    """The mean carry amount of the leading digit with a carry minus that without, by the number of nines."""
    return soft.difference[[number for number, route in enumerate(soft.routes) if route.digit == 0]]


def _route_names(soft: SoftCarry) -> list[str]:
    """Short labels of the routes, such as "1 → C0"."""
    return [f"{route.column} → C{route.digit}" for route in soft.routes]
