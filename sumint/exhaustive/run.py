"""Computes the tally of all sums, shard by shard, on this machine's processors or on a cluster."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from sumint.checkpoints.files import Architecture, Weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.memory import memory_bytes
from sumint.exhaustive.options import Options, TooWideError
from sumint.exhaustive.shards import Network, Shard, shards_of, tally_shard
from sumint.exhaustive.tally import Tally, empty_tally, merge
from sumint.machine.cpus import n_processors
from sumint.store.keys import Key, versions
from sumint.store.sources import sources_of

MEMORY = 2 * 10**9
"""Bytes for the kernel's memory of all threads together."""

LIBRARIES = ("numba", "numpy", "torch")


def tally_all(weights: Weights, options: Options) -> Tally:
    """The tally of every sum there is.

    Raises:
        TooWideError: if the network is so wide that the kernel's memory would be too large.
        InputError: if no cluster answers at the address, or its workers run other code.
    """
    if options.beside is not None:
        tally = options.beside.tally(weights, options.on_progress)
        if tally is not None:
            return tally
    n_threads = _threads(weights.architecture, options)
    network = Network(circuits_of(weights), "cpu" if options.cluster else options.device)
    layout, store = weights.architecture.layout, options.store
    keys = {shard: _key(weights, network.device, shard) for shard in shards_of(layout)}
    total = empty_tally(layout)
    missing = []
    for shard, key in keys.items():
        stored = store.load(key, Tally)
        if stored is None:
            missing.append(shard)
        else:
            total = merge(total, stored)
    options.on_progress(total.n_sums, layout.n_sums)
    if options.cluster and missing:
        from sumint.exhaustive.dask import tally_on_cluster

        tallies = tally_on_cluster(options.cluster, network, missing)
    else:
        tallies = tally_locally(network, missing, n_threads)
    for shard, tally in tallies:
        store.save(keys[shard], tally)
        total = merge(total, tally)
        options.on_progress(total.n_sums, layout.n_sums)
    if total.n_sums != layout.n_sums:
        raise RuntimeError(f"{total.n_sums} of {layout.n_sums} sums were tallied")
    return total


def tally_locally(network: Network, shards: Iterable[Shard], n_threads: int) -> Iterator[tuple[Shard, Tally]]:
    """The tally of each shard, in order of completion; an interruption cancels the unfinished shards."""
    cancelled = threading.Event()

    def before_tile() -> None:
        if cancelled.is_set():
            raise _CancelledError

    threads = ThreadPoolExecutor(n_threads)
    try:
        futures = {threads.submit(tally_shard, network, shard, before_tile): shard for shard in shards}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        cancelled.set()
        threads.shutdown(cancel_futures=True)


def _threads(sizes: Architecture, options: Options) -> int:
    """The number of threads to use: the requested number, reduced if memory does not suffice for it."""
    needed = memory_bytes(sizes)
    if needed > MEMORY:
        raise TooWideError(
            f"{sizes.n_heads} heads in {sizes.d_model} dimensions: what every sum is computed from would take "
            f"{needed / 1e9:.1f} GB; up to {MEMORY / 1e9:.0f} GB are supported"
        )
    return max(1, min(options.n_threads or n_processors(), MEMORY // needed))


class _CancelledError(Exception):
    """The computation was cancelled."""


def _key(weights: Weights, device: str, shard: Shard) -> Key:
    return Key(
        "shard",
        {
            "sources": sources_of("sumint.exhaustive.shards"),
            "weights": weights.digest,
            "pairs": [shard.first, shard.after],
            "device": device,
            "versions": versions(LIBRARIES),
        },
    )
