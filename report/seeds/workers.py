"""Worker processes that end together with the process that started them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from report.project.chapters import load_chapters
from sumint.machine.command_process import prepare_process
from sumint.machine.processes import end_with_parent


@contextmanager
def worker_processes(n_processes: int, own_chapters: Sequence[Path] = ()) -> Iterator[ProcessPoolExecutor]:
    """Start a pool of `n_processes` processes; terminate them at once on an interrupt or another exception.

    Args:
        own_chapters: the files of chapters from outside the package, which each process loads.
    """
    earlier = multiprocessing.active_children()
    # Not forked: the numerical libraries have started threads already.
    pool = ProcessPoolExecutor(
        n_processes, multiprocessing.get_context("spawn"), _initialize_worker, (tuple(own_chapters),)
    )
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in earlier:
                process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _initialize_worker(own_chapters: Sequence[Path]) -> None:
    """Limit a worker to one thread, and leave interrupts and the reporting of failures to the parent process."""
    end_with_parent()
    os.environ["OMP_NUM_THREADS"] = "1"
    prepare_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
    load_chapters(own_chapters)
