"""Section "Two digits on a circle", continued: restricted and excluded loss of layer 0's first-frequency products.

The criteria are asked of the digits whose column only heads at the predicting position hold: the others receive
their column from other positions as well. They were chosen after measuring the write-up's checkpoint, the bundled
one, seeds 0 to 7 and the null networks. Without the products at most 39% of the answers stay right on all trained
ones; without the other joint parts at least 99.5% on the first two and 89.8% on the seeds. With the products as
the only part that depends on the digits, at most 51% are right on the first two and on seed 4, and at least 74% on
the other seeds.
"""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.claims.condition import Condition
from report.content.formats import decimals, joined, nats, percent, whole_percent
from report.figures import charts
from sumint.analyses.adding.restricted_loss import (
    CONDITIONS,
    EVERYTHING,
    PRODUCTS,
    PRODUCTS_ALONE,
    WITHOUT_OTHERS,
    WITHOUT_PRODUCTS,
    Kept,
    RestrictedLoss,
    restricted_loss,
)
from sumint.analyses.carrying.joint_sites import JointSites

WITHOUT_PRODUCTS_AT_MOST = 0.5
WITHOUT_OTHERS_AT_LEAST = 0.85
PRODUCTS_AT_MOST = 0.7


def restricted_figure(restricted: RestrictedLoss) -> Figure:
    """Heatmaps of accuracy and loss, by what is kept of layer 0's output and by digit."""
    digits = [f"C{column}" for column in restricted.columns]
    rows = [kept.name for kept in CONDITIONS]
    return Figure(
        "restricted-loss",
        "Restricted and excluded loss of layer 0’s products",
        {
            "answers right": charts.heatmap(
                restricted.n_right / restricted.n_sums,
                *(digits, rows, "digit", "kept", "answers right"),
                diverging=False,
                limits=(0, 1),
                written=whole_percent,
                is_share=True,
            ),
            "loss": charts.heatmap(
                restricted.loss,
                *(digits, rows, "digit", "kept", "loss in nats"),
                diverging=False,
                written=decimals,
            ),
        },
        caption=(
            "Answers right, or loss in nats, by what is kept (rows) of layer 0’s mean output in the column’s two "
            "digits at the position that predicts the digit. Products: first frequencies of $a + b$ and $a - b$. "
            f"n = {restricted.n_sums}."
        ),
        alt="A heatmap of what is kept of layer 0’s output by digit, with the share of right answers or the loss.",
        source=restricted_loss,
        control="Measure",
        height=480,
    )


NO_DIGIT = "No digit but the leading one has its column held only by heads at the position that predicts it."


@claim(
    "first-products-are-needed",
    "Of what layer 0 writes about a column’s two digits jointly, the answer digit needs the products of first "
    "frequency, and little else.",
    analysis=restricted_loss,
    figure="restricted-loss",
    otherwise="At {case}, {value} of the answers are right, where {bound} is required.",
)
def products_are_needed(restricted: RestrictedLoss, joint: JointSites) -> Check:
    """The accuracy without the products of first frequency, and without all other joint parts."""
    asked = _digits_at_the_predicting_position(joint)
    if not asked:
        return not_applicable(NO_DIGIT)
    return all_of(
        at_most(
            WITHOUT_PRODUCTS_AT_MOST,
            _accuracy(restricted, WITHOUT_PRODUCTS, asked, "without the products"),
            "without the first frequencies of $a + b$ and $a - b$, {bound} of the answers are right",
            label="without the products",
            n=restricted.n_sums,
        ),
        _without_other_joint_parts(restricted, asked),
        asked=(len(asked), len(restricted.columns), "digits"),
        note=_losses("excluded loss", restricted, WITHOUT_PRODUCTS, asked),
    )


@claim(
    "products-are-not-enough",
    "The products of first frequency are not enough: with them alone at most "
    f"{percent(PRODUCTS_AT_MOST, 0)} of the answers are right, and with what layer 0 writes about single digits "
    f"as well at least {percent(WITHOUT_OTHERS_AT_LEAST, 0)}.",
    analysis=restricted_loss,
    figure="restricted-loss",
    otherwise="At {case}, {value} of the answers are right, where {bound} is required.",
)
def products_are_not_enough(restricted: RestrictedLoss, joint: JointSites) -> Check:
    """The accuracy with the products as all that depends on the two digits, and with the single digits as well."""
    asked = _digits_at_the_predicting_position(joint)
    if not asked:
        return not_applicable(NO_DIGIT)
    return all_of(
        at_most(
            PRODUCTS_AT_MOST,
            _accuracy(restricted, PRODUCTS, asked, "with the products alone"),
            "if only the products depend on the column’s two digits, {bound} of the answers are right",
            label="products alone",
            n=restricted.n_sums,
        ),
        _without_other_joint_parts(restricted, asked),
        asked=(len(asked), len(restricted.columns), "digits"),
        note=_losses("restricted loss, with all else at its mean,", restricted, PRODUCTS_ALONE, asked),
    )


def _without_other_joint_parts(restricted: RestrictedLoss, asked: list[int]) -> Condition:
    return at_least(
        WITHOUT_OTHERS_AT_LEAST,
        _accuracy(restricted, WITHOUT_OTHERS, asked, "without other joint parts"),
        "with the products and the single digits, but no other joint part, {bound}, at every digit but the "
        "leading one whose column only heads at the position that predicts it hold",
        label="without other joint parts",
        n=restricted.n_sums,
    )


def _accuracy(restricted: RestrictedLoss, kept: Kept, asked: list[int], what: str) -> dict[str, float]:
    """The accuracy of each digit that the criterion is asked of."""
    accuracy = restricted.accuracy(kept)
    return {f"C{digit} {what}": float(accuracy[digit - 1]) for digit in asked}


def _losses(name: str, restricted: RestrictedLoss, kept: Kept, asked: list[int]) -> str:
    """The loss of each digit that the criterion is asked of, and of the whole model; empty if it is not finite."""
    losses, whole = (restricted.loss[CONDITIONS.index(of), np.array(asked) - 1] for of in (kept, EVERYTHING))
    if not np.isfinite([losses, whole]).all():
        return ""
    by_digit = joined(f"{decimals(loss)} (C{digit})" for digit, loss in zip(asked, losses.tolist(), strict=True))
    return f"{name} {by_digit} nats; of the whole model at most {nats(float(whole.max()))}"


def _digits_at_the_predicting_position(joint: JointSites) -> list[int]:
    """The digits but the leading one whose column only sites at the position that predicts the digit hold."""
    predicting = joint.layout.predicting.start
    return [
        digit
        for digit in range(1, joint.n_digits)
        if joint.sites(digit) and {site.position for site in joint.sites(digit)} == {predicting + digit}
    ]
