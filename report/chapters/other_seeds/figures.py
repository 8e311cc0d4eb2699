"""The figures and tables of the chapter on other seeds: the checkpoints, and which claims hold on each."""

from __future__ import annotations

from report.chapters.other_seeds.recurrence import holding_count, recurrences
from report.content.chapter import Figure, Table
from report.content.formats import percent
from report.content.optional import optional_figure, optional_table
from report.figures import charts
from report.seeds.result import SeedSummaries, SeedSummary, trained_otherwise
from report.seeds.run import summarize_seeds

VERDICTS = {True: "holds", False: "does not hold", None: "nothing to measure"}
"""The labels of the verdicts."""
HERE = "here"
"""The label of the checkpoint that the report is about."""
ROWS_PER_PAGE = 20
ROW_HEIGHT, FRAME_HEIGHT = 18, 120
"""The height in pixels of a row of the matrix, and that of the labels above and below all rows."""


def _why_nothing_to_compare(summaries: SeedSummaries | None) -> str:
    """Return the reason if there are no other checkpoints to compare with, or no text if there are."""
    if summaries:
        return ""
    return (
        "There are no other checkpoints of these sizes at hand, or they were left out: a build compares with the "
        "seeds that come with the project, a preview does not."
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
        "sites": [", ".join(seed.sites) or "none" for seed in summaries.all],
        "claims that hold": [_claims_that_hold(seed, compared) for seed in summaries.all],
    }
    if any(seed.failures for seed in summaries.others):
        columns["what failed"] = [", ".join(seed.failures) for seed in summaries.all]
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "The weights at hand, and the seeds that come with the project. The third column is what the "
            "checkpoint’s card says of its validation sums at the best epoch; the fourth is measured here. A "
            "route has a site if one head at one position moves nearly all of its digits; which head of a layer "
            "is called the first means nothing. The last column is of the claims that could be checked on some of "
            "the seeds trained alike, and on this checkpoint."
        ),
        source=summarize_seeds,
    )


@optional_figure("claims-by-seed", "Which claims hold where", unless=_why_nothing_to_compare)
def matrix_figure(name: str, title: str, summaries: SeedSummaries) -> Figure:
    """Return the matrix of claims by checkpoints, marked by whether each claim holds."""
    compared = _compared_claims(summaries)
    columns = [HERE, *(_short_name(seed) for seed in summaries.others)]
    groups: dict[str, list[str]] = {}
    marks: dict[bool | None, list[charts.Mark]] = {holds: [] for holds in VERDICTS}
    for column, seed in zip(columns, summaries.all, strict=True):
        for verdict in seed.verdicts:
            if verdict.name in compared:
                marks[verdict.holds].append(charts.Mark(verdict.name, column, verdict.value))
                rows = groups.setdefault(verdict.chapter, [])
                rows += [verdict.name] * (verdict.name not in rows)
    n_rows = sum(len(rows) + 1 for rows in groups.values())
    return Figure(
        name,
        title,
        charts.mark_matrix(groups, columns, {VERDICTS[holds]: of_verdict for holds, of_verdict in marks.items()}),
        caption=(
            "Every claim that could be checked on some of the seeds trained alike, chapter by chapter: whether it "
            "holds on the weights at hand, called here, and on each seed. s0 is seed 0, and s0 300 the same "
            "trained for 300 epochs. Whoever points at a mark reads what was measured there."
        ),
        alt="A matrix of claims and checkpoints: squares where a claim holds, crosses where it does not.",
        source=summarize_seeds,
        height=n_rows * ROW_HEIGHT + FRAME_HEIGHT,
        narrow_height=n_rows * ROW_HEIGHT + FRAME_HEIGHT,
    )


@optional_table("claims-recurring", "On how many seeds each claim holds", unless=_why_nothing_to_compare)
def recurrence_table(name: str, title: str, summaries: SeedSummaries) -> Table:
    """Return the table of how many seeds each claim holds on."""
    rows = recurrences(summaries.others)
    others = trained_otherwise(summaries.others)
    columns = {
        "claim": [row.name for row in rows],
        "seeds": [f"{row.n_holding} of {row.n_checked}" for row in rows],
        "trained otherwise": [holding_count(others, row.name) for row in rows],
        HERE: [VERDICTS[summaries.main.holds(row.name)] for row in rows],
        "chapter": [row.chapter for row in rows],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "The second column counts the seeds that were trained alike, where there is something to measure; the "
            "third those that were trained for another number of epochs, which are some of the same seeds "
            "again. Claims that hold most often come first; each name leads to the claim."
        ),
        source=summarize_seeds,
        page_length=ROWS_PER_PAGE,
        filter_columns=("chapter",),
        addresses={"claim": {row.name: f"{row.chapter}.html#{row.name}" for row in rows}},
    )


@optional_figure("verdicts-by-seed", "How many claims hold", unless=_why_nothing_to_compare)
def counts_figure(name: str, title: str, summaries: SeedSummaries) -> Figure:
    """Return the bars of how many claims hold on each checkpoint, by accuracy."""
    by_accuracy = sorted(summaries.all, key=lambda seed: seed.digit_accuracy or 0)
    names = [HERE if seed is summaries.main else _short_name(seed) for seed in by_accuracy]
    compared = _compared_claims(summaries)

    def count(holds: bool | None) -> list[int]:
        return [sum(seed.holds(claim) is holds for claim in compared) for seed in by_accuracy]

    return Figure(
        name,
        title,
        charts.bars(
            names,
            {label: count(holds) for holds, label in VERDICTS.items()},
            x_title="checkpoint, the least accurate first",
            y_title="claims",
        ),
        caption=(
            "Of the claims that could be checked on some of the seeds trained alike, how many hold. The "
            "checkpoints are ordered by how many of the sample’s digits they get right; s0 is seed 0, and the "
            "weights at hand are here."
        ),
        alt="Bars for each checkpoint: claims that hold, that do not, and that there was nothing to measure of.",
        source=summarize_seeds,
        height=380,
    )


def _compared_claims(summaries: SeedSummaries) -> set[str]:
    """Return the names of the claims that could be checked on some of the seeds trained alike."""
    return {row.name for row in recurrences(summaries.others)}


def _claims_that_hold(seed: SeedSummary, claims: set[str]) -> str:
    verdicts = [holds for name in claims if (holds := seed.holds(name)) is not None]
    return f"{sum(verdicts)} of {len(verdicts)}"


def _short_name(seed: SeedSummary) -> str:
    """Return a name that fits above a narrow column: s0, or s0 300 for seed 0 trained for 300 epochs."""
    return seed.name.replace("seed ", "s").replace(" epochs", "").replace(",", "")


def _long_name(seed: SeedSummary, summaries: SeedSummaries) -> str:
    return f"{seed.name} (this checkpoint)" if seed is summaries.main else seed.name
