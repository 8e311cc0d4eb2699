"""Python's collector of cyclic garbage, which by default runs too often for a program that makes many objects."""

from __future__ import annotations

import atexit
import gc

THRESHOLDS = (200_000, 20, 100)
"""How many objects are made between two collections, and how many collections are between those of older ones."""


def collect_rarely() -> None:
    """Let this process look for cyclic garbage less often than by default.

    Most of what imports, charts, pages and the compiler make stays to the end, and each collection looks at all of
    it: by default this is a tenth of the time of a build. As a process ends Python would look at everything once
    more, which takes a fifth of a second and frees nothing that matters then.
    """
    gc.set_threshold(*THRESHOLDS)
    atexit.register(gc.freeze)
