"""The ratios of earlier runs, and which of a new run are worse.

Ratios are compared, not times: the machines of a hosted workflow differ from night to night.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.measurement import Measurement

TOLERANCE = 1.2
"""A ratio is worse if it is a fifth above the usual one, or below it if more is better."""
N_RUNS = 10
"""The number of earlier runs whose median is the usual ratio."""


def worse(found: Sequence[Measurement], history: Path) -> list[str]:
    """A sentence on each ratio that is worse than usual; none without earlier runs."""
    runs = _runs(history)[-N_RUNS:]
    sentences = []
    for one in found:
        earlier = [run["ratios"][one.name] for run in runs if one.name in run["ratios"]]
        if one.ratio is None or not earlier:
            continue
        usual = statistics.median(earlier)
        factor = usual / one.ratio if one.more_is_better else one.ratio / usual
        if factor > TOLERANCE:
            now = f"{one.ratio:.3g} times {one.reference}"
            sentences.append(f"{one.name}: {now}, usually {usual:.3g}: worse by {factor - 1:.0%}")
    return sentences


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


def _runs(history: Path) -> list[Mapping[str, Mapping[str, float]]]:
    if not history.exists():
        return []
    return [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines() if line.strip()]
