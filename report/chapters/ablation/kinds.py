"""Section "Four kinds of ablation": the loss and the accuracy without each head, by what replaces its output."""

from __future__ import annotations

from functools import partial

import numpy as np

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import counted, joined, percent, significant
from sumint.analyses.ablation.ablation_kinds import AblationKinds, ablation_kinds
from sumint.interventions.hooks import REPLACEMENTS

# Chosen after measuring the write-up's checkpoint, the bundled one, the bundled seeds and the null networks. On
# the write-up's, ablating either of the two heads raises the loss by at least 9.9 nats, whatever the kind. On
# networks that cannot add, either the rise is below a nat, or the two heads depend on the kind.
RISE_AT_LEAST = 1
"""In nats; without a head that matters the loss rises by at least this."""


def orders_of_the_heads(kinds: AblationKinds) -> str:
    """In how many different orders the kinds of ablation put the heads, as text."""
    n_orders = len({kinds.ranking(replacement) for replacement in REPLACEMENTS})
    return "the same order" if n_orders == 1 else counted(n_orders, "different order")


def kinds_table(kinds: AblationKinds) -> Table:
    """A table with a row for each head: its loss rise and the accuracy without it, by the kind of ablation."""
    rises = {f"loss rise, {kind}": kinds.loss_rise[i].ravel() for i, kind in enumerate(REPLACEMENTS)}
    accuracies = {f"digits right, {kind}": kinds.accuracy[i].ravel() for i, kind in enumerate(REPLACEMENTS)}
    return Table(
        "ablation-kinds",
        "Heads by the kind of ablation",
        {
            "head": tuple(map(_name, kinds.heads)),
            **{name: tuple(values.tolist()) for name, values in (rises | accuracies).items()},
        },
        caption=(
            "Rise in mean cross-entropy (nats) and share of digits right on the sample when the output of one "
            "head is replaced in four ways. Without ablation, "
            f"{percent(kinds.whole_accuracy)} of the digits are right."
        ),
        source=ablation_kinds,
        formats={**dict.fromkeys(rises, significant), **dict.fromkeys(accuracies, partial(percent, places=1))},
    )


@claim(
    "critical-heads-by-kind",
    "The two heads whose mean ablation raises the loss most are also those that raise it most with zero, "
    "conditional mean and resample ablation.",
    analysis=ablation_kinds,
    figure="ablation-kinds",
    otherwise=(
        "The two heads whose mean ablation raises the loss most do not stand out with every kind of ablation: "
        "with {case} ablation, the {quantity} is {value}, where {bound} is required."
    ),
)
def same_two_heads_with_every_kind(kinds: AblationKinds) -> Check:
    """How far the two heads whose mean ablation raises the loss most exceed the others, by kind of ablation."""
    if len(kinds.heads) < 3:
        return not_applicable("This checkpoint has two heads.")
    two = kinds.ranking("mean")[:2]
    of_two, of_others = (
        {
            replacement: [float(kinds.loss_rise[number][head]) for head in kinds.heads if (head in two) is is_one]
            for number, replacement in enumerate(REPLACEMENTS)
        }
        for is_one in (True, False)
    )
    return all_of(
        at_least(
            0,
            {kind: float(np.min(of_two[kind]) - np.max(of_others[kind])) for kind in REPLACEMENTS},
            "with every kind of ablation, each of the two heads raises the loss by {bound} beyond the largest "
            "rise of the others",
            label="difference to the largest rise of the others",
            unit="nats",
            is_strict=True,
        ),
        at_least(
            RISE_AT_LEAST,
            {kind: float(np.min(of_two[kind])) for kind in REPLACEMENTS},
            "each of the two raises it by {bound}",
            label="smaller rise of the two",
            unit="nats",
        ),
        note=f"the two heads: {joined(map(_name, two))}",
    )


def _name(head: tuple[int, int]) -> str:
    return f"H{head[0]}.{head[1]}"
