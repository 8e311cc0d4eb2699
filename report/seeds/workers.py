"""Processes that work side by side, and end with what has started them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def processes(n_processes: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, which end at once if this is interrupted."""
    earlier = multiprocessing.active_children()
    # Not forked: the libraries that compute have threads already.
    pool = ProcessPoolExecutor(n_processes, multiprocessing.get_context("spawn"), _by_itself)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in earlier:
                process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _by_itself() -> None:
    """A process has one thread, is ended by the first one alone, and leaves the telling of failures to it."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
