"""Section "What it amounts to": how often each look-ahead gives the same digit as the network, over all sums.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from report.content.budget import tally_of_every_sum
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import count, counted, decimals, percent
from report.content.optional import optional_figure
from report.figures import charts
from sumint.exhaustive.symbolic import SymbolicAgreement, symbolic_agreement
from sumint.lab import Lab

BEHIND_NINES_AT_LEAST = 0.95
PER_MILLION = 1e6


def network_agreement(lab: Lab) -> SymbolicAgreement | str:
    """The agreement of the network with each symbolic model, or the reason why it is unknown."""
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        return tally
    if len(tally.listed_sums) < tally.n_wrong:
        return (
            f"Not compared: {count(tally.n_wrong)} sums are wrong, of which only {count(len(tally.listed_sums))} "
            "are listed."
        )
    return symbolic_agreement(tally)


def no_agreement(agreement: SymbolicAgreement | str) -> str:
    """The reason why the models are not compared, or an empty string if they are."""
    return agreement if isinstance(agreement, str) else ""


@optional_figure(
    "symbolic-agreement", "Disagreement of each symbolic algorithm with the model", unless=no_agreement
)
def agreement_figure(name: str, title: str, agreement: SymbolicAgreement) -> Figure:
    """The share of digits on which each symbolic model agrees with the network, by the run of nines behind."""
    by_run = agreement.by_run
    shares = np.column_stack([by_run, agreement.overall])
    columns = [*(str(run) for run in range(by_run.shape[1])), "all"]
    models = ["none", *map(str, range(1, len(by_run) - 1)), "full"][-len(by_run) :]
    across, down = "nines in a row behind the digit", "look-ahead"
    per_million = PER_MILLION * (1 - shares)
    return Figure(
        name,
        title,
        charts.heatmap(
            per_million,
            x=columns,
            y=models,
            x_title=across,
            y_title=down,
            quantity="per million",
            diverging=False,
            logarithmic=True,
            text=[[_short_count(value) for value in row] for row in per_million.tolist()],
        ),
        numbers=charts.heatmap(
            100 * shares,
            x=columns,
            y=models,
            x_title=across,
            y_title=down,
            quantity="digits agreed (%)",
            diverging=False,
            limits=(0, 100),
            written=partial(decimals, places=3),
        ),
        caption=(
            "Digits per million, over all sums, on which each symbolic algorithm (rows) and the model differ, by "
            "the run of nines behind the digit; logarithmic colour. An algorithm adds no carry that its "
            "look-ahead does not reach."
        ),
        alt="A heatmap of symbolic algorithms by the length of the run of nines, with the disagreement in each "
        "cell.",
        source=symbolic_agreement,
        height=300,
        width=640,
    )


def _short_count(value: float) -> str:
    """A number of cases per million: in whole numbers, or to one decimal place below ten."""
    return "" if np.isnan(value) else decimals(value, 0 if value >= 10 or value == 0 else 1)


@claim(
    "look-ahead-holds-on-long-runs",
    (
        "Behind every number of columns that sum to nine, the model agrees with full look-ahead on at least "
        f"{percent(BEHIND_NINES_AT_LEAST, 0)} of digits, and more often than with an algorithm that looks only at "
        "these columns."
    ),
    analysis=symbolic_agreement,
    figure="symbolic-agreement",
    otherwise=("Behind {case}, the {quantity} is {value}, where {bound} is required."),
)
def carries_come_through_nines(agreement: SymbolicAgreement | str) -> Check:
    """The agreement with full look-ahead behind each number of nines, and how much less one without it agrees."""
    if isinstance(agreement, str):
        return all_of(at_least(1, {}, "all sums have been compared"), note=agreement)
    by_run = agreement.by_decided_run
    runs = {counted(run, "nine"): run for run in range(1, by_run.shape[1])}
    if not runs:
        return not_applicable("No digit has a column that sums to nine behind it, and a column further on.")
    full = {name: float(by_run[-1, run]) for name, run in runs.items()}
    # Of the algorithms that do not look past the nines; those that do are exact there.
    limited = {name: float(by_run[: run + 1, run].max()) for name, run in runs.items()}
    return all_of(
        at_least(
            BEHIND_NINES_AT_LEAST,
            full,
            (
                "behind every number of nines, with a column behind them that decides, the model and full "
                "look-ahead agree on {bound} of the digits"
            ),
            label="agreement with full look-ahead",
        ),
        at_least(
            0,
            {name: full[name] - limited[name] for name in runs},
            ("this exceeds the agreement with an algorithm that looks only at the nines by {bound}"),
            label="agreement with full look-ahead minus that with less",
            is_strict=True,
        ),
        note=(
            f"of all digits, full look-ahead agrees on {percent(float(agreement.overall[-1]), 3)}, "
            f"look-ahead {len(by_run) - 2} on {percent(float(agreement.overall[-2]), 3)}"
        ),
    )
