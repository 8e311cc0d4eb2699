"""Whether a checkpoint can add at all: what describes how it adds is left out if it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from report.content.budget import tally_of_every_sum
from report.content.failures import LaterError
from report.content.formats import count, percent
from sumint.analyses.performance.performance import performance
from sumint.lab import Lab

RIGHT_SUMS_AT_LEAST = 0.9
"""The share of the sums from which a model counts as able to add; a model without carries gets far fewer."""

CLEARLY_RIGHT, CLEAR_SAMPLE = 0.95, 1000
"""With this share of so many random sums right, all need not be counted to know that a model can add.

A model with 90% of all sums right gets there less than once in a million samples.
"""


@dataclass(frozen=True)
class Ability:
    """How many sums a model predicts correctly: all digits of the answer, each with the right ones before it."""

    n_right: int
    n_sums: int
    are_all: bool
    """Whether these are all sums that there are, rather than the sample."""

    @property
    def share(self) -> float:
        """The share of these sums that are right."""
        return self.n_right / self.n_sums

    @property
    def why_not(self) -> str:
        """Why the model cannot add, as a sentence in Markdown; empty if it can."""
        if self.share >= RIGHT_SUMS_AT_LEAST:
            return ""
        sums = f"all {count(self.n_sums)} sums" if self.are_all else f"{count(self.n_sums)} random sums"
        return f"This model cannot add: it gets {count(self.n_right)} of {sums} right ({percent(self.share)})."


def ability(lab: Lab) -> Ability | None:
    """How many sums the model gets right; None if nothing could be measured.

    The sample decides where it is clear, so that nothing has to wait for the tally of all sums; otherwise all sums
    do, if they can be counted.

    Raises:
        LaterError: if another process is still counting them, and this one does not wait.
    """
    sampled = _of_sample(lab)
    if sampled is not None and sampled.n_sums >= CLEAR_SAMPLE and sampled.share >= CLEARLY_RIGHT:
        return sampled
    try:
        tally = tally_of_every_sum(lab)
        if not isinstance(tally, str):
            return Ability(tally.n_sums - tally.n_wrong, tally.n_sums, are_all=True)
    except LaterError:
        raise
    except Exception:  # the chapter on every sum reports the failure
        pass
    return sampled


def _of_sample(lab: Lab) -> Ability | None:
    try:
        sample = lab.run(performance)
    except Exception:  # the first chapter reports the failure
        return None
    return Ability(sample.right_sums, sample.n_sums, are_all=False)


def why_it_cannot_add(lab: Lab) -> str:
    """Why the lab's model cannot add, as a sentence in Markdown; empty if it can, or if it is not known."""
    found = ability(lab)
    return found.why_not if found else ""
