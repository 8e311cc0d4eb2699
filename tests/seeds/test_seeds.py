"""The claims on other checkpoints are the same as on each alone, are measured once, and are counted correctly."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

import report.seeds.run
from report.chapters import how_it_carries, layer_0_attention, other_seeds, the_task
from report.chapters.other_seeds.claims import (
    clock_comes_with_the_frequency,
    fading_recurs,
    order_recurs,
    sites_differ,
)
from report.chapters.other_seeds.recurrence import Recurrence, recurrences
from report.content.chapter import Absent, Chapter, Figure, Table
from report.content.claims.states import State
from report.content.sections import make_chapter
from report.figures.export import figure_data
from report.figures.plotlyjs import PlotlyJs
from report.outline import COMPARED, plans
from report.project.chapters import load_chapter
from report.publishing.fingerprint import fingerprint
from report.publishing.repository import Repository
from report.seeds.outcomes import shipped_outcomes
from report.seeds.result import SeedSummary, Verdict, trained_alike, trained_otherwise
from report.seeds.run import SeedLab, summarize_seeds
from report.seeds.workers import worker_processes
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.weights.qk_circuits import QkCircuits
from sumint.checkpoints.files import Weights, write_weights
from sumint.checkpoints.locate import bundled_checkpoints, locate, siblings
from sumint.lab import Lab
from sumint.model.load import Model
from sumint.store.results import Store
from sumint.task.sums import Sums
from tests.shared import ROOT, started, wait_for_end

REASON = "the queries went missing"
PLANS = plans(COMPARED)


def qk_circuits(model: Model, sample: Sums) -> QkCircuits:  # noqa: ARG001
    raise RuntimeError(REASON)


def carry_sites(model: Model, sample: Sums) -> CarrySites:  # noqa: ARG001
    raise RuntimeError(REASON)


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
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def test_others_are_told_as_they_would_be_alone_and_measured_once(
    checkpoints: list[Path], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = checkpoints
    found = summarize_seeds(Lab(first, store=store, others=lambda _: others), PLANS)
    assert [one.name for one in found.all] == ["seed 0", "seed 1", "seed 2"]
    alone = make_chapter(Lab(others[0], store=store), how_it_carries.PLAN).claims
    verdicts = {verdict.name: (verdict.state, verdict.value) for verdict in found.others[0].verdicts}
    findings = [claim for claim in alone if claim.kind == "finding"]
    assert len(findings) > 10
    assert {one.name: verdicts[one.name] for one in findings} == {
        one.name: (one.state, one.check.value) for one in findings
    }
    assert not {one.name for one in alone if one.kind != "finding"} & verdicts.keys()

    def measured(job: object) -> bytes:
        raise AssertionError(f"{job} was measured already")

    monkeypatch.setattr(report.seeds.run, "_run_job", measured)
    assert summarize_seeds(Lab(first, store=store, others=lambda _: others), PLANS) == found


def test_what_takes_long_is_left_out_of_a_renewal(checkpoints: list[Path]) -> None:
    lab = SeedLab(checkpoints[0])
    assert not report.seeds.run._summarize(lab, PLANS, leave_out=False).failures
    measured = {run.name for run in lab.runs}
    assert not {"minimal_circuit", "every_sum", "free_generation", "worked_example"} & measured
    assert "answer_tokens" in measured


def test_the_chapter_shows_every_checkpoint(checkpoints: list[Path], store: Store) -> None:
    first, *others = checkpoints
    chapter = make_chapter(Lab(first, store=store, others=lambda _: others), other_seeds.plan(PLANS))
    seeds, recurring = (table for table in chapter.tables if isinstance(table, Table))
    assert seeds.n_rows == 3
    matrix, _ = (shown for shown in chapter.figures if isinstance(shown, Figure))
    drawn = figure_data("claims-by-seed", matrix)["views"][0]["traces"]
    assert {column for trace in drawn for column in trace["x"]} == {"this checkpoint", "s1", "s2"}
    assert sum(len(trace["y"]) for trace in drawn) == 3 * recurring.n_rows
    assert [trace["name"] for trace in drawn] == ["holds", "does not hold", "not checked"]
    assert not chapter.failures


def test_what_fails_on_a_seed_leaves_the_rest_of_it_and_is_tried_again(
    checkpoints: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = checkpoints
    keeps = Store(tmp_path)

    def make() -> Chapter:
        return make_chapter(Lab(first, store=keeps, others=lambda _: [second]), other_seeds.plan(PLANS))

    with monkeypatch.context() as patch:
        patch.setattr(layer_0_attention, "qk_circuits", qk_circuits)
        patch.setattr(report.seeds.run, "carry_sites", carry_sites)
        chapter = make()
    (failure,) = chapter.failures
    assert failure.name == "seed 1"
    assert failure.message.startswith(
        f"the analysis qk_circuits: RuntimeError: {REASON} (tests/seeds/test_seeds.py:"
    )
    seeds = next(shown for shown in chapter.tables if isinstance(shown, Table))
    assert "qk_circuits" in seeds.columns["what failed"][1]
    assert seeds.columns["routes with a site"][1] == "not measured"
    assert make().failures == ()
    assert len(list(tmp_path.glob("seed-summary/*.stored"))) == 1


KILLED = """
import os, signal, sys, time
from report.seeds.workers import worker_processes
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores it
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and one under nohup this
    with worker_processes(2) as pool:
        print(*{future.result() for future in [pool.submit(os.getpid) for _ in range(20)]}, flush=True)
        pool.submit(time.sleep, 3600)
        time.sleep(3600)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_their_parent_however_it_ends(tmp_path: Path, by: signal.Signals) -> None:
    with started(tmp_path, KILLED) as parent:
        assert parent.stdout is not None
        workers = [int(process) for process in parent.stdout.readline().split()]
        assert workers
        parent.send_signal(by)
        parent.wait(30)
    wait_for_end(workers)


