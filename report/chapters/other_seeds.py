"""What recurs on other checkpoints, and what is an accident of one."""

from __future__ import annotations

from collections.abc import Sequence

from report import plots
from report.absent import shown
from report.chapter import Chapter, Figure, Table
from report.chapters.other_seeds_claims import claims, recurrences
from report.parts import part
from report.survey import Surveyed, survey
from report.theme import percent
from sumint.lab import Lab

MARKS = {True: "✓", False: "✗", None: "·"}
HERE = "here"
SHOWN = 24


def chapter(lab: Lab) -> Chapter:
    """The chapter that compares the lab's checkpoint with others."""
    surveyed = _survey(lab)
    return Chapter(
        title="Other seeds",
        question="What recurs when the same recipe starts from another seed, and what is an accident?",
        figures=(_verdicts(surveyed),),
        tables=(_seeds(surveyed), _claims(surveyed)),
        claims=claims(surveyed),
        findings=("order-recurs", "identity-recurs", "sites-differ"),
    )


@part
def _survey(lab: Lab) -> tuple[Surveyed, ...]:
    """The weights at hand and the others; nothing where there are no others."""
    return survey(lab) if lab.others else ()


def _alone(surveyed: Sequence[Surveyed]) -> str:
    """Why there is nothing to compare."""
    if surveyed:
        return ""
    return (
        "There are no other checkpoints of these sizes at hand, or they were left out: a build compares with the "
        "seeds that come with the project, a preview does not."
    )


@shown("seeds", "The checkpoints", unless=_alone)
def _seeds(name: str, title: str, surveyed: Sequence[Surveyed]) -> Table:
    verdicts = [[verdict.holds for verdict in one.verdicts if verdict.holds is not None] for one in surveyed]
    columns = {
        "checkpoint": [_name(number, one) for number, one in enumerate(surveyed)],
        "epochs": ["unknown" if one.epochs is None else str(one.epochs) for one in surveyed],
        "digits right in training": [
            "unknown" if one.validation_accuracy is None else percent(one.validation_accuracy, 2)
            for one in surveyed
        ],
        "on the probe": [percent(one.digit_accuracy, 2) for one in surveyed],
        "routes with a site": [f"{one.n_served} of {one.n_routes}" for one in surveyed],
        "sites": [", ".join(one.sites) or "none" for one in surveyed],
        "claims that hold": [f"{sum(of_one)} of {len(of_one)}" for of_one in verdicts],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "The weights at hand, and the seeds that come with the project. The third column is what the "
            "checkpoint’s card says of its validation sums at the best epoch; the fourth is measured here. A "
            "route has a site if one head at one position moves nearly all of its digits. What needs every sum "
            "was checked on the weights at hand only."
        ),
        source=survey,
    )


@shown("claims-by-seed", "Which claims hold where", unless=_alone)
def _claims(name: str, title: str, surveyed: Sequence[Surveyed]) -> Table:
    found = recurrences(surveyed)
    columns: dict[str, list[str]] = {
        "claim": [one.name for one in found],
        "chapter": [one.chapter for one in found],
        "seeds": [f"{one.n_holding} of {one.n_checked}" for one in found],
    }
    for number, one in enumerate(surveyed):
        head = HERE if number == 0 else _short(one)
        columns[head] = [MARKS[one.holds(row.name)] for row in found]
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "✓ holds, ✗ does not hold, · nothing to measure there. The third column counts the seeds that were "
            "trained alike, by the shorter training; those that were trained for longer are the last columns. "
            "Claims that hold most often come first. A claim’s words are found under its name by the search, and "
            "on its chapter’s page."
        ),
        source=survey,
        shown=SHOWN,
        chosen_by=("chapter",),
    )


@shown("verdicts-by-seed", "How many claims hold", unless=_alone)
def _verdicts(name: str, title: str, surveyed: Sequence[Surveyed]) -> Figure:
    by_accuracy = sorted(surveyed, key=lambda one: one.digit_accuracy)
    names = [HERE if one is surveyed[0] else _short(one) for one in by_accuracy]
    measured = {verdict.name for one in surveyed[1:] for verdict in one.verdicts if verdict.holds is not None}

    def counted(wanted: bool | None) -> list[int]:
        return [sum(one.holds(claim) is wanted for claim in measured) for one in by_accuracy]

    return Figure(
        name,
        title,
        plots.bars(
            names,
            {"holds": counted(True), "does not hold": counted(False), "nothing to measure": counted(None)},
            x_title="checkpoint, from the least accurate to the most",
            y_title="claims",
        ),
        caption=(
            "Of the claims that could be checked on some other checkpoint, how many hold. The checkpoints are "
            "ordered by how many of the probe’s digits they get right; s0 is seed 0, and the weights at hand are "
            "here."
        ),
        alt="Bars for each checkpoint: claims that hold, that do not, and that there was nothing to measure of.",
        source=survey,
        height=380,
    )


def _short(one: Surveyed) -> str:
    """As it fits over a narrow column: s0, or s0 300 for the one that was trained longer."""
    return one.name.replace("seed ", "s").replace(" epochs", "").replace(",", "")


def _name(number: int, one: Surveyed) -> str:
    return f"{one.name} (these weights)" if number == 0 else one.name
