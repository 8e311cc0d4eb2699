"""The opening page: what the model is, how accurate it is, and how many claims hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from report.content.chapter import Chapter, ChapterPlan, Content, Figure, KeyNumbers, ShownFigure, Values
from report.content.formats import count, joined, percent
from report.project.identity import Identity
from report.publishing.model_facts import accuracy
from sumint.analyses.performance.performance import performance
from sumint.lab import Lab

CARRY_NUMBERS = ("n_routes_with_a_site", "n_carry_routes")
"""The numbers of the chapter on carries that the page prints."""
FIGURES = {"circuit": "mechanism", "unembedding": "digits-in-the-plane"}
"""The figures that the page shows, by the chapter from which they are taken."""


def plan(
    chapters: Mapping[str, Chapter], plans: Mapping[str, ChapterPlan], identity: Identity, *, is_whole: bool
) -> ChapterPlan:
    """The plan of the opening page, whose figures show the whole algorithm and the directions of the digits.

    `plans` are those from which the chapters were made, by stem; `is_whole` is whether all of the package's
    chapters are among them.
    """

    def opening(lab: Lab) -> Iterator[Content]:
        """The model, its accuracy, and figures from the chapters."""
        for chapter in chapters.values():
            lab.record(f"chapter {chapter.title}", None if None in chapter.requests.values() else chapter.requests)

        def value(stem: str, name: str) -> Any:
            return chapters[stem].values.get(name) if stem in chapters else None

        result = lab.run(performance)
        claims = [claim for chapter in chapters.values() for claim in chapter.claims]
        checked = [claim.holds for claim in claims if claim.is_counted]
        yield Values(
            {
                "checkpoint": lab.weights.architecture,
                "layout": lab.layout,
                "performance": result,
                "resemblance": lab.resemblance,
                "shifts": value("how-it-adds", "shifts"),
                **{name: value("how-it-carries", name) for name in CARRY_NUMBERS},
                **_errors_by_nines(value("every-sum", "wrong_by_nines")),
            }
        )
        yield KeyNumbers(
            {
                "parameters": count(lab.weights.architecture.n_parameters),
                **accuracy(chapters.get("every-sum"), result),
                f"of {count(len(checked))} claims hold": count(sum(checked)),
            }
        )
        for stem, name in FIGURES.items():
            # The mechanism is explained by all chapters together.
            if stem not in chapters or (name == "mechanism" and not is_whole):
                continue
            figures = [figure for figure in chapters[stem].figures if figure.name == name]
            yield from map(_with_own_caption, figures)
            if not figures:
                yield from chapters[stem].failures

    return ChapterPlan(
        title=identity.title,
        question=identity.subtitle,
        sections=(opening,),
        other_modules=tuple(module for plan in plans.values() for module in plan.modules),
    )


def _errors_by_nines(wrong_by_nines: Sequence[tuple[float, float]] | None) -> Mapping[str, str]:
    """The shares of digits that are wrong behind no nine, behind one and so on, and these numbers, as text."""
    if not wrong_by_nines:
        return {"wrong_shares": "", "numbers_of_nines": ""}
    shares = [wrong_by_nines[0][0], *(behind_more for _, behind_more in wrong_by_nines)]
    return {
        "wrong_shares": joined(percent(share, _places(share)) for share in shares),
        "numbers_of_nines": f"{joined(range(len(shares)))} nines",
    }


def _places(share: float) -> int:
    """The decimal places of a percentage that show two digits of a small share."""
    return max(1, min(5, int(-np.floor(np.log10(max(share, 1e-9))) - 1)))


def _with_own_caption(figure: ShownFigure) -> ShownFigure:
    """The figure of the digits with a title and a caption for the opening page."""
    if not isinstance(figure, Figure):
        return figure
    caption = (
        "The direction in the residual stream of each digit, in the plane of the first two singular directions "
        "of the unembedding. Digits that are angles stand in order on the circle; spokes are 36° apart."
    )
    return replace(figure, title="The directions of the ten digits", caption=caption)
