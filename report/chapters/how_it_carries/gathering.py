"""What layer 0 gathers where, and for which digit of the answer: what the picture of the algorithm is drawn of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.diagram import Kind
from report.content.failures import isolated
from report.content.formats import joined, percent
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.needed_sites import MOST_OF, NeededSites, needed_sites
from sumint.interventions.sites import Site
from sumint.task.sums import Layout

NAMED_UP_TO = 2
"""So many heads are named in one node."""


@dataclass(frozen=True)
class Gathering:
    """Heads of layer 0 that gather the same at one position, for the same digits."""

    heads: tuple[int, ...]
    position: int
    column: int | None
    """That they look at; None if several."""
    kinds: tuple[tuple[int, Kind], ...]
    """The digits of the answer that need it, and what it is to them."""

    def name(self, layout: Layout) -> str:
        return f"{' '.join(self.head_names)} at {layout.position_names[self.position]}"

    @property
    def head_names(self) -> tuple[str, ...]:
        return tuple(f"H0.{head}" for head in self.heads)

    @property
    def briefly(self) -> str:
        """Its heads, as short as there is room for."""
        return " ".join(self.head_names) if len(self.heads) <= NAMED_UP_TO else f"{len(self.heads)} heads"

    @property
    def kind(self) -> Kind:
        """What it is first of all: a carry, if it is one to any digit."""
        first: tuple[Kind, ...] = ("carry", "handed-on", "digits", "unknown", "constant")
        kinds = {kind for _, kind in self.kinds}
        return next(kind for kind in first if kind in kinds)

    def digits(self, layout: Layout) -> list[str]:
        """The digits of its column that it can see."""
        names = [f"A{self.column}", f"B{self.column}"]
        return [name for name in names if layout.position_names.index(name) <= self.position]


def gatherings(
    sites: CarrySites, needed: NeededSites, holding: Mapping[int, Collection[Site]], constant: Collection[int]
) -> tuple[Gathering, ...]:
    """Every site that some digit needs or that a carry passes through, by position; those alike in one.

    What a digit needs it for: its column's own digits, if the site looks at these or is one of those `holding`
    them together; at positions that may be `constant`, that they are.
    """
    layout = sites.layout
    carried: dict[Site, dict[int, Kind]] = {}
    for served in sites.served_routes:
        digit = served.route.digit
        kind: Kind = "handed-on" if served.route.n_nines else "carry"
        of_site = carried.setdefault(served.site, {})
        of_site[digit] = "carry" if "carry" in (kind, of_site.get(digit)) else kind
    alike: dict[tuple, list[int]] = {}
    for position in range(layout.n_ctx):
        for head in range(needed.attention.shape[0]):
            site = Site(head, position)
            column = needed.column(site)
            kinds = dict(carried.get(site, {}))
            for digit in np.flatnonzero(needed.is_needed[:, head, position]).tolist():
                is_own = column == digit or site in holding.get(digit, ())
                kinds.setdefault(digit, "constant" if position in constant else "digits" if is_own else "unknown")
            if kinds:
                # A site of a carry is one by itself: that was found of it alone.
                apart = site if site in carried else None
                alike.setdefault((position, column, tuple(sorted(kinds.items())), apart), []).append(head)
    return tuple(
        Gathering(tuple(heads), position, column, kinds) for (position, column, kinds, _), heads in alike.items()
    )


@isolated
def gathering_claims(needed: NeededSites) -> tuple[Claim, ...]:
    """The claim on where the digits themselves are gathered."""
    layout = needed.layout
    heads = [
        [
            head
            for head in range(needed.attention.shape[0])
            if needed.is_needed[digit, head, layout.predicting.start + digit]
            and needed.column(Site(head, layout.predicting.start + digit)) == digit
        ]
        for digit in range(layout.n_digits)
    ]
    by_digit = [f"{_names(of_digit)} for C{digit}" for digit, of_digit in enumerate(heads) if of_digit]
    listed = joined(by_digit) if by_digit else "no digit needs such a head"
    elsewhere = _gathered_elsewhere(needed)
    also = f"; needed elsewhere, and looking at that column: {elsewhere}" if elsewhere else ""
    return (
        general_claim(
            "digits-gathered-there",
            "Every digit needs its column’s two digits to be gathered where it is predicted.",
            criterion=(
                "every digit of the answer needs, at the position that predicts it, a head that gives more than "
                f"{percent(MOST_OF, 0)} of its attention to the column’s two digits"
            ),
            source=needed_sites,
            otherwise="On these weights some digit needs no such head.",
            finding=Finding(
                f"{listed}{also}",
                all(heads),
                {f"heads for C{digit}": len(of_digit) for digit, of_digit in enumerate(heads)},
            ),
        ),
    )


def _gathered_elsewhere(needed: NeededSites) -> str:
    """The other sites that a digit needs and that look at its column."""
    layout = needed.layout
    found = [
        f"{site.name(layout)} for C{digit}"
        for digit, head, position in np.argwhere(needed.is_needed).tolist()
        for site in [Site(head, position)]
        if needed.column(site) == digit and position != layout.predicting.start + digit
    ]
    return joined(found) if found else ""


def _names(heads: Iterable[int]) -> str:
    return joined(f"H0.{head}" for head in heads)
