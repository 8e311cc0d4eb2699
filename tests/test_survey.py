"""The claims on other checkpoints: the same as on these, measured once, and counted rightly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import report.survey
from report.chapter import Absent, Table
from report.chapters import how_it_carries, other_seeds
from report.chapters.other_seeds_claims import Recurrence, alike, claims, recurrences
from report.inputs import inputs
from report.plotlyjs import PlotlyJs
from report.repository import Repository
from report.survey import SURVEYED, BriefLab, Surveyed, Verdict, survey
from sumint.cache import ResultStore
from sumint.checkpoints import bundled_checkpoints, locate, siblings
from sumint.lab import Lab
from sumint.weights import Weights, write_weights


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights) -> list[Path]:
    """Three checkpoints of one size, each with a card."""
    folder = tmp_path_factory.mktemp("checkpoints")
    paths = []
    for number in range(3):
        tensors = {name: np.roll(tensor, number, axis=-1) for name, tensor in tiny_weights.tensors.items()}
        paths.append(folder / f"seed-{number}.safetensors")
        write_weights(paths[-1], tensors, {"name": f"seed {number}", "recipe": {"epochs": 7}})
    return paths


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ResultStore:
    return ResultStore(tmp_path_factory.mktemp("store"))


def test_others_are_told_as_they_would_be_alone_and_measured_once(
    checkpoints: list[Path], store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = checkpoints
    here, *surveyed = survey(Lab(first, store=store, others=lambda _: others))
    assert [one.name for one in (here, *surveyed)] == ["seed 0", "seed 1", "seed 2"]
    alone = how_it_carries.chapter(Lab(others[0], store=store)).claims
    told = {verdict.name: (verdict.holds, verdict.value) for verdict in surveyed[0].verdicts}
    assert {claim.name: told[claim.name] for claim in alone} == {c.name: (c.holds, c.value) for c in alone}

    def measured(job: object) -> bytes:
        raise AssertionError(f"{job} was surveyed already")

    monkeypatch.setattr(report.survey, "_answer", measured)
    assert survey(Lab(first, store=store, others=lambda _: others)) == (here, *surveyed)


def test_what_takes_long_is_left_out_of_a_survey(checkpoints: list[Path]) -> None:
    lab = BriefLab(checkpoints[0])
    found = {module.__name__ for module in SURVEYED}
    assert len(found) == len(SURVEYED)
    report.survey._surveyed(lab)
    assert not {"minimal_circuit", "every_sum", "worked_example"} & {run.name for run in lab.runs}


def test_the_chapter_shows_every_checkpoint(checkpoints: list[Path], store: ResultStore) -> None:
    first, *others = checkpoints
    chapter = other_seeds.chapter(Lab(first, store=store, others=lambda _: others))
    seeds, by_seed = (table for table in chapter.tables if isinstance(table, Table))
    assert seeds.n_rows == 3
    assert list(by_seed.columns)[3:] == ["here", "s1", "s2"]
    assert not any(isinstance(shown, Absent) for shown in chapter.figures)


def test_a_checkpoint_without_others_has_nothing_to_compare(checkpoints: list[Path]) -> None:
    chapter = other_seeds.chapter(Lab(checkpoints[0]))
    assert all(isinstance(shown, Absent) for shown in (*chapter.figures, *chapter.tables))
    assert {claim.holds for claim in chapter.claims} == {None}


def test_a_site_without_the_others_is_another_site(checkpoints: list[Path]) -> None:
    first, *others = checkpoints
    drawn_by = PlotlyJs(b"", is_bundle=False)
    made_from = {
        inputs(Lab(first, others=lambda _, some=some: some), Repository(), drawn_by, "")
        for some in ([], others, others[:1])
    }
    assert len(made_from) == 3


def test_siblings_are_the_bundled_seeds_but_for_the_one_at_hand(checkpoints: list[Path]) -> None:
    bundled = bundled_checkpoints()
    assert siblings(Lab(locate("bundled")).checkpoint) == tuple(
        path for path in bundled if path != locate("bundled")
    )
    assert siblings(Lab(checkpoints[0]).checkpoint) == ()


def surveyed(name: str, epochs: int, sites: tuple[str, ...], **verdicts: bool | None) -> Surveyed:
    told = tuple(Verdict("chapter", name.replace("_", "-"), "", holds, "") for name, holds in verdicts.items())
    return Surveyed(name, epochs, 0.9, 0.9, 6, len(sites), sites, told)


def test_what_recurs_is_counted_among_seeds_trained_alike() -> None:
    group = [
        surveyed("here", 100, ("H0.0 at =",), one=True, other=False, never=None),
        surveyed("seed 0", 100, ("H0.1 at =",), one=True, other=None, never=None),
        surveyed("seed 1", 100, ("H0.2 at =",), one=True, other=True, never=None),
        surveyed("seed 2", 100, (), one=False, other=True, never=None),
        surveyed("seed 0, longer", 300, ("H0.2 at =",), one=False, other=False, never=True),
    ]
    assert [one.name for one in alike(group)] == ["seed 0", "seed 1", "seed 2"]
    assert recurrences(group) == [Recurrence("other", "chapter", 2, 2), Recurrence("one", "chapter", 2, 3)]


@pytest.mark.parametrize(("third", "holds"), [(("C",), True), (("A",), False)])
def test_sites_differ_if_no_two_seeds_have_the_same(third: tuple[str, ...], holds: bool) -> None:
    sites = [("A",), ("B",), third, ("D",)]
    group = [surveyed("here", 1, ()), *(surveyed(f"seed {n}", 1, of_seed) for n, of_seed in enumerate(sites))]
    assert next(claim for claim in claims(group) if claim.name == "sites-differ").holds is holds
