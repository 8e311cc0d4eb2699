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
from report.content.formats import decimals, joined
from report.figures import charts
from sumint.analyses.adding.soft_carry import SoftCarry, soft_carry

COSINE_R2_AT_LEAST = 0.99
FIRST_SHIFT_AT_LEAST, FALLS_BY = 0.5, 0.05


def carry_amount_figure(soft: SoftCarry) -> Figure:
    """The mean carry amount on every route, over sums with and without a carry."""
    sides = {"no carry": 0, "carry": 1}
    names = _route_names(soft)
    means = {name: soft.mean[:, side] for name, side in sides.items()}
    deviations = {name: soft.deviation[:, side] for name, side in sides.items()}
    return Figure(
        "soft-carry",
        "Carry added by the model, in digits",
        charts.dots(
            names,
            means,
            x_title="carry added, in digits",
            y_title="route, from a column to a digit",
            deviations=deviations,
        ),
        numbers=charts.bars(
            names,
            means,
            x_title="route, from a column to a digit",
            y_title="carried, in digits",
            errors=deviations,
        ),
        caption=(
            "Phase of the ten logits less the sum of the two digits, in digits: mean and standard deviation "
            "over sums with and without a carry, by route. An exact adder whose logits are cosines has 0 and 1."
        ),
        alt="Points by route: the mean carry added without a carry and with one, with bars for the deviations.",
        source=soft_carry,
        height=110 + 42 * len(names),
    )


@claim(
    "logits-are-a-clock",
    "The ten logits of a digit are a cosine of the digit.",
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
    "The phase shift of a carry into the leading digit shrinks with every column of nine that it passes.",
    analysis=soft_carry,
    figure="soft-carry",
    otherwise="For {case}, {value} was measured, where {bound} is required.",
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
        note=f"shifts: {shifts_by_nines(soft)} digits",
    )


def shifts_by_nines(soft: SoftCarry) -> str:
    """The phase shifts of a carry into the leading digit, by the number of nines that it passes, as text."""
    return joined(decimals(float(value)) for value in _shifts(soft))


def _shifts(soft: SoftCarry) -> Float[np.ndarray, " nines"]:
    """The mean carry amount of the leading digit with a carry minus that without, by the number of nines."""
    return soft.difference[[number for number, route in enumerate(soft.routes) if route.digit == 0]]


def _route_names(soft: SoftCarry) -> list[str]:
    """Short labels of the routes, such as "1 → C0"."""
    return [f"{route.column} → C{route.digit}" for route in soft.routes]
