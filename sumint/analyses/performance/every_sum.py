"""What the network says of every sum there is.

The write-up, like the challenge that it answers, looks at a thousand sums and sees no error among them. There are
25,000,000 sums of two four-digit numbers, few enough to look at each: the digits before one are given, as in the
write-up, and the token with the largest logit is what the network says.
"""

from __future__ import annotations

from sumint.checkpoints.files import Weights
from sumint.exhaustive.options import current
from sumint.exhaustive.tally import Tally


def every_sum(weights: Weights) -> Tally:
    """The tally of all sums: errors by digit, by run of nines, by step; margins, losses, probabilities."""
    from sumint.exhaustive.run import tally_all  # numba takes its time to be imported

    return tally_all(weights, current())
