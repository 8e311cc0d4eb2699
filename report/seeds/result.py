"""The summary of a checkpoint: its accuracy, the sites of its carries, and the verdict of every finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from report.content.claims.states import FAILING, HOLDING, State


@dataclass(frozen=True)
class Verdict:
    """The verdict of one finding on one checkpoint."""

    chapter: str
    name: str
    state: State
    value: str

    @property
    def holds(self) -> bool | None:
        """Whether the claim holds; None if it has no verdict."""
        return True if self.state in HOLDING else False if self.state in FAILING else None


@dataclass(frozen=True)
class SeedSummary:
    """The results on one checkpoint that are compared across seeds."""

    name: str
    epochs: int | None
    """The number of epochs of its training; None if its card does not record it."""
    validation_accuracy: float | None
    """The best share of correct digits on its validation sums during training; None if its card has no record."""
    digit_accuracy: float | None
    """The share of the sample's digits that are predicted correctly; None if it could not be measured."""
    n_routes: int
    """The number of routes; 0 if the sites could not be measured."""
    n_served: int
    """The number of routes that a single site serves."""
    sites: tuple[str, ...]
    """The smallest set of sites that serves these routes."""
    verdicts: tuple[Verdict, ...]
    failures: tuple[str, ...] = ()
    """The analyses and parts of chapters that failed; claims that depend on them have no verdict."""

    @property
    def site_positions(self) -> tuple[tuple[str, ...], ...]:
        """The positions of each head’s sites, sorted and without the heads’ names, whose order is arbitrary."""
        positions: dict[str, list[str]] = {}
        for site in self.sites:
            head, _, position = site.partition(" at ")
            positions.setdefault(head, []).append(position)
        return tuple(sorted(tuple(sorted(of_head)) for of_head in positions.values()))

    def holds(self, name: str) -> bool | None:
        """Return whether a claim holds; None if it has no verdict on this checkpoint."""
        verdict = self.verdict_of(name)
        return None if verdict is None else verdict.holds

    def verdict_of(self, name: str) -> Verdict | None:
        """The verdict of a claim; None if it was not asked of this checkpoint."""
        return self._verdicts.get(name)

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        """The verdicts by the names of the claims."""
        return {verdict.name: verdict for verdict in reversed(self.verdicts)}


@dataclass(frozen=True)
class SeedSummaries:
    """The summaries of the report's own checkpoint and of those that it is compared with."""

    main: SeedSummary
    """The summary of the checkpoint that the report is about."""
    others: tuple[SeedSummary, ...]

    @property
    def all(self) -> tuple[SeedSummary, ...]:
        """Every summary, that of the report's own checkpoint first."""
        return (self.main, *self.others)


def trained_alike(seeds: Sequence[SeedSummary]) -> list[SeedSummary]:
    """The largest group of seeds that were trained for the same number of epochs."""
    if not seeds:
        return []
    (epochs, _), *_ = Counter(seed.epochs for seed in seeds).most_common(1)
    return [seed for seed in seeds if seed.epochs == epochs]


def trained_otherwise(seeds: Sequence[SeedSummary]) -> list[SeedSummary]:
    """The seeds trained for another number of epochs.

    They are some of the same seeds again, so they are counted separately.
    """
    group = trained_alike(seeds)
    return [seed for seed in seeds if seed not in group]
