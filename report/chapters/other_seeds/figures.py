"""The figures and tables of the chapter on other seeds: the checkpoints, and which claims hold on each."""

from __future__ import annotations

from collections.abc import Mapping

from report.chapters.other_seeds.recurrence import (
    RARE_BELOW,
    RECURS_FROM,
    alike_name,
    epochs_of,
    holding_count,
    recurrences,
)
from report.content.chapter import Figure, Table
from report.content.formats import NO_BREAK, counted, percent, without_formulas
from report.content.optional import optional_figure, optional_table
from report.figures import charts
from report.seeds.result import SeedSummaries, SeedSummary, trained_alike, trained_otherwise
from report.seeds.run import summarize_seeds

VERDICTS = {True: "holds", False: "does not hold", None: "not checked"}
"""The labels of the verdicts."""
HERE = "this checkpoint"
"""The label of the checkpoint that the report is about."""
ROWS_PER_PAGE = 20
ROW_HEIGHT, FRAME_HEIGHT = 18, 120
"""The height in pixels of a row of the matrix, and that of the labels above and below all rows."""


def _why_nothing_to_compare(summaries: SeedSummaries | None, _statements: Mapping[str, str] | None = None) -> str:
    """Return the reason if there are no other checkpoints to compare with, or no text if there are."""
    if summaries and _compared_claims(summaries):
        return ""
    if summaries:
        return "No claim of the chapters in this report was checked on the other seeds."
    return (
        "No other checkpoint of these sizes is compared: a build compares with the seeds that come with the "
        "project if they have the same sizes, a preview does not."
    )


@optional_table("seeds", "The checkpoints", unless=_why_nothing_to_compare)
def seeds_table(name: str, title: str, summaries: SeedSummaries) -> Table:
    """Return the table of the checkpoints: training, accuracy, sites and number of claims that hold."""
    compared = _compared_claims(summaries)
    columns = {
        "checkpoint": [_long_name(seed, summaries) for seed in summaries.all],
        "epochs": ["unknown" if seed.epochs is None else str(seed.epochs) for seed in summaries.all],
        "digits right on its validation sums": [
            "unknown" if seed.validation_accuracy is None else percent(seed.validation_accuracy, 2)
            for seed in summaries.all
        ],
        "on the sample": [
            "not measured" if seed.digit_accuracy is None else percent(seed.digit_accuracy, 2)
            for seed in summaries.all
        ],
        "routes with a site": [
            f"{seed.n_served} of {seed.n_routes}" if seed.n_routes else "not measured" for seed in summaries.all
        ],
        "sites": [
            ", ".join(site.replace(" ", NO_BREAK) for site in seed.sites) or "none" for seed in summaries.all
        ],
        "claims that hold": [_claims_that_hold(seed, compared) for seed in summaries.all],
    }
    if any(seed.failures for seed in summaries.others):
        columns["what failed"] = [", ".join(seed.failures) for seed in summaries.all]
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "This checkpoint and the bundled seeds: training, accuracy, carry sites and claims that hold, of "
            f"those that could be checked on it and on some of {alike_name(summaries.others)}. Heads are numbered "
            "arbitrarily."
        ),
        source=summarize_seeds,
        csv_columns=_seed_columns(summaries, compared),
    )


def _seed_columns(summaries: SeedSummaries, compared: set[str]) -> dict[str, list[object]]:
    """Return the columns of the CSV of the checkpoints, with shares from 0 to 1; what is unknown is empty."""
    held = [_verdicts(seed, compared) for seed in summaries.all]
    columns: dict[str, list[object]] = {
        "checkpoint": [HERE if seed is summaries.main else seed.name for seed in summaries.all],
        "epochs": [seed.epochs for seed in summaries.all],
        "validation_digits_right": [seed.validation_accuracy for seed in summaries.all],
        "sample_digits_right": [seed.digit_accuracy for seed in summaries.all],
        "n_routes_with_site": [seed.n_served if seed.n_routes else None for seed in summaries.all],
        "n_routes": [seed.n_routes or None for seed in summaries.all],
        "sites": [", ".join(seed.sites) for seed in summaries.all],
        "n_claims_held": [sum(verdicts) for verdicts in held],
        "n_claims_checked": [len(verdicts) for verdicts in held],
    }
    if any(seed.failures for seed in summaries.others):
        columns["failures"] = [", ".join(seed.failures) for seed in summaries.all]
    return columns


@optional_figure("claims-by-seed", "Claims that hold, by checkpoint", unless=_why_nothing_to_compare)
def matrix_figure(name: str, title: str, summaries: SeedSummaries, statements: Mapping[str, str]) -> Figure:
    """Return the matrix of claims by checkpoints, marked by whether each claim holds.

    `statements` are the statements of the claims by their names.
    """
    rows = recurrences(summaries.others)
    compared = {row.name for row in rows}
    columns = [HERE, *(_short_name(seed) for seed in summaries.others)]
    groups = {
        "hold on every seed": [row.name for row in rows if row.share >= RECURS_FROM],
        "hold on most seeds": [row.name for row in rows if RARE_BELOW <= row.share < RECURS_FROM],
        "hold on fewer than half": [row.name for row in rows if row.share < RARE_BELOW],
    }
    groups = {heading: names for heading, names in groups.items() if names}
    marks: dict[bool | None, list[charts.Mark]] = {holds: [] for holds in VERDICTS}
    for column, seed in zip(columns, summaries.all, strict=True):
        for verdict in seed.verdicts:
            if verdict.name in compared:
                marks[verdict.holds].append(charts.Mark(verdict.name, column, verdict.value))
    n_rows = sum(len(rows) + 1 for rows in groups.values())
    return Figure(
        name,
        title,
        charts.mark_matrix(
            groups,
            columns,
            {VERDICTS[holds]: of_verdict for holds, of_verdict in marks.items()},
            labels={name: without_formulas(statement) for name, statement in statements.items()},
        ),
        caption=(
            "Claims (rows) on this checkpoint and on each seed (columns): filled where a claim holds, an open "
            "diamond where it does not. s0 is seed 0; s0 300 was trained for 300 epochs. Point at a mark, or tap "
            "it, for the measured value."
        ),
        alt="A matrix of claims and checkpoints: filled circles where a claim holds, diamonds where it does not.",
        source=summarize_seeds,
        height=n_rows * ROW_HEIGHT + FRAME_HEIGHT,
        narrow_height=n_rows * ROW_HEIGHT + FRAME_HEIGHT,
    )


