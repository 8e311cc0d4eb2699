"""A diagram: nodes in ranks, and arrows between them, each with its measurement and a link to the evidence.

This module holds the content only. `figures/diagram_layout.py` computes positions, and `figures/diagram_svg.py`
draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["digits", "carry", "handed-on", "unknown", "constant"]
"""The information that an arrow carries, or that a node processes."""

KINDS: Mapping[Kind, str] = {
    "digits": "the column’s own digits",
    "carry": "a carry",
    "handed-on": "a carry that columns of nine hand on",
    "unknown": "needed, for what is not known",
    "constant": "the same for every sum",
}
"""The description of each kind in the key, in the order of the key."""


@dataclass(frozen=True)
class Node:
    """One node of a diagram."""

    name: str
    """The name by which arrows refer to the node; unique in the diagram."""
    lines: tuple[str, ...]
    """The lines of text in the node."""
    kind: Kind | None = None


@dataclass(frozen=True)
class Group:
    """Nodes at the same position of the sequence, under one label."""

    label: str
    nodes: tuple[Node, ...]
    under: str | None = None
    """The label of the group in the preceding rank with which it is aligned; None lets the layout place it."""


@dataclass(frozen=True)
class Rank:
    """Groups side by side that form one step of the diagram."""

    label: tuple[str, ...]
    """The lines of the label."""
    groups: tuple[Group, ...]

    @property
    def is_last(self) -> bool:
        """Whether the rank is the last, in which arrows end and every group is aligned with one above."""
        return all(group.under is not None for group in self.groups)


@dataclass(frozen=True)
class Arrow:
    """An arrow from one node to another in a later rank."""

    source: str
    target: str
    kind: Kind
    statement: str
    """What was measured for the arrow, as a sentence in plain text."""
    measured: float
    """The measured number in the statement."""
    address: str
    """The address of the claim or figure with the evidence: how-it-carries.html#carry-sites."""


@dataclass(frozen=True)
class Diagram:
    """A diagram, which a page shows as it shows a figure."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    ranks: tuple[Rank, ...]
    arrows: tuple[Arrow, ...]
    caption: str
    """The caption, in Markdown with formulas."""
    alt: str
    """A plain-text description for readers who cannot see the diagram."""
    source: Callable[..., Any]
    """The analysis that measured most of the diagram."""

    def __post_init__(self) -> None:
        names = [node.name for node in self.nodes]
        if len(set(names)) < len(names):
            raise ValueError(f"diagram {self.name}: expected a unique name for each node")
        for arrow in self.arrows:
            for end in (arrow.source, arrow.target):
                if end not in names:
                    raise ValueError(f"diagram {self.name}: an arrow names the node {end}, which does not exist")

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, rank by rank."""
        return tuple(node for rank in self.ranks for group in rank.groups for node in group.nodes)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that occur among the arrows, in the order of the key."""
        used = {arrow.kind for arrow in self.arrows}
        return tuple(kind for kind in KINDS if kind in used)

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The arrows as rows of a data file."""
        return tuple(
            {
                "from": arrow.source,
                "to": arrow.target,
                "what": KINDS[arrow.kind],
                "measured": arrow.measured,
                "in words": arrow.statement,
                "shown at": arrow.address,
            }
            for arrow in self.arrows
        )
