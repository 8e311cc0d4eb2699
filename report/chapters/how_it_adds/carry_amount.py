"""Section "The carry as a quantity": the phase of a digit's logits less the sum of its column, in digits.

Exact addition has a carry amount of 0 or 1; beyond one half, another digit is nearer to the phase.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, decimals, joined, percent
from report.figures import charts
from sumint.analyses.adding.soft_carry import SoftCarry, soft_carry

COSINE_R2_AT_LEAST = 0.99
ROC_AUC_AT_LEAST = 0.9


def carry_amount_figure(soft: SoftCarry) -> Figure:
    """The mean carry amount on every route, over sums with and without a carry."""
    sides = {"no carry comes": 0, "a carry comes": 1}
    return Figure(
        "soft-carry",
        "How much the model carries",
        charts.bars(
            _route_names(soft),
            {name: soft.mean[:, side] for name, side in sides.items()},
            x_title="route, from a column to a digit",
            y_title="carried, in digits",
            errors={name: soft.deviation[:, side] for name, side in sides.items()},
        ),
        caption=(
            "The angle of the ten logits, in digits, less the sum of the two digits: its mean and standard "
            "deviation over sums with a carry on the route and sums without. Exact addition has 0 and 1; on the "
            "wrong side of one half another digit is nearer."
        ),
        alt="Bars by route: how much is carried on average where no carry comes, and where one does.",
        source=soft_carry,
    )


def carry_amount_claims(soft: SoftCarry) -> tuple[Claim, ...]:
    """Checks the cosine shape of the logits, and how the carry amount depends on carry chains and errors."""
    to_c0 = [number for number, route in enumerate(soft.routes) if route.digit == 0]
    differences = soft.difference[to_c0]
    return (
        general_claim(
            "logits-are-a-clock",
            "The ten logits of a digit are a cosine of the digit: a clock with one hand.",
            criterion=f"on every route it has an R² of at least {COSINE_R2_AT_LEAST}, on average over the sums",
            source=soft_carry,
            otherwise="On these weights the logits are less like one.",
            finding=Finding(
                f"R² is at least {decimals(float(soft.cosine_r2.min()), 4)}",
                bool(soft.cosine_r2.min() >= COSINE_R2_AT_LEAST),
                dict(zip(_route_names(soft), map(float, soft.cosine_r2), strict=True)),
            ),
        ),
        general_claim(
            "soft-carry-fades",
            "With every nine that it comes through, a carry turns the hand less.",
            criterion=(
                "into the leading digit, what is carried with a carry less what is without shrinks with every nine"
            ),
            source=soft_carry,
            otherwise="On these weights it does not shrink with every nine.",
            finding=Finding(
                f"the differences are {joined(decimals(float(value)) for value in differences)} digits",
                bool((np.diff(differences) < 0).all()) if len(differences) > 1 else None,
                {f"{nines} nines": float(value) for nines, value in enumerate(differences)},
            ),
        ),
        general_claim(
            "half-decides",
            (
                "The hand tells wrong digits from right ones: theirs are turned too little where a carry "
                "comes, or too much where none does."
            ),
            criterion=(
                f"of a wrong and a right digit, the wrong one’s hand is further off in at least "
                f"{percent(ROC_AUC_AT_LEAST, 0)} of all pairs, over all routes (area under the ROC curve)"
            ),
            source=soft_carry,
            otherwise="On these weights digits are wrong for other reasons, too.",
            finding=_wrong_from_right(soft),
        ),
    )


def _wrong_from_right(soft: SoftCarry) -> Finding:
    """The area under the ROC curve with which the error of the carry amount separates wrong from right digits."""
    n_wrong, n_right = len(soft.wrong_offsets), len(soft.right_offsets)
    if not (n_wrong and n_right):
        return Finding("no digit of these sums is wrong" if n_right else "no digit of these sums is right", None)
    wrong_beyond, right_beyond = soft.beyond_half
    return Finding(
        f"{percent(soft.roc_auc)}, of {counted(n_wrong, 'wrong digit')} and {counted(n_right, 'right one')}; "
        f"beyond one half are {wrong_beyond} of the wrong and {right_beyond} of the right",
        soft.roc_auc >= ROC_AUC_AT_LEAST,
        {
            "told apart": soft.roc_auc,
            "wrong": n_wrong,
            "wrong, beyond one half": wrong_beyond,
            "right, beyond one half": right_beyond,
        },
    )


def _route_names(soft: SoftCarry) -> list[str]:
    """Short labels of the routes, such as "1 → C0"."""
    return [f"{route.column} → C{route.digit}" for route in soft.routes]
