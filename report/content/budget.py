"""What a build computes by default, and what it leaves to `python -m sumint verify`.

All sums of four digits take some seconds, those of five digits an hour or two on one core, those of six digits
days. A build goes through the four-digit sums itself; for more digits it uses the result of an earlier `verify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from report.content.failures import LaterError
from report.content.formats import count
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.options import TooWideError, current_options
from sumint.exhaustive.tally import Tally
from sumint.lab import Lab
from sumint.task.sums import Layout

MOST_SUMS = Layout(4).n_sums
"""The largest number of sums that a build goes through by default."""

_waits: ContextVar[bool] = ContextVar("waits", default=True)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Within this context, raise a `LaterError` rather than wait for the tally that another process computes."""
    token = _waits.set(False)
    try:
        yield
    finally:
        _waits.reset(token)


def affords_every_sum(lab: Lab) -> bool:
    """Whether a build reports on all sums: they are few enough, or their tally has been computed before."""
    return lab.layout.n_sums <= MOST_SUMS or lab.is_known(every_sum)


def tally_of_every_sum(lab: Lab) -> Tally | str:
    """The tally of all sums, or the reason why there is none, in Markdown.

    Raises:
        LaterError: if another process is still computing it, `without_waiting`.
    """
    if not affords_every_sum(lab):
        return (
            f"The {count(lab.layout.n_sums)} sums of so many digits are more than a build goes through "
            "by default: `python -m sumint verify` does, and the next build shows what it found."
        )
    beside = current_options().beside
    if beside is not None and not _waits.get() and beside.is_working_on(lab.weights):
        raise LaterError
    try:
        return lab.examine(every_sum)
    except TooWideError as error:
        return f"The network is too wide to be asked for every sum: {error}."
