"""All sums, on one machine and on a cluster: the same bytes, whatever is interrupted or lost."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import LocalCluster

from sumint.analyses.performance.every_sum import every_sum
from sumint.checkpoints.files import Architecture, Weights, read_weights, write_weights
from sumint.checkpoints.locate import locate
from sumint.errors import InputError
from sumint.exhaustive import dask, run, shards
from sumint.exhaustive.options import Conditions, current, under
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.tally import Tally
from sumint.lab import Lab
from sumint.store.results import ResultStore
from sumint.task.sums import Layout

SMALL = Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4)
EVERY_SUM = Layout(4).n_sums


def bytes_of(tally: Tally) -> dict[str, bytes]:
    return {field.name: np.asarray(getattr(tally, field.name)).tobytes() for field in fields(tally)}


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Trained: few sums are wrong, as is usual where this is run."""
    return read_weights(locate("bundled"))


@pytest.fixture(scope="module")
def expected(weights: Weights) -> dict[str, bytes]:
    tally = tally_all(weights, Conditions())
    assert tally.n_sums == EVERY_SUM
    return bytes_of(tally)


def test_threads_change_nothing(untrained: Callable[..., Weights], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LEAST_TILES", 1)
    one = tally_all(untrained(SMALL), Conditions(n_threads=1))
    assert bytes_of(tally_all(untrained(SMALL), Conditions(n_threads=2))) == bytes_of(one)
    assert one.n_wrong > 0.9 * one.n_sums


def test_a_run_that_was_interrupted_goes_on_from_what_is_kept(
    weights: Weights, expected: dict[str, bytes], tmp_path: Path
) -> None:
    seen: list[int] = []

    def interrupt(done: int, _: int) -> None:
        seen.append(done)
        if len(seen) == 10:
            raise KeyboardInterrupt

    conditions = Conditions(store=ResultStore(tmp_path), n_threads=2, on_progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        tally_all(weights, conditions)
    assert seen[0] == 0
    seen.clear()
    again = replace(conditions, on_progress=lambda done, _: seen.append(done))
    assert bytes_of(tally_all(weights, again)) == expected
    assert 0 < seen[0] < seen[-1] == EVERY_SUM
    seen.clear()
    assert bytes_of(tally_all(weights, again)) == expected
    assert seen == [EVERY_SUM]


def test_a_shard_of_other_weights_or_a_damaged_one_is_not_used(
    untrained: Callable[..., Weights], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []
    conditions = Conditions(store=ResultStore(tmp_path), on_progress=lambda done, _: seen.append(done))
    found = bytes_of(tally_all(untrained(SMALL), conditions))
    seen.clear()
    tally_all(untrained(SMALL, scale=1.1), conditions)
    assert seen[0] == 0
    for kept in (tmp_path / "shard").iterdir():
        kept.write_bytes(kept.read_bytes()[:-5])
    seen.clear()
    assert bytes_of(tally_all(untrained(SMALL), conditions)) == found
    assert seen[0] == 0
    assert "not a whole result of shard" in caplog.text


def test_the_lab_keeps_the_result_and_the_shards(untrained: Callable[..., Weights], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    write_weights(path, dict(untrained(SMALL).tensors), {})
    seen: list[int] = []
    for attempt in range(2):
        lab = Lab(path, store=ResultStore(tmp_path / "kept"))
        with under(Conditions(on_progress=lambda done, _: seen.append(done))):
            tally = lab.examine(every_sum)
        assert tally.n_sums == Layout(3).n_sums
        assert lab.runs[0].state == ("reused" if attempt else "measured")
    assert seen == [0, Layout(3).n_sums]
    assert current().store.folder is None


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as started:
        yield started


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_bytes_also_if_a_worker_is_killed(
    weights: Weights, expected: dict[str, bytes], workers: Any
) -> None:
    address = workers.scheduler_address
    killed: list[int] = []

    def kill(done: int, _: int) -> None:
        if done and not killed:
            killed.append(next(iter(workers.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    assert bytes_of(tally_all(weights, Conditions(cluster=address, on_progress=kill))) == expected
    assert killed


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_is_lost_is_an_error_and_what_is_done_is_kept(
    weights: Weights, expected: dict[str, bytes], tmp_path: Path, start: Callable[..., Any]
) -> None:
    place, store = tmp_path / "scheduler.json", ResultStore(tmp_path / "kept")
    with (
        start(
            "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(place)
        ) as scheduler,
        start("distributed.cli.dask_worker", "--scheduler-file", str(place), "--nthreads", "1", "--no-dashboard"),
    ):
        while not place.exists():
            time.sleep(0.1)
        address = json.loads(place.read_text())["address"]

        def lose(done: int, _: int) -> None:
            if done:
                scheduler.kill()

        conditions = Conditions(store=store, cluster=address, on_progress=lose)
        with pytest.raises(InputError, match=rf"--cluster {address}: the scheduler was lost .* goes on"):
            tally_all(weights, conditions)
    assert list(tmp_path.rglob("*.kept"))
    seen: list[int] = []
    resumed = Conditions(store=store, on_progress=lambda done, _: seen.append(done))
    assert bytes_of(tally_all(weights, resumed)) == expected
    assert seen[0] > 0


@pytest.mark.filterwarnings("ignore")
def test_workers_with_other_code_are_an_error(
    weights: Weights, workers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "sources_of", lambda *_: {"sumint.exhaustive.shards": "another"})
    with pytest.raises(InputError, match=r"the worker tcp://.+ has other code than this machine"):
        tally_all(weights, Conditions(cluster=workers.scheduler_address))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "no such host.invalid:8786"])
def test_a_dead_address_is_an_error_that_names_it(
    untrained: Callable[..., Weights], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 1)
    with pytest.raises(InputError, match=f"--cluster {address}: no Dask scheduler answers there"):
        tally_all(untrained(SMALL), Conditions(cluster=address))


def test_a_network_too_wide_for_tables_is_refused_before_they_are_made(untrained: Callable[..., Weights]) -> None:
    weights = untrained(Architecture(n_digits=2, n_heads=32, d_model=256, d_head=8))
    with pytest.raises(InputError, match=r"32 heads in 256 dimensions: .+ would take \d+\.\d GB; up to 2 GB"):
        tally_all(weights, Conditions())


def test_a_wide_network_gets_fewer_threads() -> None:
    wide = Architecture(n_digits=4, n_heads=8, d_model=512, d_head=16)
    assert run._threads(wide, Conditions(n_threads=64)) < 8
    assert run._threads(SMALL, Conditions(n_threads=64)) == 64
