"""Computes shards on the workers of a Dask scheduler, with the same code and the same bytes as on one machine."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from sumint.errors import InputError
from sumint.exhaustive.shards import Network, Shard, tally_shard
from sumint.exhaustive.tally import Tally
from sumint.machine.files import first_line
from sumint.store.sources import sources_of

TIMEOUT = 10
"""Seconds within which a scheduler must answer and have a worker."""

RETRIES = 3
"""How often a shard is restarted after its worker was lost."""

RESUME_HINT = "start it again; the same command resumes from the finished shards"


def tally_on_cluster(address: str, network: Network, shards: Iterable[Shard]) -> Iterator[tuple[Shard, Tally]]:
    """The tally of each shard, in order of completion; the shard of a lost worker is computed by another.

    Raises:
        InputError: if dask.distributed is not installed, no scheduler answers at the address, it has no worker,
            the workers run other code, or the scheduler or the workers are lost during the computation.
    """
    try:
        from distributed import CancelledError, Client, KilledWorker, as_completed
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise InputError(
            "--cluster: dask.distributed is not installed; "
            "install it with python -m pip install -c constraints.txt -e '.[cluster]'"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # this module reports failures in one line
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"--cluster {address}: no Dask scheduler answers there ({first_line(error)}); "
            "start one with dask scheduler, or correct the address"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=TIMEOUT)
        except TimeoutError:
            raise InputError(
                f"--cluster {address}: the scheduler has no worker; start one: dask worker {address}"
            ) from None
        _check_code(client, address)
        waiting = dict.fromkeys(shards)
        try:
            for attempt in range(1 + RETRIES):
                try:
                    remote = client.scatter(network, broadcast=True)
                    futures = {
                        client.submit(tally_shard, remote, shard, pure=False, retries=RETRIES): shard
                        for shard in waiting
                    }
                    for future in as_completed(futures, loop=client.loop):
                        yield futures[future], future.result()
                        del waiting[futures[future]]
                    return
                except CancelledError:
                    # If the only worker that has the network is lost, the scheduler cancels all that needs it.
                    if attempt == RETRIES or client.status != "running":
                        raise
                    client.wait_for_workers(1, timeout=TIMEOUT)
        except (CancelledError, CommClosedError, TimeoutError):
            raise InputError(
                f"--cluster {address}: the scheduler was lost during the computation; {RESUME_HINT}"
            ) from None
        except KilledWorker:
            raise InputError(
                f"--cluster {address}: {RETRIES + 1} workers were lost on the same shard; {RESUME_HINT}"
            ) from None


def _check_code(client: Any, address: str) -> None:
    ours = _code()
    for worker, theirs in client.run(_code, on_error="return").items():
        if theirs != ours:
            reason = f" ({theirs})" if isinstance(theirs, Exception) else ""
            raise InputError(
                f"--cluster {address}: the worker {worker} has other code than this machine{reason}; "
                "install the same version of this project on both"
            )


def _code() -> dict[str, str]:
    """The digests of the source files that compute the tally of a shard."""
    return sources_of("sumint.exhaustive.shards")
