"""Sections "Three states of a column" and "The high-level model of addition".

The criteria were chosen after seeing the write-up's checkpoint, the bundled one and two seeds: they guard those
results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import count, counted, joined, percent
from report.content.optional import optional_table
from sumint.analyses.circuits.carry_states import KEPT, CarryStates, carry_states
from sumint.analyses.circuits.high_level_model import HighLevelModel, high_level_model
from sumint.interventions.patching import RouteSites
from sumint.task.sums import Layout

EVERYTHING, _, STATES, CARRY_OUT, NOTHING = range(len(KEPT))

STATES_KEEP_AT_LEAST, STATES_OVER_CARRY_OUT = 0.9, 0.03
SUBSETS_AT_LEAST, OVER_WITHOUT_PATCHING = 0.8, 0.5
"""Chosen after measuring the write-up's checkpoint, the bundled one and two seeds."""


def _no_site(states: CarryStates) -> str:
    return "" if states.n_routes else "No single site of layer 0 holds a carry on any route of this checkpoint."


@optional_table("carry-states", "Carry sites resampled among sums that agree in something", unless=_no_site)
def states_table(name: str, title: str, states: CarryStates) -> Table:
    """The table of the accuracy when carry sites are resampled from sums that agree in some respect."""
    digits = [f"C{digit}" for digit in range(states.n_digits)]
    rows = [
        (kept, float(whole), float(with_nines), *map(float, by_digit))
        for kept, whole, with_nines, by_digit in zip(
            KEPT, states.whole_sums, states.with_nines, states.accuracy, strict=True
        )
    ]
    head = ("kept", "whole sums", "those with a nine", *digits)
    return Table(
        name,
        title,
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            f"Accuracy on {counted(states.n_sums, 'random sum')} if each digit sees its carry sites’ outputs on "
            f"other sums that agree in what is kept about the site’s column; {count(states.n_with_nines)} sums "
            f"have a column "
            "of nine to the right of a digit."
        ),
        source=carry_states,
        formats=dict.fromkeys(head[1:], percent),
    )


@claim(
    "three-states",
    "The state of a column (generate, propagate or kill) describes what its carry sites hold better than its "
    "carry-out does: with their outputs resampled among sums with the same state, at least "
    f"{percent(STATES_KEEP_AT_LEAST, 0)} of sums are right, and at least "
    f"{100 * STATES_OVER_CARRY_OUT:.0f} percentage points more than with the same carry-out.",
    analysis=carry_states,
    figure="carry-states",
    otherwise="With carry sites resampled, {quantity} is {value}, where {bound} is required.",
    follows="carry-sites",
)
def three_states_rather_than_a_bit(states: CarryStates, n_routes: int) -> Check:
    """The share of whole sums right by three states, and how much it exceeds that by carry-outs."""
    if not states.n_routes:
        return not_applicable(_no_site(states))
    by_states, by_carry_out = (float(states.whole_sums[kept]) for kept in (STATES, CARRY_OUT))
    return all_of(
        at_least(
            STATES_KEEP_AT_LEAST,
            by_states,
            "{bound} of whole sums are right with the carry sites resampled among sums with the same state of the "
            "column",
            label="the share of whole sums right by the three states",
            n=states.n_sums,
        ),
        at_least(
            STATES_OVER_CARRY_OUT,
            by_states - by_carry_out,
            "this exceeds the share with the same carry-out of the column by {bound}",
            label="its excess over the share by carry-outs",
        ),
        asked=(states.n_routes, n_routes, "routes"),
        note=(
            f"by carry-outs {percent(by_carry_out)}, with nothing in common "
            f"{percent(float(states.whole_sums[NOTHING]))}; of the sums with a column of nine to the right of a "
            f"digit, {percent(float(states.with_nines[STATES]))} by states and "
            f"{percent(float(states.with_nines[CARRY_OUT]))} by carry-outs"
        ),
    )


