"""The tally of all sums, computed in a process of its own beside the analyses of a build.

The process starts before anything is imported that is slow to import. It compiles the kernel, if the store lacks
it, and stores finished shards like any other run. Whatever happens to it, no result is lost: what it did not
finish is computed where it is needed.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from sumint.checkpoints.files import Weights, read_weights
from sumint.exhaustive.options import Options, RunningTally
from sumint.exhaustive.tally import Tally
from sumint.machine.command_process import prepare_process
from sumint.machine.processes import end_with_parent
from sumint.store.results import Store

NICENESS = 5
"""How far the process stands back behind the one that waits for all other results."""

Message = tuple[int, int] | Tally
"""The numbers of finished sums and of all sums; at the end, the tally."""


class TallyBeside(RunningTally):
    """A process that tallies every sum of a network, and what it has reported."""

    def __init__(self, messages: Connection, digest: str) -> None:
        self._messages = messages
        self._digest = digest
        self._tally: Tally | None = None
        self._is_at_end = False

    def is_working_on(self, weights: Weights) -> bool:
        """Whether the tally is of this checkpoint, and is not finished."""
        while not self._is_at_end and self._messages.poll():
            self._receive()
        return weights.digest == self._digest and not self._is_at_end

    def tally(self, weights: Weights, on_progress: Callable[[int, int], None]) -> Tally | None:
        """Wait for the tally; None if it is one of other weights, or the process ended without it."""
        if weights.digest != self._digest:
            return None
        while not self._is_at_end:
            message = self._receive()
            if isinstance(message, tuple):
                on_progress(*message)
        return self._tally

    def _receive(self) -> Message | None:
        try:
            message: Message = self._messages.recv()
        except (EOFError, OSError):  # the process has ended
            self._is_at_end = True
            return None
        if not isinstance(message, tuple):
            self._tally, self._is_at_end = message, True
        return message


@contextmanager
def tally_beside(checkpoint: Path, digest: str, store: Store) -> Iterator[TallyBeside]:
    """Start to tally every sum in another process, which ends with this context at the latest.

    Args:
        checkpoint: a file of weights.
        digest: the digest of its tensors.
    """
    # The process reads the weights itself: a start that sends more than a pipe holds would never return if the
    # process ended at once.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, checkpoint, digest, store), daemon=True)
    process.start()
    theirs.close()
    try:
        yield TallyBeside(ours, digest)
    finally:
        process.terminate()
        process.join()
        ours.close()


def _run(messages: Connection, checkpoint: Path, digest: str, store: Store) -> None:
    """Tally every sum, and send how far the computation is, and the tally."""
    end_with_parent()
    prepare_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process ends this one
    # The parent computes what fails here, and reports why it fails.
    logging.getLogger().addHandler(logging.NullHandler())
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with contextlib.suppress(Exception):
        from sumint.exhaustive.run import tally_all

        weights = read_weights(checkpoint)
        if weights.digest == digest:
            options = Options(store=store, on_progress=lambda n_done, n_sums: messages.send((n_done, n_sums)))
            messages.send(tally_all(weights, options))
    messages.close()
