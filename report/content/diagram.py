"""A diagram: parts in ranks, and arrows between them, each with what was measured of it and where that is shown.

It is content without a form. `diagram_layout.py` finds a place for everything, `diagram_svg.py` draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["digits", "carry", "handed-on", "unknown", "constant"]
"""What goes along an arrow, and what a part is for."""

KINDS: Mapping[Kind, str] = {
    "digits": "the column’s own digits",
    "carry": "a carry",
    "handed-on": "a carry that columns of nine hand on",
    "unknown": "needed, for what is not known",
    "constant": "the same for every sum",
}
"""In words, for the key; in this order."""


@dataclass(frozen=True)
class Node:
    """One part of what is shown."""

    name: str
    """By which arrows know it; no other node of the diagram has the same."""
    lines: tuple[str, ...]
    """What is written in it."""
    kind: Kind | None = None


@dataclass(frozen=True)
class Group:
    """Nodes that are at one place, under one label."""

    label: str
    nodes: tuple[Node, ...]
    under: str | None = None
    """The label of the group in the rank before that it stands under; None: it finds a place of its own."""


@dataclass(frozen=True)
class Rank:
    """Groups side by side: one step of what is shown."""

    label: tuple[str, ...]
    """In lines."""
    groups: tuple[Group, ...]

    @property
    def is_last(self) -> bool:
        """Whether arrows only arrive: its groups stand under others."""
        return all(group.under is not None for group in self.groups)


@dataclass(frozen=True)
class Arrow:
    """Something goes from one node to another in a rank further on."""

    source: str
    target: str
    kind: Kind
    says: str
    """What is known of it, as a sentence; plain text."""
    measured: float
    """The number behind that."""
    address: str
    """The claim or figure that shows it, with its page: how-it-carries.html#carry-sites."""


@dataclass(frozen=True)
class Diagram:
    """A diagram, shown as figures are."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    ranks: tuple[Rank, ...]
    arrows: tuple[Arrow, ...]
    caption: str
    """What to see in it; Markdown with formulas."""
    alt: str
    """The same in words, for those who do not see it; plain text."""
    source: Callable[..., Any]
    """The analysis that measured most of it."""

    def __post_init__(self) -> None:
        names = [node.name for node in self.nodes]
        if len(set(names)) < len(names):
            raise ValueError(f"diagram {self.name}: two nodes have one name")
        for arrow in self.arrows:
            for end in (arrow.source, arrow.target):
                if end not in names:
                    raise ValueError(f"diagram {self.name}: an arrow knows {end}, but there is no such node")

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for rank in self.ranks for group in rank.groups for node in group.nodes)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Of all arrows, in the order of the key."""
        used = {arrow.kind for arrow in self.arrows}
        return tuple(kind for kind in KINDS if kind in used)

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """Every arrow as a row of a data file."""
        return tuple(
            {
                "from": arrow.source,
                "to": arrow.target,
                "what": KINDS[arrow.kind],
                "measured": arrow.measured,
                "in words": arrow.says,
                "shown at": arrow.address,
            }
            for arrow in self.arrows
        )
