"""What recurs on other checkpoints, and what is an accident of one."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from report.chapters.other_seeds.claims import (
    ACCIDENT_BELOW,
    RECURS_FROM,
    alike,
    claims,
    of_how_many,
    otherwise_trained,
    recurrences,
)
from report.content.chapter import Chapter, Figure, Table
from report.content.failures import isolated
from report.content.formats import percent
from report.content.optional import optional
from report.figures import charts
from report.seeds.result import SeedSummaries, SeedSummary
from report.seeds.run import summarize_seeds
from sumint.lab import Lab

KINDS = {True: "holds", False: "does not hold", None: "nothing to measure"}
HERE = "here"
SHOWN = 20
ROW, HEAD = 18, 120
"""The height of the matrix’s rows, and of what stands above and below them, in pixels."""


def chapter(lab: Lab, compared: Sequence[ModuleType]) -> Chapter:
    """The chapter that checks the claims of the modules in `compared` on the lab's other checkpoints."""
    found = summarize_seeds(lab, compared) if lab.others else None
    others = found.others if found else ()
    return Chapter(
        title="Other seeds",
        question="What recurs when the same recipe starts from another seed, and what is an accident?",
        figures=(_matrix(found), _verdicts(found)),
        tables=(_seeds(found), _recurring(found)),
        values=_numbers(others),
        claims=claims(others),
        findings=("order-recurs", "identity-recurs", "sites-differ"),
        # Those on the weights at hand are told where they happen.
        failures=tuple(f"{one.name}: {failure}" for one in others for failure in one.failures),
    )


@isolated
def _numbers(others: Sequence[SeedSummary]) -> dict[str, int]:
    """What the text says in numbers."""
    seeds, rows = alike(others), recurrences(others)
    return {
        "n_served": sum(one.n_served for one in seeds),
        "n_routes": sum(one.n_routes for one in seeds),
        "n_checked": len(rows),
        "n_everywhere": sum(row.share >= RECURS_FROM for row in rows),
        "n_on_few": sum(row.share < ACCIDENT_BELOW for row in rows),
    }


def _alone(found: SeedSummaries | None) -> str:
    """Why there is nothing to compare."""
    if found:
        return ""
    return (
        "There are no other checkpoints of these sizes at hand, or they were left out: a build compares with the "
        "seeds that come with the project, a preview does not."
    )


@optional("seeds", "The checkpoints", unless=_alone)
def _seeds(name: str, title: str, found: SeedSummaries) -> Table:
    compared = _compared(found)
    columns = {
        "checkpoint": [_name(one, found) for one in found.all],
        "epochs": ["unknown" if one.epochs is None else str(one.epochs) for one in found.all],
        "digits right on its validation sums": [
            "unknown" if one.validation_accuracy is None else percent(one.validation_accuracy, 2)
            for one in found.all
        ],
        "on the sample": [
            "not measured" if one.digit_accuracy is None else percent(one.digit_accuracy, 2) for one in found.all
        ],
        "routes with a site": [
            f"{one.n_served} of {one.n_routes}" if one.n_routes else "not measured" for one in found.all
        ],
        "sites": [", ".join(one.sites) or "none" for one in found.all],
        "claims that hold": [_how_many_hold(one, compared) for one in found.all],
    }
    if any(one.failures for one in found.others):
        columns["what failed"] = [", ".join(one.failures) for one in found.all]
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


@optional("claims-by-seed", "Which claims hold where", unless=_alone)
def _matrix(name: str, title: str, found: SeedSummaries) -> Figure:
    run_chapter = _compared(found)
    columns = [HERE, *(_short(one) for one in found.others)]
    groups: dict[str, list[str]] = {}
    kinds: dict[bool | None, list[charts.Mark]] = {kind: [] for kind in KINDS}
    for column, one in zip(columns, found.all, strict=True):
        for verdict in one.verdicts:
            if verdict.name in run_chapter:
                kinds[verdict.holds].append(charts.Mark(verdict.name, column, verdict.value))
                of_chapter = groups.setdefault(verdict.chapter, [])
                of_chapter += [verdict.name] * (verdict.name not in of_chapter)
    n_rows = sum(len(of_group) + 1 for of_group in groups.values())
    return Figure(
        name,
        title,
        charts.marks(groups, columns, {KINDS[kind]: marks for kind, marks in kinds.items()}),
        caption=(
            "Every claim that could be checked on some of the seeds trained alike, chapter by chapter: whether it "
            "holds on the weights at hand, called here, and on each seed. s0 is seed 0, and s0 300 the same "
            "trained for 300 epochs. Whoever points at a mark reads what was measured there."
        ),
        alt="A matrix of claims and checkpoints: squares where a claim holds, crosses where it does not.",
        source=summarize_seeds,
        height=n_rows * ROW + HEAD,
        narrow_height=n_rows * ROW + HEAD,
    )


@optional("claims-recurring", "On how many seeds each claim holds", unless=_alone)
def _recurring(name: str, title: str, found: SeedSummaries) -> Table:
    rows = recurrences(found.others)
    longer = otherwise_trained(found.others)
    columns = {
        "claim": [row.name for row in rows],
        "seeds": [f"{row.n_holding} of {row.n_checked}" for row in rows],
        "trained otherwise": [of_how_many(longer, row.name) for row in rows],
        HERE: [KINDS[found.here.holds(row.name)] for row in rows],
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
        shown=SHOWN,
        chosen_by=("chapter",),
        addresses={"claim": {row.name: f"{row.chapter}.html#{row.name}" for row in rows}},
    )


@optional("verdicts-by-seed", "How many claims hold", unless=_alone)
def _verdicts(name: str, title: str, found: SeedSummaries) -> Figure:
    by_accuracy = sorted(found.all, key=lambda one: one.digit_accuracy or 0)
    names = [HERE if one is found.here else _short(one) for one in by_accuracy]
    compared = _compared(found)

    def counted(wanted: bool | None) -> list[int]:
        return [sum(one.holds(claim) is wanted for claim in compared) for one in by_accuracy]

    return Figure(
        name,
        title,
        charts.bars(
            names,
            {predicted: counted(kind) for kind, predicted in KINDS.items()},
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


def _compared(found: SeedSummaries) -> set[str]:
    """The claims that could be checked on some of the seeds trained alike."""
    return {row.name for row in recurrences(found.others)}


def _how_many_hold(one: SeedSummary, claims: set[str]) -> str:
    verdicts = [holds for name in claims if (holds := one.holds(name)) is not None]
    return f"{sum(verdicts)} of {len(verdicts)}"


def _short(one: SeedSummary) -> str:
    """As it fits over a narrow column: s0, or s0 300 for the one that was trained longer."""
    return one.name.replace("seed ", "s").replace(" epochs", "").replace(",", "")


def _name(one: SeedSummary, found: SeedSummaries) -> str:
    return f"{one.name} (these weights)" if one is found.here else one.name
