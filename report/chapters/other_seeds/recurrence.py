"""On how many seeds each claim holds.

Seeds count as trained alike if they were trained for the same number of epochs. Seeds trained longer are the same
seeds again, so they are counted separately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.content.formats import counted, joined
from report.seeds.result import SeedSummary, trained_alike, trained_otherwise

# Chosen after measuring the bundled seeds.
RECURS_FROM = 1.0
"""A claim recurs if it holds on at least this share of the seeds trained alike."""
RARE_BELOW = 0.5
"""A claim is rare if it holds on less than this share."""


@dataclass(frozen=True)
class Recurrence:
    """One claim, and the number of seeds on which it holds."""

    name: str
    chapter: str
    n_holding: int
    n_checked: int
    """The number of seeds on which there was something to measure."""

    @property
    def share(self) -> float:
        """The share of those seeds on which the claim holds."""
        return self.n_holding / max(1, self.n_checked)


def recurrences(seeds: Sequence[SeedSummary]) -> list[Recurrence]:
    """Return every claim that was checked on some seed, the most frequent first, then in reading order."""
    chapters = {verdict.name: verdict.chapter for seed in seeds for verdict in seed.verdicts}
    alike = trained_alike(seeds)
    rows = []
    for name, chapter in chapters.items():
        verdicts = [seed.holds(name) for seed in alike]
        checked = [holds for holds in verdicts if holds is not None]
        if checked:
            rows.append(Recurrence(name, chapter, sum(checked), len(checked)))
    return sorted(rows, key=lambda row: (-row.share, -row.n_checked))


def holding_count(seeds: Sequence[SeedSummary], name: str) -> str:
    """Return on how many seeds a claim holds, of how many on which it was checked, as text."""
    verdicts = [holds for seed in seeds if (holds := seed.holds(name)) is not None]
    return f"{sum(verdicts)} of {len(verdicts)}"


def alike_name(seeds: Sequence[SeedSummary]) -> str:
    """The seeds that are counted, as text: the 8 seeds trained for 100 epochs."""
    group = trained_alike(seeds)
    return f"the {counted(len(group), 'seed')} trained for {epochs_of(group)}"


def otherwise_name(seeds: Sequence[SeedSummary]) -> str:
    """The seeds that are counted apart, as text: the 2 seeds trained for 300 epochs."""
    group = trained_otherwise(seeds)
    return f"the {counted(len(group), 'seed')} trained for {epochs_of(group)}"


def epochs_of(seeds: Sequence[SeedSummary]) -> str:
    """The numbers of epochs of some seeds, as text."""
    numbers = sorted({seed.epochs for seed in seeds if seed.epochs is not None})
    return f"{joined(map(str, numbers))} epochs" if numbers else "an unknown number of epochs"


def recurrence_numbers(others: Sequence[SeedSummary]) -> dict[str, int | str]:
    """Return the numbers that the text prints."""
    seeds, rows = trained_alike(others), recurrences(others)
    return {
        "alike": alike_name(others),
        "n_served": sum(seed.n_served for seed in seeds),
        "n_routes": sum(seed.n_routes for seed in seeds),
        "n_checked": len(rows),
        "n_everywhere": sum(row.share >= RECURS_FROM for row in rows),
        "n_on_few": sum(row.share < RARE_BELOW for row in rows),
    }
