"""Under what conditions all sums are gone through: what is kept on the way, where it is done, who is told.

None of it changes the result, so none of it is a setting of the analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sumint.errors import InputError
from sumint.store.results import ResultStore


class TooWideError(InputError):
    """A network whose tables would fill a machine's memory."""


@dataclass(frozen=True)
class Conditions:
    """What is the case unless something else is asked for: nothing is kept, all processors are used."""

    store: ResultStore = field(default_factory=lambda: ResultStore(None))
    """Where finished shards are kept, so that a run that was interrupted goes on."""
    cluster: str = ""
    """The address of a Dask scheduler, whose workers do it; this machine does it without one."""
    device: str = "cpu"
    """Where it is computed, without a cluster."""
    n_threads: int | None = None
    """How many, on this machine; None is one for each processor."""
    on_progress: Callable[[int, int], None] = lambda done, of: None
    """Told how many sums are done, of how many: at the beginning, and with each shard."""


_conditions: ContextVar[Conditions | None] = ContextVar("conditions", default=None)


def current() -> Conditions:
    """The conditions that hold here."""
    return _conditions.get() or Conditions()


@contextmanager
def under(conditions: Conditions) -> Iterator[None]:
    """While this lasts, these conditions hold."""
    token = _conditions.set(conditions)
    try:
        yield
    finally:
        _conditions.reset(token)