@optional_table("claims-recurring", "Recurrence of each claim across seeds", unless=_why_nothing_to_compare)
def recurrence_table(name: str, title: str, summaries: SeedSummaries, statements: Mapping[str, str]) -> Table:
    """Return the table of how many seeds each claim holds on; `statements` are those of the claims by name."""
    rows = recurrences(summaries.others)
    others = trained_otherwise(summaries.others)
    columns = {
        "claim": [without_formulas(statements.get(row.name, row.name)) for row in rows],
        f"trained for {epochs_of(trained_alike(summaries.others))}": [
            f"{row.n_holding} of {row.n_checked}" for row in rows
        ],
        f"trained for {epochs_of(others)}": [holding_count(others, row.name) for row in rows],
        HERE: [VERDICTS[summaries.main.holds(row.name)] for row in rows],
        "chapter": [row.chapter for row in rows],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "On how many seeds each claim holds, of those on which it could be checked, by the length of the "
            "training. The most frequent come first."
        ),
        source=summarize_seeds,
        page_length=ROWS_PER_PAGE,
        filter_columns=("chapter",),
        addresses={
            "claim": {
                statement: f"{row.chapter}.html#{row.name}"
                for statement, row in zip(columns["claim"], rows, strict=True)
            }
        },
        csv_columns=_recurrence_columns(summaries),
    )


def _recurrence_columns(summaries: SeedSummaries) -> dict[str, list[object]]:
    """Return the columns of the CSV of the claims, with a row for each claim and length of the training."""
    lengths = sorted({seed.epochs for seed in summaries.others if seed.epochs is not None})
    by_length = {length: [one for one in summaries.others if one.epochs == length] for length in lengths}
    rows = [
        (claim, length, [holds for seed in seeds if (holds := seed.holds(claim.name)) is not None])
        for claim in recurrences(summaries.others)
        for length, seeds in by_length.items()
    ]
    return {
        "claim": [claim.name for claim, _, _ in rows],
        "chapter": [claim.chapter for claim, _, _ in rows],
        "on_this_checkpoint": [VERDICTS[summaries.main.holds(claim.name)] for claim, _, _ in rows],
        "epochs": [length for _, length, _ in rows],
        "n_seeds_held": [sum(verdicts) for _, _, verdicts in rows],
        "n_seeds_checked": [len(verdicts) for _, _, verdicts in rows],
    }


@optional_figure("verdicts-by-seed", "Share of claims that hold, by checkpoint", unless=_why_nothing_to_compare)
def counts_figure(name: str, title: str, summaries: SeedSummaries) -> Figure:
    """Return the bars of how many claims hold on each checkpoint, by accuracy."""
    by_accuracy = sorted(summaries.all, key=lambda seed: seed.digit_accuracy or 0)
    names = [HERE if seed is summaries.main else _short_name(seed) for seed in by_accuracy]
    compared = _compared_claims(summaries)

    def count(holds: bool | None) -> list[int]:
        return [sum(seed.holds(claim) is holds for claim in compared) for seed in by_accuracy]

    counts = {label: count(holds) for holds, label in VERDICTS.items()}
    return Figure(
        name,
        title,
        charts.bars(
            names,
            {label: [number / len(compared) for number in of_verdict] for label, of_verdict in counts.items()},
            x_title="checkpoint, the least accurate first",
            y_title="share of claims",
            is_share=True,
            stacked=True,
            highest=1,
        ),
        numbers=charts.bars(names, counts, x_title="checkpoint, the least accurate first", y_title="claims"),
        caption=(
            f"Share of {counted(len(compared), 'claim')} that hold, do not hold or could not be checked, by "
            "checkpoint, in order of accuracy on the sample. s0 is seed 0."
        ),
        alt=(
            "Stacked bars for each checkpoint: claims that hold, claims that do not, and claims that could not be "
            "checked."
        ),
        source=summarize_seeds,
        height=380,
    )


def _compared_claims(summaries: SeedSummaries) -> set[str]:
    """Return the names of the claims that could be checked on some of the seeds trained alike."""
    return {row.name for row in recurrences(summaries.others)}


def _claims_that_hold(seed: SeedSummary, claims: set[str]) -> str:
    verdicts = _verdicts(seed, claims)
    return f"{sum(verdicts)} of {len(verdicts)}"


def _verdicts(seed: SeedSummary, claims: set[str]) -> list[bool]:
    """Return whether each claim holds that was checked on the checkpoint."""
    return [holds for name in claims if (holds := seed.holds(name)) is not None]


def _short_name(seed: SeedSummary) -> str:
    """Return a name that fits above a narrow column: s0, or s0 300 for seed 0 trained for 300 epochs."""
    return seed.name.replace("seed ", "s").replace(" epochs", "").replace(",", "")


def _long_name(seed: SeedSummary, summaries: SeedSummaries) -> str:
    return f"{seed.name} (this checkpoint)" if seed is summaries.main else seed.name
