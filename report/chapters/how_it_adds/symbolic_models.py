"""Section "What it amounts to": how often each look-ahead gives the same digit as the network, over all sums.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from report.content.budget import tally_of_every_sum
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import decimals, joined, percent
from report.content.optional import optional_figure
from report.figures import charts
from sumint.exhaustive.symbolic import SymbolicAgreement, symbolic_agreement
from sumint.lab import Lab

AGREEMENT_AT_LEAST = 0.99
LONG_RUN = 2
LONG_RUN_AT_LEAST = 0.95


def network_agreement(lab: Lab) -> SymbolicAgreement | str:
    """The agreement of the network with each symbolic model, or the reason why it is unknown."""
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        return tally
    if len(tally.listed_sums) < tally.n_wrong:
        return "More sums are wrong than are listed, so that they cannot be compared one by one."
    return symbolic_agreement(tally)


def no_agreement(agreement: SymbolicAgreement | str) -> str:
    """The reason why the models are not compared, or an empty string if they are."""
    return agreement if isinstance(agreement, str) else ""


@optional_figure(
    "symbolic-agreement", "How often each symbolic model says what the network says", unless=no_agreement
)
def agreement_figure(name: str, title: str, agreement: SymbolicAgreement) -> Figure:
    """The share of digits on which each symbolic model agrees with the network, by the run of nines behind."""
    by_run = agreement.by_run
    return Figure(
        name,
        title,
        charts.heatmap(
            100 * np.column_stack([by_run, agreement.overall]),
            x=[*(str(run) for run in range(by_run.shape[1])), "all"],
            y=["none", *map(str, range(1, len(by_run) - 1)), "full"][-len(by_run) :],
            x_title="nines in a row behind the digit",
            y_title="look-ahead",
            quantity="digits agreed (%)",
            diverging=False,
            limits=(0, 100),
            written=partial(decimals, places=3),
        ),
        caption=(
            "In percent of all digits of all sums, by how many columns in a row behind them sum to nine; in the "
            "last column whatever their number. A model that does not see far enough carries nothing."
        ),
        alt="A heatmap of symbolic models by the length of the run of nines, with the agreement in each cell.",
        source=symbolic_agreement,
        height=300,
        width=640,
    )


def symbolic_claims(agreement: SymbolicAgreement | str) -> tuple[Claim, ...]:
    """Checks that the model with full look-ahead agrees best with the network, also on long carry chains."""
    return (
        general_claim(
            "full-look-ahead",
            "Of all symbolic models the one that looks ahead as far as it takes agrees best with the network.",
            criterion=(
                f"no other agrees on more digits, and it does on at least {percent(AGREEMENT_AT_LEAST, 0)} of all"
            ),
            source=symbolic_agreement,
            otherwise="On these weights another comes closer, or none comes close.",
            finding=_best_model(agreement),
        ),
        general_claim(
            "look-ahead-holds-on-long-runs",
            "So it does where the carry comes from far.",
            criterion=(
                f"behind every number of nines from {LONG_RUN} on, with a column behind them that decides, it "
                f"agrees on at least {percent(LONG_RUN_AT_LEAST, 0)} of the digits, and on more than any other"
            ),
            source=symbolic_agreement,
            otherwise="On these weights the network does not look so far, or not surely.",
            finding=_long_runs(agreement),
        ),
    )


def _best_model(agreement: SymbolicAgreement | str) -> Finding:
    """The agreement of every symbolic model over all digits of all sums."""
    if isinstance(agreement, str):
        return Finding(agreement, None)
    overall = agreement.overall
    listed = joined(
        f"{percent(float(share), 3)} ({_look_ahead_name(number, len(overall))})"
        for number, share in enumerate(overall)
    )
    return Finding(listed, bool(overall[-1] >= overall.max() and overall[-1] >= AGREEMENT_AT_LEAST))


def _long_runs(agreement: SymbolicAgreement | str) -> Finding:
    """The agreement of the full look-ahead and of the next best model behind long runs of nines."""
    if isinstance(agreement, str):
        return Finding(agreement, None)
    long_runs = agreement.by_decided_run[:, LONG_RUN:]
    if not long_runs.size:
        return Finding("no digit has so many columns behind it, and another that decides", None)
    full, next_best = long_runs[-1], long_runs[:-1].max(axis=0)
    listed = joined(
        f"{percent(float(share))} behind {run} nines, where the next best agrees on {percent(float(other))}"
        for run, (share, other) in enumerate(zip(full, next_best, strict=True), start=LONG_RUN)
    )
    return Finding(listed, bool(full.min() >= LONG_RUN_AT_LEAST and (full > next_best).all()))


def _look_ahead_name(look_ahead: int, n_models: int) -> str:
    """The name of a symbolic model by its look-ahead."""
    if look_ahead == n_models - 1:
        return "full look-ahead"
    return f"look-ahead {look_ahead}" if look_ahead else "no look-ahead"
