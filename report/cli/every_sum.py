"""The tally of all sums, which a build begins first and in a process of its own, since it takes longest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType

from report.content.budget import MOST_SUMS
from report.outline import plans
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.beside import TallyBeside, tally_beside
from sumint.lab import Lab
from sumint.machine.cpus import n_processors


def beginning_with_every_sum(
    lab: Lab, outline: Sequence[ModuleType]
) -> AbstractContextManager[TallyBeside | None]:
    """Within this context another process tallies every sum, if the build needs that.

    Models with few sums gain, too: to compile the kernel takes seconds, however few they are.
    """
    is_worth_it = (
        lab.device == "cpu"
        and n_processors() > 1
        and lab.layout.n_sums <= MOST_SUMS
        and any(plan.needs_every_sum for plan in plans(outline).values())
        and not lab.is_known(every_sum)
    )
    return tally_beside(lab.weights_path, lab.weights.digest, lab.store) if is_worth_it else nullcontext()
