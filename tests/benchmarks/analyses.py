"""The time of the analyses on the sample, each and all together, compared with a forward pass over it.

    python -m tests.benchmarks.analyses [CHECKPOINT]

Only the computation is timed: the libraries are imported, the model is loaded and warm, and no cache is used. The
forward pass is timed in each round, too, so that both are affected by the same noise.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch

from report.content.sections import measure
from report.outline import plans
from sumint.checkpoints.locate import locate
from sumint.lab import Lab
from sumint.model.load import tokens_for
from sumint.store.keys import as_json

ROUNDS = 5


class Recorder(Lab):
    """A lab that records the analyses that are requested, with their settings."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.asked_for: dict[str, Callable[[], object]] = {}

    def run(self, analysis: Callable[..., Any], **settings: Any) -> Any:  # type: ignore[override]
        written = ", ".join(f"{name}={value}" for name, value in as_json(settings).items())
        name = f"{analysis.__name__}({written})"
        self.asked_for[name] = lambda: analysis(self.model, self.sample, **settings)
        return super().run(analysis, **settings)


def main() -> None:
    lab = Recorder(locate(sys.argv[1] if len(sys.argv) > 1 else "bundled"))
    measure(lab, plans())
    tokens = tokens_for(lab.model, lab.sample)
    measured = {"plain forward": lambda: lab.model(tokens), **lab.asked_for}
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, work in measured.items():
            seconds[name].append(time_of(work))
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    forward = medians.pop("plain forward")
    total = sum(medians.values())
    print(f"{len(lab.sample)} sums, {torch.get_num_threads()} threads, median of {ROUNDS} rounds in turn")
    print(f"  {'plain forward':46} {1e3 * forward:8.1f} ms")
    print(f"  {'all analyses':46} {1e3 * total:8.1f} ms  {total / forward:6.1f} × the forward")
    for name, median in sorted(medians.items(), key=lambda item: -item[1]):
        print(f"  {name:46} {1e3 * median:8.1f} ms  {median / forward:6.1f} ×  {median / total:6.1%}")


def time_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
