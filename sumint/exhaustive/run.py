"""All sums, shard by shard: on this machine's processors, or on a cluster's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from sumint.checkpoints.files import Architecture, Weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.scratch import bench_bytes
from sumint.exhaustive.options import Conditions, TooWideError
from sumint.exhaustive.shards import Network, Shard, shards_of, tally_shard
from sumint.exhaustive.tally import Tally, merged, nothing
from sumint.machine.cpus import n_processors
from sumint.store.keys import Key, versions
from sumint.store.sources import sources_of

MEMORY = 2 * 10**9
"""Bytes, for the tables that all threads together work on."""

LIBRARIES = ("numba", "numpy", "torch")


def tally_all(weights: Weights, conditions: Conditions) -> Tally:
    """The tally of every sum there is.

    Raises:
        TooWideError: if the network is too wide to be kept in tables.
        InputError: if there is no cluster at the address, or its workers have other code.
    """
    n_threads = _threads(weights.architecture, conditions)
    network = Network(circuits_of(weights), "cpu" if conditions.cluster else conditions.device)
    layout, store = weights.architecture.layout, conditions.store
    keys = {shard: _key(weights, network.device, shard) for shard in shards_of(layout)}
    total = nothing(layout)
    waiting = []
    for shard, key in keys.items():
        kept = store.load(key, Tally)
        if kept is None:
            waiting.append(shard)
        else:
            total = merged(total, kept)
    conditions.on_progress(total.n_sums, layout.n_sums)
    if conditions.cluster and waiting:
        from sumint.exhaustive.dask import on_cluster

        found = on_cluster(conditions.cluster, network, waiting)
    else:
        found = on_this_machine(network, waiting, n_threads)
    for shard, tally in found:
        store.save(keys[shard], tally)
        total = merged(total, tally)
        conditions.on_progress(total.n_sums, layout.n_sums)
    if total.n_sums != layout.n_sums:
        raise RuntimeError(f"{total.n_sums} of {layout.n_sums} sums were tallied")
    return total


def on_this_machine(network: Network, shards: Iterable[Shard], n_threads: int) -> Iterator[tuple[Shard, Tally]]:
    """The tally of each shard, as soon as it is done; interrupted, the others are given up at once."""
    is_over = threading.Event()

    def before_tile() -> None:
        if is_over.is_set():
            raise _GivenUpError

    threads = ThreadPoolExecutor(n_threads)
    try:
        begun = {threads.submit(tally_shard, network, shard, before_tile): shard for shard in shards}
        for done in as_completed(begun):
            yield begun[done], done.result()
    finally:
        is_over.set()
        threads.shutdown(cancel_futures=True)


def _threads(sizes: Architecture, conditions: Conditions) -> int:
    """How many threads there is memory for, of those that are asked for."""
    needed = bench_bytes(sizes)
    if needed > MEMORY:
        raise TooWideError(
            f"{sizes.n_heads} heads in {sizes.d_model} dimensions: what every sum is computed from would take "
            f"{needed / 1e9:.1f} GB; up to {MEMORY / 1e9:.0f} GB are supported"
        )
    return max(1, min(conditions.n_threads or n_processors(), MEMORY // needed))


class _GivenUpError(Exception):
    """Nobody waits for the shard any more."""


def _key(weights: Weights, device: str, shard: Shard) -> Key:
    return Key(
        "shard",
        {
            "sources": sources_of("sumint.exhaustive.shards"),
            "weights": weights.digest,
            "tiles": [shard.first, shard.after],
            "device": device,
            "versions": versions(LIBRARIES),
        },
    )
