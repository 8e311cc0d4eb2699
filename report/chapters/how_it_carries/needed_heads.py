"""The opening section, continued: the heads of layer 0 that the answer digits need, and heads that cancel."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import joined, percent
from sumint.analyses.carrying.needed_sites import MOST_OF, NEEDED_FROM, NeededSites, needed_sites
from sumint.interventions.sites import Site

# Criterion, chosen after measuring the write-up's checkpoint and the bundled one.
CANCELLED_AT_MOST = 0.03


TABLE = "needed-heads"


def needed_heads_table(needed: NeededSites) -> Table:
    """The table of the sites without which a digit's accuracy falls, with the column that they attend to."""
    layout = needed.layout
    rows = [
        (
            f"C{digit}",
            site.name(layout),
            "–" if needed.column(site) is None else f"column {needed.column(site)}",
            float(needed.attention[head, position].max()),
            float(needed.accuracy_without[digit, head, position]),
            float(needed.accuracy_without_position[digit, position]),
        )
        for digit, head, position in np.argwhere(needed.accuracy_drop >= NEEDED_FROM).tolist()
        for site in [Site(head, position)]
    ]
    head = (
        "digit",
        "site",
        "attends to",
        "of its attention",
        "right without the site",
        "right without the position",
    )
    return Table(
        TABLE,
        "Layer-0 sites that the answer digits need",
        dict(zip(head, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(head, ()),
        caption=(
            f"Sites whose mean ablation lowers a digit’s accuracy by at least {percent(NEEDED_FROM, 0)}, the "
            "column "
            "with most of their attention, and how often the digit is right without the site and without its "
            "position."
        ),
        source=needed_sites,
        formats=dict.fromkeys(head[3:], percent),
    )


@claim(
    "digits-need-own-heads",
    "Every answer digit needs a layer-0 head that attends to its column, at the position that predicts it.",
    analysis=needed_sites,
    figure=TABLE,
    otherwise="{case} needs {value} such heads.",
)
def digits_need_own_heads(needed: NeededSites) -> Check:
    """The number of needed heads that attend to each digit's column at the position that predicts it."""
    layout = needed.layout
    heads = {f"C{digit}": [site.head for site in needed.own_sites(digit)] for digit in range(layout.n_digits)}
    listed = joined(f"{_head_names(of_digit)} for {digit}" for digit, of_digit in heads.items() if of_digit)
    elsewhere = _needed_at_other_positions(needed)
    return all_of(
        at_least(
            1,
            {digit: len(of_digit) for digit, of_digit in heads.items()},
            "the number of heads at the position that predicts the digit that give more than "
            f"{percent(MOST_OF, 0)} of their attention to its column, and without each of which the digit’s "
            f"accuracy falls by at least {percent(NEEDED_FROM, 0)} (mean ablation, of the head alone and of the "
            f"position), is "
            "{bound} for every digit",
            unit="count",
        ),
        note="; ".join(filter(None, (listed, elsewhere and f"also needed, at other positions: {elsewhere}"))),
    )


@claim(
    "heads-cancel",
    f"Some layer-0 heads at one position cancel: mean-ablating one of them lowers a digit’s accuracy by at least "
    f"{percent(NEEDED_FROM, 0)}, mean-ablating all heads of the position by at most "
    f"{percent(CANCELLED_AT_MOST, 0)}.",
    analysis=needed_sites,
    otherwise="Mean-ablating all heads at {case} lowers the digit’s accuracy by {value}.",
)
def heads_that_cancel(needed: NeededSites) -> Check:
    """The accuracy drops of single sites that cost a digit, and those of their whole positions."""
    places = np.argwhere(needed.is_cancelled).tolist()
    if not places:
        return not_applicable("No digit needs a site at a position that it does not need.")
    names = needed.layout.position_names
    whole = {
        f"{names[position]} for C{digit}": float(needed.position_drop[digit, position])
        for digit, _, position in places
    }
    alone = joined(
        f"{percent(float(needed.accuracy_drop[digit, head, position]))} of C{digit} by "
        f"{Site(head, position).name(needed.layout)} alone"
        for digit, head, position in places
    )
    return all_of(
        at_most(
            CANCELLED_AT_MOST,
            whole,
            f"where mean-ablating a single head lowers a digit’s accuracy by at least {percent(NEEDED_FROM, 0)} "
            f"and "
            "ablating its position by less than that, the latter lowers it by {bound}",
        ),
        note=f"accuracy lost: {alone}",
    )


def _needed_at_other_positions(needed: NeededSites) -> str:
    """The sites that attend to a digit's column and that it needs, at positions that do not predict it."""
    layout = needed.layout
    names = [
        f"{site.name(layout)} for C{digit}"
        for digit, head, position in np.argwhere(needed.is_needed).tolist()
        for site in [Site(head, position)]
        if needed.column(site) == digit and position != layout.predicting.start + digit
    ]
    return joined(names) if names else ""


def _head_names(heads: Iterable[int]) -> str:
    return joined(f"H0.{head}" for head in heads)
