"""A plan states whether its chapter asks for the tally of all sums: a build begins with the tally if one does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from report.cli.every_sum import beginning_with_every_sum
from report.content.chapter import Chapter
from report.outline import CHAPTERS, plans
from sumint.exhaustive import beside
from sumint.lab import Lab
from sumint.store.results import Store


def test_the_chapters_that_ask_for_the_tally_state_so(arena_chapters: Mapping[str, Chapter]) -> None:
    asking = {
        stem
        for stem, chapter in arena_chapters.items()
        if any(request.startswith("every_sum ") for request in chapter.requests)
    }
    # Where there are other seeds, as here there are not, their chapter makes the others' claims again.
    assert asking | {"other-seeds"} == {stem for stem, plan in plans().items() if plan.needs_every_sum}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The checkpoints whose tally was started."""
    found: list[Path] = []

    class Process:
        def __init__(self, *, args: tuple, **_: object) -> None:
            found.append(args[1])

        def start(self) -> None: ...
        def terminate(self) -> None: ...
        def join(self) -> None: ...

    context = beside.multiprocessing.get_context("spawn")
    monkeypatch.setattr(type(context), "Process", Process)
    return found


def test_a_build_begins_with_the_tally_only_if_a_chapter_needs_it(
    arena_checkpoint: Path, tmp_path: Path, started: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("report.cli.every_sum.n_processors", lambda: 2)
    lab = Lab(arena_checkpoint, store=Store(tmp_path))
    with beginning_with_every_sum(lab, [CHAPTERS["unembedding"], CHAPTERS["carries"]]) as process:
        assert process is None
    with beginning_with_every_sum(lab, [CHAPTERS["unembedding"], CHAPTERS["every-sum"]]) as process:
        assert process is not None
    assert started == [arena_checkpoint]
    with beginning_with_every_sum(
        Lab(arena_checkpoint, store=Store.of_user()), list(CHAPTERS.values())
    ) as process:
        assert process is None  # the tally is stored
    monkeypatch.setattr("report.cli.every_sum.n_processors", lambda: 1)
    with beginning_with_every_sum(lab, list(CHAPTERS.values())) as process:
        assert process is None