def test_a_renewal_ends_if_one_of_its_processes_does() -> None:
    with pytest.raises(BrokenProcessPool), worker_processes(1) as pool:
        list(pool.map(os._exit, [1]))


def test_an_interrupted_renewal_leaves_no_process_behind() -> None:
    def interrupted() -> None:
        with worker_processes(1) as pool:
            pool.submit(time.sleep, 3600)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not multiprocessing.active_children()


def test_a_checkpoint_without_others_has_nothing_to_compare(checkpoints: list[Path]) -> None:
    chapter = make_chapter(Lab(checkpoints[0]), other_seeds.plan(PLANS))
    assert all(isinstance(shown, Absent) for shown in (*chapter.figures, *chapter.tables))
    assert {claim.state for claim in chapter.claims} == {"not-applicable"}
    assert all(claim.check.reason for claim in chapter.claims)


def test_a_report_without_claims_has_nothing_to_compare(checkpoints: list[Path]) -> None:
    first, *others = checkpoints
    chapter = make_chapter(Lab(first, others=lambda _: others), other_seeds.plan({}))
    assert not chapter.failures
    assert all(isinstance(shown, Absent) for shown in (*chapter.figures, *chapter.tables))


def test_a_site_without_the_others_is_another_site(checkpoints: list[Path]) -> None:
    first, *others = checkpoints
    drawn_by = PlotlyJs(b"", is_bundle=False)
    made_from = {
        fingerprint(Lab(first, others=lambda _, some=some: some), Repository(), drawn_by, "")
        for some in ([], others, others[:1])
    }
    assert len(made_from) == 3


def test_siblings_are_the_bundled_seeds_but_for_the_one_at_hand(checkpoints: list[Path]) -> None:
    bundled = bundled_checkpoints()
    assert siblings(Lab(locate("bundled")).weights) == tuple(path for path in bundled if path != locate("bundled"))
    assert siblings(Lab(checkpoints[0]).weights) == ()


def summary(name: str, epochs: int, sites: tuple[str, ...], **verdicts: bool | None) -> SeedSummary:
    states: dict[bool | None, State] = {True: "holds", False: "fails", None: "not-applicable"}
    results = tuple(
        Verdict("chapter", name.replace("_", "-"), states[holds], "") for name, holds in verdicts.items()
    )
    return SeedSummary(name, epochs, 0.9, 0.9, 6, len(sites), sites, results)


def test_what_recurs_is_counted_among_seeds_trained_alike() -> None:
    group = [
        summary("seed 0", 100, ("H0.1 at =",), one=True, other=None, never=None),
        summary("seed 1", 100, ("H0.2 at =",), one=True, other=True, never=None),
        summary("seed 2", 100, (), one=False, other=True, never=None),
        summary("seed 0, longer", 300, ("H0.2 at =",), one=False, other=False, never=True),
    ]
    assert [one.name for one in trained_alike(group)] == ["seed 0", "seed 1", "seed 2"]
    assert [one.name for one in trained_otherwise(group)] == ["seed 0, longer"]
    assert trained_alike([]) == trained_otherwise([]) == []
    assert recurrences(group) == [Recurrence("other", "chapter", 2, 2), Recurrence("one", "chapter", 2, 3)]


@pytest.mark.parametrize(
    ("third", "n_sets", "holds"),
    [
        (("H0.0 at B2", "H0.1 at ="), 4, True),
        (("H0.0 at B3", "H0.0 at ="), 4, True),
        (("H0.2 at =", "H0.0 at B3"), 3, False),
    ],
    ids=["other positions", "one head for both", "other heads"],
)
def test_sites_differ_if_they_do_whatever_heads_are_called(
    third: tuple[str, ...], n_sets: int, holds: bool
) -> None:
    sites = [("H0.0 at =", "H0.1 at B3"), ("H0.0 at C0",), third, ("H0.0 at C1",)]
    group = [summary(f"seed {n}", 1, of_seed) for n, of_seed in enumerate(sites)]
    claim = sites_differ(group)
    assert claim.holds is holds
    assert claim.does_not_hold is not holds
    assert claim.check.note == f"4 seeds have {n_sets} different sets"


