"""Shards sent to the workers of a Dask scheduler: the same code as on one machine, the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from sumint.errors import InputError
from sumint.exhaustive.shards import Network, Shard, tally_shard
from sumint.exhaustive.tally import Tally
from sumint.machine.files import first_line
from sumint.store.sources import sources_of

PATIENCE = 10
"""Seconds until a scheduler has to answer, and to have a worker."""

RETRIES = 3
"""How often a shard may be begun anew after its worker was lost."""

GO_ON = "start it again, and the same command goes on from what is done"


def on_cluster(address: str, network: Network, shards: Iterable[Shard]) -> Iterator[tuple[Shard, Tally]]:
    """The tally of each shard, as soon as some worker has done it; one that is lost is replaced by another.

    Raises:
        InputError: if dask.distributed is not installed, nothing answers at the address, there is no worker, or
            the workers have other code, or the scheduler or the workers are lost on the way.
    """
    try:
        from distributed import CancelledError, Client, KilledWorker, as_completed
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise InputError(
            "--cluster needs dask.distributed: python -m pip install -c constraints.txt -e '.[cluster]'"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told here, and in one line
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"--cluster {address}: no Dask scheduler answers there ({first_line(error)})") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError(f"--cluster {address}: has no worker; start some: dask worker {address}") from None
        _check_code(client, address)
        try:
            there = client.scatter(network, broadcast=True)
            begun = {
                client.submit(tally_shard, there, shard, pure=False, retries=RETRIES): shard for shard in shards
            }
            for done in as_completed(begun, loop=client.loop):
                yield begun[done], done.result()
        except (CancelledError, CommClosedError):
            raise InputError(f"--cluster {address}: the scheduler was lost on the way; {GO_ON}") from None
        except KilledWorker:
            raise InputError(
                f"--cluster {address}: {RETRIES + 1} workers were lost over one part; {GO_ON}"
            ) from None


def _check_code(client: Any, address: str) -> None:
    ours = _code()
    for worker, theirs in client.run(_code, on_error="return").items():
        if theirs != ours:
            reason = f" ({theirs})" if isinstance(theirs, Exception) else ""
            raise InputError(f"--cluster {address}: the worker {worker} has other code than this machine{reason}")


def _code() -> dict[str, str]:
    """The digests of what tallies a shard."""
    return sources_of("sumint.exhaustive.shards")
