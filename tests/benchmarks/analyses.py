"""The time of the analyses on the sample, each and all together, compared with a forward pass over it.

Only the computation is timed: the libraries are imported, the model is loaded and warm, and no cache is used. The
forward pass is timed in each round, too, so that both are affected by the same noise.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from report.content.sections import measure as measure_chapters
from report.outline import plans
from sumint.lab import Lab
from sumint.model.load import tokens_for
from tests.benchmarks.measurement import Measurement, compared, in_turn, seconds_of

FORWARD = "a forward pass over the sample"
N_LONGEST = 10


class Recorder(Lab):
    """A lab that records the analyses that are requested, with their settings."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._seen: set[str] = set()
        self.requested: dict[str, Callable[[], object]] = {}

    def run(self, analysis: Callable[..., Any], **settings: Any) -> Any:  # type: ignore[override]
        key = self.key(analysis, settings)
        number = sum(name.split()[0] == analysis.__name__ for name in self.requested)
        if key.digest not in self._seen:
            self._seen.add(key.digest)
            name = f"{analysis.__name__} ({number + 1})" if number else analysis.__name__
            self.requested[name] = lambda: analysis(self.model, self.sample, **settings)
        return super().run(analysis, **settings)


def measure(checkpoint: Path, rounds: int) -> list[Measurement]:
    """Milliseconds of the forward pass, of all analyses together and of the ten that take longest."""
    lab = Recorder(checkpoint)
    measure_chapters(lab, plans())
    tokens = tokens_for(lab.model, lab.sample)
    works = {FORWARD: lambda: lab.model(tokens), **lab.requested}
    found = in_turn({name: lambda name=name: 1e3 * seconds_of(works[name]) for name in works}, rounds)
    each = {name: values for name, values in found.items() if name != FORWARD}
    longest = sorted(each, key=lambda name: -statistics.median(each[name]))[:N_LONGEST]
    together = tuple(map(sum, zip(*each.values(), strict=True)))
    shown = {
        FORWARD: found[FORWARD],
        "all analyses on the sample": together,
        **{f"of them {name}": each[name] for name in longest},
    }
    return compared(shown, FORWARD, "ms")