def test_seeds_that_were_trained_otherwise_are_told_apart() -> None:
    alike_all = [summary(f"seed {n}", 100, ("A",), soft_carry_fades=True) for n in range(4)]
    longer = summary("seed 0, longer", 300, ("A",), soft_carry_fades=False)
    recurring = fading_recurs([*alike_all, longer])
    assert recurring.holds
    assert recurring.check.value.endswith("; of the 1 seed trained for 300 epochs: soft-carry-fades on 0 of 1")


def test_a_claim_recurs_if_it_holds_on_most_of_the_seeds_on_which_it_could_be_checked() -> None:
    def seeds(*holds: bool | None) -> list[SeedSummary]:
        return [
            summary(f"seed {n}", 1, (), carry_order=of_seed, scores_are_v_shaped=True)
            for n, of_seed in enumerate(holds)
        ]

    assert order_recurs(seeds(True, True, True, True, None)).holds
    assert order_recurs(seeds(True, True, True, False)).holds
    failing = order_recurs(seeds(True, True, False, False))
    assert failing.does_not_hold
    assert (
        failing.sentence == "The claim carry-order holds on only 50.0% of the seeds on which it could be checked."
    )
    few = order_recurs(seeds(True, True, True, None))
    assert few.state == "not-applicable"
    assert "fewer than 4" in few.check.reason


def test_findings_come_together_if_they_have_the_same_verdict_on_a_seed() -> None:
    def seeds(*alike: bool) -> list[SeedSummary]:
        return [
            summary(
                *(f"seed {n}", 1, ()),
                one_frequency=True,
                digits_on_a_circle=True,
                sum_on_a_circle=True,
                logits_are_a_clock=together,
            )
            for n, together in enumerate(alike)
        ]

    assert clock_comes_with_the_frequency(seeds(True, True, True, True)).holds
    apart = clock_comes_with_the_frequency(seeds(True, True, True, False))
    assert apart.does_not_hold
    assert "75.0%" in apart.sentence
    assert clock_comes_with_the_frequency(seeds(True, True, True)).state == "not-applicable"


def test_a_bundled_seed_is_not_measured_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def measured(job: object) -> bytes:
        raise AssertionError(f"{job} is shipped with the package")

    monkeypatch.setattr(report.seeds.run, "_run_job", measured)
    paths = [path for path in bundled_checkpoints() if path != locate("bundled")][:2]
    lab = Lab(locate("bundled"), store=Store(tmp_path), others=lambda _: paths)
    found = [*report.seeds.run._summarize_others(lab, PLANS)]
    shipped = {network.summary.name: network.summary for network in shipped_outcomes().networks}
    assert [one.name for one in found] == ["seed 0", "seed 1"]
    assert found == [shipped[one.name] for one in found]


def test_a_chapter_from_outside_is_compared_on_the_other_checkpoints_if_it_asks_for_it(
    checkpoints: list[Path], store: Store, tmp_path: Path
) -> None:
    template = ROOT / "templates" / "new-report" / "chapters"
    code = (template / "example.py").read_text(encoding="utf-8")
    # By its name, too, a seed leaves out what takes long, and the rest of the section with it.
    slow = 'def slow(lab: Lab) -> Iterator[Content]:\n    lab.run("every_sum")\n    yield from ()\n\n\nPLAN ='
    code = code.replace("PLAN =", slow).replace("(spread_of_attention,)", "(spread_of_attention, slow)")
    for name, is_compared in (("asks", "True"), ("does_not_ask", "False")):
        (tmp_path / f"{name}.py").write_text(code.replace("is_compared=True", f"is_compared={is_compared}"))
        (tmp_path / f"{name}.md").write_text("")
    asks, does_not_ask = (load_chapter(tmp_path / f"{name}.py") for name in ("asks", "does_not_ask"))
    first, *others = checkpoints
    lab = Lab(first, store=store, others=lambda _: others)
    chapters = plans((the_task, asks, does_not_ask, other_seeds))
    chapter = make_chapter(lab, chapters["other-seeds"])
    _, recurring = (table for table in chapter.tables if isinstance(table, Table))
    compared = list(recurring.columns["chapter"])
    assert compared.count("asks") == 1
    assert "does-not-ask" not in compared
    (number,) = (number for number, name in enumerate(compared) if name == "asks")
    assert recurring.columns["claim"][number] == "Some head gives most of its attention to few positions."
    assert recurring.rows[number][1].endswith("of 2")
    assert not chapter.failures
