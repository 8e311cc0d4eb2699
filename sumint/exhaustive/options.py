"""How all sums are computed: where finished shards are stored, on which machines, and who is notified of progress.

No option changes the result, so none of them is a setting of the analysis.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sumint.checkpoints.files import Weights
from sumint.errors import InputError
from sumint.exhaustive.tally import Tally
from sumint.store.results import Store


class TooWideError(InputError):
    """The network is too wide: the arrays of the computation would not fit into memory."""


class RunningTally(ABC):
    """A tally of all sums that has been started elsewhere."""

    @abstractmethod
    def is_working_on(self, weights: Weights) -> bool:
        """Whether the tally is of this checkpoint, and is not finished."""

    @abstractmethod
    def tally(self, weights: Weights, on_progress: Callable[[int, int], None]) -> Tally | None:
        """Wait for the tally; None if it is one of other weights, or could not be computed."""


@dataclass(frozen=True)
class Options:
    """How all sums are computed; the defaults store nothing and use every processor of this machine."""

    store: Store = field(default_factory=lambda: Store(None))
    """The store of finished shards, from which an interrupted run resumes."""
    cluster: str = ""
    """The address of a Dask scheduler whose workers compute; empty for this machine."""
    device: str = "cpu"
    """The device that computes on this machine."""
    n_threads: int | None = None
    """The number of threads on this machine; None for one per processor."""
    beside: RunningTally | None = None
    """The process that has begun with all sums of a network already; None if there is none."""
    on_progress: Callable[[int, int], None] = lambda n_done, n_sums: None
    """Called with the number of finished sums and of all sums: at the beginning and after each shard."""


_options: ContextVar[Options | None] = ContextVar("options", default=None)


def current_options() -> Options:
    """The options of the enclosing `use_options`, or the defaults."""
    return _options.get() or Options()


@contextmanager
def use_options(options: Options) -> Iterator[None]:
    """Compute all sums with these options inside the `with` block."""
    token = _options.set(options)
    try:
        yield
    finally:
        _options.reset(token)
