"""Heads of layer 0 at one position, grouped by the column that they attend to and the digits that need them.

These groups are the middle row of the circuit diagram. A site that serves a route is a group of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from report.content.diagram import Kind
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.needed_sites import NeededSites
from sumint.interventions.sites import Site
from sumint.task.sums import Layout

MOST_HEADS_NAMED = 2
"""A node lists the names of at most so many heads; of more it gives the number."""


@dataclass(frozen=True)
class HeadGroup:
    """Heads of layer 0 at one position that attend to the same column and that the same answer digits need."""

    heads: tuple[int, ...]
    position: int
    column: int | None
    """The column that the heads attend to; None if they attend to several."""
    kinds: tuple[tuple[int, Kind], ...]
    """The answer digits that need the heads, each with what it needs them for."""

    def name(self, layout: Layout) -> str:
        """The heads' names and their position, such as "H0.1 at B3"."""
        return f"{' '.join(self.head_names)} at {layout.position_names[self.position]}"

    @property
    def head_names(self) -> tuple[str, ...]:
        """The names of the heads, such as "H0.1"."""
        return tuple(f"H0.{head}" for head in self.heads)

    @property
    def short_label(self) -> str:
        """The names of the heads, or their number where a node has no room for the names."""
        return " ".join(self.head_names) if len(self.heads) <= MOST_HEADS_NAMED else f"{len(self.heads)} heads"

    @property
    def kind(self) -> Kind:
        """The main purpose of the group: a carry, if it is one for any digit."""
        by_priority: tuple[Kind, ...] = ("carry", "handed-on", "digits", "unknown")
        kinds = {kind for _, kind in self.kinds}
        return next(kind for kind in by_priority if kind in kinds)

    def visible_digits(self, layout: Layout) -> list[str]:
        """The digits of the group's column that causal attention lets it see."""
        names = [f"A{self.column}", f"B{self.column}"]
        return [name for name in names if layout.position_names.index(name) <= self.position]


def head_groups(
    sites: CarrySites,
    needed: NeededSites,
    sites_of_digit: Mapping[int, Collection[Site]],
) -> tuple[HeadGroup, ...]:
    """Group all sites that an answer digit needs or that serve a route, in the order of their positions.

    A digit needs a site for its column's own digits if the site attends to that column or is among
    `sites_of_digit`, which hold the column's digits together.
    """
    layout = sites.layout
    carries: dict[Site, dict[int, Kind]] = {}
    for served in sites.served_routes:
        digit = served.route.digit
        kind: Kind = "handed-on" if served.route.n_nines else "carry"
        of_site = carries.setdefault(served.site, {})
        of_site[digit] = "carry" if "carry" in (kind, of_site.get(digit)) else kind
    heads_by_role: dict[tuple, list[int]] = {}
    for position in range(layout.n_ctx):
        for head in range(needed.attention.shape[0]):
            site = Site(head, position)
            column = needed.column(site)
            kinds = dict(carries.get(site, {}))
            for digit in np.flatnonzero(needed.is_needed[:, head, position]).tolist():
                is_own = column == digit or site in sites_of_digit.get(digit, ())
                kinds.setdefault(digit, "digits" if is_own else "unknown")
            if kinds:
                # The carry was measured at this site alone, so the site forms a group of its own.
                carry_site = site if site in carries else None
                role = (position, column, tuple(sorted(kinds.items())), carry_site)
                heads_by_role.setdefault(role, []).append(head)
    return tuple(
        HeadGroup(tuple(heads), position, column, kinds)
        for (position, column, kinds, _), heads in heads_by_role.items()
    )
