"""Most sums of a tile are right beyond doubt, and are counted where they are; the others are named."""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import outermost
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.predictions import Verdicts
from sumint.exhaustive.tally import N_BINS, UNITS_PER_NAT


@outermost
def count_clear(
    v: Verdicts, n_digits: int, n_lanes: int, doubt: Any, units: Any, bins: Any, least: Any, others: Any
) -> int:
    """Count the sums whose digits all lead by more than `doubt`; how many others there are.

    Adds to `units` [digit] of the loss and to `bins` [digit · bin] of the probability. `least` [digit] takes the
    place of the least margin among these sums, or −1; `others` the places of the rest. The place of a sum is that
    of its first digit in the verdicts, which are flat.
    """
    n_sums = len(v.margin) // n_digits
    n_others = 0
    for digit in range(n_digits):
        least[digit] = -1
    for place in range(n_sums):
        if place % WIDTH >= n_lanes:
            continue
        is_clear = True
        for digit in range(n_digits):
            # A margin that is not a number is no clear one.
            is_clear = is_clear and v.margin[digit * n_sums + place] > doubt
        if not is_clear:
            others[n_others] = place
            n_others += 1
            continue
        for digit in range(n_digits):
            here = digit * n_sums + place
            units[digit] += np.int64(np.rint(np.float64(v.loss[here]) * UNITS_PER_NAT))
            bins[digit * N_BINS + max(0, min(N_BINS - 1, int(v.probability[here] * np.float32(N_BINS))))] += 1
            if least[digit] < 0 or v.margin[here] < v.margin[digit * n_sums + least[digit]]:
                least[digit] = place
    return n_others
