"""Counts the sums of a tile that are clearly correct, and lists the others for closer inspection."""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import entry_point
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.predictions import Predictions
from sumint.exhaustive.tally import N_BINS, UNITS_PER_NAT


@entry_point
def count_clear(
    v: Predictions, n_digits: int, n_lanes: int, tolerance: Any, units: Any, bins: Any, others: Any
) -> int:
    """Count the sums whose margins all exceed `tolerance`, and return the number of the other sums.

    Adds their loss to `units` [digit] and their probabilities to `bins` [digit · bin]. Writes the places of the
    other sums to `others`. The place of a sum is the index of its first digit in the flat predictions.
    """
    n_sums = len(v.margin) // n_digits
    n_others = 0
    for place in range(n_sums):
        if place % WIDTH >= n_lanes:
            continue
        is_clear = True
        for digit in range(n_digits):
            # The comparison is false for NaN.
            is_clear = is_clear and v.margin[digit * n_sums + place] > tolerance
        if not is_clear:
            others[n_others] = place
            n_others += 1
            continue
        for digit in range(n_digits):
            here = digit * n_sums + place
            units[digit] += np.int64(np.rint(np.float64(v.loss[here]) * UNITS_PER_NAT))
            bins[digit * N_BINS + max(0, min(N_BINS - 1, int(v.probability[here] * np.float32(N_BINS))))] += 1
    return n_others