def high_level_table(model: HighLevelModel) -> Table:
    """The table of interchange-intervention accuracies by variable of the high-level model."""
    rows: list[tuple[str, float, float, int]] = []
    for kind, variable in enumerate(("sum modulo ten", "state")):
        for column in range(model.n_digits):
            if not np.isnan(model.accuracy[kind, column]):
                rows.append(
                    (
                        f"{variable} of column {column}",
                        float(model.accuracy[kind, column]),
                        float(model.where_it_changes[kind, column]),
                        int(model.n_changes[kind, column]),
                    )
                )
    rows.append(("random subset", model.subset_accuracy, np.nan, 0))
    rows.append(("no patching, same answers asked", model.without_patching, np.nan, 0))
    head = ("exchanged", "whole answers", "where the answer changes", "pairs that change")
    return Table(
        "high-level-model",
        "Interchange-intervention accuracy of the high-level model",
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            f"Share of {counted(model.n_pairs, 'pair')} of random sums in which the network predicts every digit "
            f"that "
            "the high-level model gives when variables come from the other sum; or that share among the pairs in "
            "which these digits change."
        ),
        source=high_level_model,
        formats={
            "whole answers": percent,
            "where the answer changes": lambda share: percent(share) if np.isfinite(share) else "–",
            "pairs that change": lambda n: count(n) if n else "–",
        },
    )


@claim(
    "computes-the-high-level-model",
    "When a random subset of the columns’ sums modulo ten and states comes from another sum, the network predicts "
    "the "
    f"high-level model’s whole answer in at least {percent(SUBSETS_AT_LEAST, 0)} of pairs.",
    analysis=high_level_model,
    figure="high-level-model",
    otherwise="With a random subset of the high-level model’s variables exchanged, {quantity} is {value}, where "
    "{bound} is required.",
    follows="carry-sites",
)
def network_follows_the_high_level_model(model: HighLevelModel) -> Check:
    """The interchange-intervention accuracy with random subsets of variables, and over the unpatched network's."""
    return all_of(
        at_least(
            SUBSETS_AT_LEAST,
            model.subset_accuracy,
            "the network predicts the whole answer of the high-level model in {bound} of pairs",
            label="the share of whole answers",
            n=model.n_pairs,
        ),
        at_least(
            OVER_WITHOUT_PATCHING,
            model.subset_accuracy - model.without_patching,
            "which exceeds the share that the unpatched network predicts by {bound}",
            label="the excess over the unpatched network",
        ),
        note=(
            f"without patching {percent(model.without_patching)}; the network gets {percent(model.baseline)} of "
            f"the base sums right; by digit {joined(percent(float(share)) for share in model.subset_by_digit)}"
        ),
    )


def subtasks_table(alignment: Sequence[RouteSites], layout: Layout) -> Table:
    """The table that maps the sub-tasks of Quirke and Barez to the sites that were found."""

    def listed(is_chosen: Callable[[RouteSites], bool]) -> str:
        sites = sorted({site for one in alignment if is_chosen(one) for site in one.sites})
        return joined(site.name(layout) for site in sites) or "none found"

    rows = (
        ("base add, BA", "sum of a column modulo ten", listed(lambda one: one.route.is_own)),
        (
            "make carry, MC",
            "state of the next column",
            listed(lambda one: not one.route.is_own and not one.route.n_nines),
        ),
        (
            "use sum 9, US9; TriCase, ST",
            "state of a column beyond columns of nine",
            listed(lambda one: not one.route.is_own and one.route.n_nines > 0),
        ),
    )
    head = ("sub-task", "variable here", "sites")
    return Table(
        "subtasks",
        "Sub-tasks of Quirke and Barez, and the sites found here",
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            "Sub-tasks of addition in two earlier studies, the variable of the high-level model to which each "
            "corresponds, and the layer-0 sites that patching finds for it. A site in two rows is exchanged with "
            "both."
        ),
        source=high_level_model,
    )
