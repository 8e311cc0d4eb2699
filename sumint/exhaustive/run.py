"""All sums, shard by shard: on this machine's processors, or on a cluster's."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.conditions import Conditions
from sumint.exhaustive.shards import Network, Shard, shards_of, tally_shard
from sumint.exhaustive.tally import Tally, merged, nothing
from sumint.keys import Key, sources_of, versions
from sumint.weights import Weights

LIBRARIES = ("numba", "numpy")


def tally_all(weights: Weights, conditions: Conditions) -> Tally:
    """The tally of every sum there is.

    Raises:
        InputError: if there is no cluster at the address, or its workers have other code.
    """
    network = Network(circuits_of(weights), "cpu" if conditions.cluster else conditions.device)
    layout, store = weights.architecture.layout, conditions.store
    keys = {shard: _key(network, shard) for shard in shards_of(layout)}
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
        from sumint.exhaustive.cluster import on_cluster

        found = on_cluster(conditions.cluster, network, waiting)
    else:
        found = on_this_machine(network, waiting, conditions.n_threads or n_processors())
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

    with ThreadPoolExecutor(n_threads) as threads:
        begun = {threads.submit(tally_shard, network, shard, before_tile): shard for shard in shards}
        try:
            for done in as_completed(begun):
                yield begun[done], done.result()
        finally:
            is_over.set()
            threads.shutdown(wait=True, cancel_futures=True)


def n_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _GivenUpError(Exception):
    """Nobody waits for the shard any more."""


def _key(network: Network, shard: Shard) -> Key:
    digest = hashlib.sha256()
    for array in network.circuits:
        digest.update(np.ascontiguousarray(array).tobytes())
    return Key(
        "shard",
        {
            "sources": sources_of("sumint.exhaustive.shards"),
            "circuits": digest.hexdigest(),
            "tiles": [shard.first, shard.after],
            "device": network.device,
            "versions": versions(LIBRARIES),
        },
    )
