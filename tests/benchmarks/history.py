"""The ratios of earlier runs, and which ratios of a new run are worse.

Ratios are compared, not times: the machines of a hosted workflow differ from night to night.

A ratio is worse if all of this holds, where the usual ratio is the median of the last ten runs:

- Its median is worse than the usual ratio by more than a fifth.
- Its best round is worse than the ratios of all these runs but the worst. What runs of unchanged code differ by is
  noise; the worst run is left out, for otherwise one bad night would hide every worsening for ten nights.
- The difference, in the unit of the quantity, exceeds what the benchmark can measure.

A ratio with fewer than five earlier runs is not judged.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.measurement import Measurement

TOLERANCE = 1.2
"""The factor by which a ratio is worse than the usual one if it is worse by a fifth."""
N_RUNS = 10
"""The largest number of earlier runs that a ratio is compared with, the last ones."""
N_NEEDED = 5
"""The number of earlier runs without which a ratio is not judged."""


def worse(found: Sequence[Measurement], history: Path) -> list[str]:
    """A sentence on each ratio that is worse than usual."""
    runs, sentences = _runs(history), []
    for one in found:
        earlier = _earlier(one, runs)
        if one.ratio is None or len(earlier) < N_NEEDED or not _is_worse(one, one.ratio, earlier):
            continue
        usual = statistics.median(earlier)
        sentences.append(
            f"{one.name}: {one.ratio:.3g} times {one.reference}, usually {usual:.3g}"
            f"{_percent(one.ratio, usual)}; every round is worse than {len(earlier) - 1} of the last "
            f"{len(earlier)} runs"
        )
    return sentences


def not_judged(found: Sequence[Measurement], history: Path) -> list[str]:
    """The names of the ratios with too few earlier runs."""
    runs = _runs(history)
    return [one.name for one in found if one.ratio is not None and len(_earlier(one, runs)) < N_NEEDED]


def append(found: Sequence[Measurement], history: Path, when: str, machine: str) -> None:
    """Add a run to the history, as a line of JSON."""
    run = {
        "when": when,
        "machine": machine,
        "medians": {one.name: one.median for one in found},
        "ratios": {one.name: one.ratio for one in found if one.ratio is not None},
    }
    history.parent.mkdir(parents=True, exist_ok=True)
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps(run, ensure_ascii=False) + "\n")


def _is_worse(one: Measurement, ratio: float, earlier: Sequence[float]) -> bool:
    usual = statistics.median(earlier)
    if one.more_is_better:
        by_a_fifth = ratio * TOLERANCE < usual
        outside_the_noise = max(one.ratios) < sorted(earlier)[1]
    else:
        by_a_fifth = ratio > usual * TOLERANCE
        outside_the_noise = min(one.ratios) > sorted(earlier)[-2]
    difference = abs(ratio - usual) * statistics.median(one.of_reference)
    return by_a_fifth and outside_the_noise and difference > one.resolution


def _percent(ratio: float, usual: float) -> str:
    """By how much the larger of the two exceeds the other, as a part of a sentence; empty if the other is zero."""
    smaller, larger = sorted((ratio, usual))
    return f": worse by {larger / smaller - 1:.0%}" if smaller else ""


def _earlier(one: Measurement, runs: Sequence[Mapping[str, Mapping[str, float]]]) -> list[float]:
    """The ratios of a quantity in the last runs that measured it, the latest last."""
    return [run["ratios"][one.name] for run in runs if one.name in run["ratios"]][-N_RUNS:]


def _runs(history: Path) -> list[Mapping[str, Mapping[str, float]]]:
    if not history.exists():
        return []
    return [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines() if line.strip()]
