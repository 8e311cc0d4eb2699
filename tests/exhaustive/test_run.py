"""The tally of all sums has the same bytes on one machine, on a cluster and after an interruption."""

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
from sumint.exhaustive.kernel.lanes import MAX_WIDTH
from sumint.exhaustive.options import Options, current_options, use_options
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.shards import Network, Shard
from sumint.exhaustive.tally import Tally
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.task.sums import Layout

SMALL = Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4)


def bytes_of(tally: Tally) -> dict[str, bytes]:
    return {field.name: np.asarray(getattr(tally, field.name)).tobytes() for field in fields(tally)}


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small layout has more than one shard, too."""
    monkeypatch.setattr(shards, "MIN_PAIRS", MAX_WIDTH)


@pytest.fixture(scope="module", params=["small", pytest.param("bundled", marks=pytest.mark.nightly)])
def weights(request: pytest.FixtureRequest, untrained: Callable[..., Weights]) -> Weights:
    """Untrained weights, for which most sums are wrong, or the bundled ones of full size, for which few are."""
    return untrained(SMALL) if request.param == "small" else read_weights(locate("bundled"))


@pytest.fixture(scope="module")
def expected(weights: Weights) -> dict[str, bytes]:
    tally = tally_all(weights, Options())
    assert tally.n_sums == weights.architecture.layout.n_sums
    return bytes_of(tally)


def test_the_tally_does_not_depend_on_the_number_of_threads(untrained: Callable[..., Weights]) -> None:
    one = tally_all(untrained(SMALL), Options(n_threads=1))
    assert bytes_of(tally_all(untrained(SMALL), Options(n_threads=2))) == bytes_of(one)
    assert one.n_wrong > 0.9 * one.n_sums


def test_an_interrupted_run_resumes_from_the_stored_shards(
    weights: Weights, expected: dict[str, bytes], tmp_path: Path
) -> None:
    progress: list[int] = []

    def interrupt(n_done: int, _: int) -> None:
        progress.append(n_done)
        if n_done:
            raise KeyboardInterrupt

    options = Options(store=Store(tmp_path), n_threads=2, on_progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        tally_all(weights, options)
    assert progress[0] == 0
    progress.clear()
    again = replace(options, on_progress=lambda n_done, _: progress.append(n_done))
    assert bytes_of(tally_all(weights, again)) == expected
    assert 0 < progress[0] < progress[-1] == weights.architecture.layout.n_sums
    progress.clear()
    assert bytes_of(tally_all(weights, again)) == expected
    assert progress == [weights.architecture.layout.n_sums]


def test_a_shard_of_other_weights_or_a_damaged_one_is_not_used(
    untrained: Callable[..., Weights], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    progress: list[int] = []
    options = Options(store=Store(tmp_path), on_progress=lambda n_done, _: progress.append(n_done))
    expected = bytes_of(tally_all(untrained(SMALL), options))
    progress.clear()
    tally_all(untrained(SMALL, scale=1.1), options)
    assert progress[0] == 0
    for path in (tmp_path / "shard").iterdir():
        path.write_bytes(path.read_bytes()[:-5])
    progress.clear()
    assert bytes_of(tally_all(untrained(SMALL), options)) == expected
    assert progress[0] == 0
    assert "the stored shard is damaged" in caplog.text


def test_the_lab_stores_the_result_and_the_shards(untrained: Callable[..., Weights], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    write_weights(path, dict(untrained(SMALL).tensors), {})
    progress: list[int] = []
    for state in ("measured", "reused"):
        lab = Lab(path, store=Store(tmp_path / "store"))
        with use_options(Options(on_progress=lambda n_done, _: progress.append(n_done))):
            tally = lab.examine(every_sum)
        assert tally.n_sums == Layout(3).n_sums
        assert lab.runs[0].state == state
    assert progress.count(0) == progress.count(Layout(3).n_sums) == 1
    assert current_options().store.folder is None


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster


@pytest.fixture
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards on a cluster take so long that one is unfinished when another is done."""

    def tally_slowly(network: Network, shard: Shard) -> Tally:
        import time

        from sumint.exhaustive.shards import tally_shard

        time.sleep(2 if shard.first else 0.5)
        return tally_shard(network, shard)

    monkeypatch.setattr(dask, "tally_shard", tally_slowly)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("one_after_the_other")
