"""What a build takes the time for unasked.

All sums of four digits take some seconds, those of five an hour or two on one core, those of six days. These are
left to `python -m sumint verify`; what it found is told by the next build.
"""

from __future__ import annotations

from sumint.analyses.every_sum import every_sum
from sumint.data import Layout
from sumint.lab import Lab

MOST_SUMS = Layout(4).n_sums


def affords_every_sum(lab: Lab) -> bool:
    """Whether a build goes through all sums, because they are few enough or it has been done already."""
    return lab.checkpoint.layout.n_sums <= MOST_SUMS or lab.is_known(every_sum)
