"""What is told of a checkpoint beside others: how well it is trained, where its carries are, which claims hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What became of one general claim."""

    chapter: str
    name: str
    statement: str
    holds: bool | None
    value: str


@dataclass(frozen=True)
class SeedSummary:
    """What was found on one checkpoint."""

    name: str
    epochs: int | None
    """Of its training, where its card tells."""
    validation_accuracy: float | None
    """The share of digits that were right at the end of it, likewise."""
    digit_accuracy: float | None
    """The share of the sample's digits that are right; None where that could not be measured."""
    n_routes: int
    """0 where the sites could not be measured."""
    n_served: int
    """The routes that a single site serves."""
    sites: tuple[str, ...]
    """The fewest that serve them."""
    verdicts: tuple[Verdict, ...]
    failures: tuple[str, ...] = ()
    """What could not be measured, though it should have been; the claims about it have no verdict."""

    @property
    def arrangement(self) -> tuple[tuple[str, ...], ...]:
        """The positions of each head’s sites. The heads of a layer could change places, so it names none."""
        positions: dict[str, list[str]] = {}
        for site in self.sites:
            head, _, position = site.partition(" at ")
            positions.setdefault(head, []).append(position)
        return tuple(sorted(tuple(sorted(of_head)) for of_head in positions.values()))

    def holds(self, name: str) -> bool | None:
        """Whether a claim holds; None also where nothing is known of it."""
        return next((verdict.holds for verdict in self.verdicts if verdict.name == name), None)


@dataclass(frozen=True)
class SeedSummaries:
    """The weights at hand, and the other checkpoints that they are compared with."""

    here: SeedSummary
    others: tuple[SeedSummary, ...]

    @property
    def all(self) -> tuple[SeedSummary, ...]:
        """The weights at hand first."""
        return (self.here, *self.others)