def test_a_cluster_gives_the_same_bytes_also_if_a_worker_is_killed(
    weights: Weights, expected: dict[str, bytes], workers: Any
) -> None:
    killed: list[int] = []

    def kill_a_busy_worker(n_done: int, _: int) -> None:
        if n_done and not killed:
            states = workers.scheduler.workers
            busy = (one for one in workers.workers.values() if states[one.worker_address].processing)
            killed.append(next(busy).pid)
            os.kill(killed[0], signal.SIGKILL)

    options = Options(cluster=workers.scheduler_address, on_progress=kill_a_busy_worker)
    assert bytes_of(tally_all(weights, options)) == expected
    assert killed


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("one_after_the_other")
def test_a_lost_scheduler_is_an_error_and_the_finished_shards_are_stored(
    weights: Weights, expected: dict[str, bytes], tmp_path: Path, start: Callable[..., Any]
) -> None:
    scheduler_file, store = tmp_path / "scheduler.json", Store(tmp_path / "store")
    scheduler_options = ("--port", "0", "--no-dashboard", "--scheduler-file", str(scheduler_file))
    worker_options = ("--scheduler-file", str(scheduler_file), "--nthreads", "1", "--no-dashboard")
    with (
        start("distributed.cli.dask_scheduler", *scheduler_options) as scheduler,
        start("distributed.cli.dask_worker", *worker_options),
    ):
        while not scheduler_file.exists():
            time.sleep(0.1)
        address = json.loads(scheduler_file.read_text())["address"]

        def kill(n_done: int, _: int) -> None:
            if n_done:
                scheduler.kill()

        options = Options(store=store, cluster=address, on_progress=kill)
        with pytest.raises(InputError, match=rf"--cluster {address}: the scheduler was lost .* resumes"):
            tally_all(weights, options)
    assert list(tmp_path.rglob("*.stored"))
    progress: list[int] = []
    resumed = Options(store=store, on_progress=lambda n_done, _: progress.append(n_done))
    assert bytes_of(tally_all(weights, resumed)) == expected
    assert progress[0] > 0


@pytest.mark.filterwarnings("ignore")
def test_workers_with_other_code_are_an_error(
    weights: Weights, workers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "sources_of", lambda *_: {"sumint.exhaustive.shards": "another"})
    with pytest.raises(InputError, match=r"the worker tcp://.+ has other code than this machine"):
        tally_all(weights, Options(cluster=workers.scheduler_address))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "no such host.invalid:8786"])
def test_a_dead_address_is_an_error_that_names_it(
    untrained: Callable[..., Weights], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "TIMEOUT", 1)
    with pytest.raises(InputError, match=f"--cluster {address}: no Dask scheduler answers there"):
        tally_all(untrained(SMALL), Options(cluster=address))


def test_a_network_too_wide_for_memory_is_refused_before_anything_is_computed(
    untrained: Callable[..., Weights],
) -> None:
    weights = untrained(Architecture(n_digits=2, n_heads=32, d_model=512, d_head=8))
    with pytest.raises(InputError, match=r"32 heads in 512 dimensions: .+ would take \d+\.\d GB; up to 2 GB"):
        tally_all(weights, Options())


def test_a_wide_network_gets_fewer_threads() -> None:
    wide = Architecture(n_digits=4, n_heads=8, d_model=512, d_head=16)
    assert run._threads(wide, Options(n_threads=64)) < 8
    assert run._threads(SMALL, Options(n_threads=64)) == 64
