"""Two published sites, compared: which claims, which figures' numbers differ, and by how much.

Numbers are compared place by place: the same view, the same trace, the same position in its lists. A relative
change is the difference as a share of the larger of the two numbers, so it is at most 2, and nothing is divided by
zero; where a tolerance is given, relative changes up to it do not count. From angle to angle it is the shorter way
round. What the two sites were made from is told, but is no difference: the same numbers from another commit are
the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import SiteError, UnreadableError
from report.published import (
    LARGEST_DATA,
    PublishedClaim,
    PublishedSite,
    as_float,
    is_number,
)
from report.terminal import plain

NOTES_UP_TO = 4
"""So many changes of a figure's shape are told one by one."""

OF_BUILD = {"Built": "built", "Host": "host", "System": "system"}
"""What is told of `build.json`, where it differs; the foot of a page says the rest."""

ANGLE = "angle (rad)"
"""What angles are called in the place of a number."""


@dataclass(frozen=True)
class NumberChange:
    """A number that is another one; None where there is none, or none that is finite."""

    place: str
    old: float | None
    new: float | None

    @property
    def absolute(self) -> float:
        """How far apart the two are; infinitely far if one of them is no number."""
        return math.inf if self.old is None or self.new is None else abs(self.new - self.old)

    @property
    def relative(self) -> float:
        """The same as a share of the larger of the two; infinite if one of them is no number."""
        return math.inf if self.old is None or self.new is None else relative_change(self.old, self.new)


@dataclass(frozen=True)
class ClaimChange:
    """A claim that both sites make, and not alike."""

    old: PublishedClaim
    new: PublishedClaim
    numbers: tuple[NumberChange, ...]
    """By their names in the claim, the largest relative change first."""
    reworded: tuple[str, ...]
    """Which of its statement, criterion and kind are others."""

    @property
    def verdict_changed(self) -> bool:
        return self.old.holds is not self.new.holds

    @property
    def size(self) -> float:
        """The largest relative change of its numbers; 0 if none changed."""
        return max((number.relative for number in self.numbers), default=0.0)


@dataclass(frozen=True)
class DataChange:
    """A figure or a table whose data are others."""

    name: str
    n_numbers: int
    """How many places have a number in both sites, or in one of them."""
    n_changed: int
    largest_absolute: NumberChange | None = None
    largest_relative: NumberChange | None = None
    n_labels: int = 0
    """How many texts changed: titles, names, labels, texts in cells."""
    first_label: str = ""
    notes: tuple[str, ...] = ()
    """Where its shape changed, so that numbers have no place in common."""

    @property
    def differs(self) -> bool:
        return bool(self.n_changed or self.n_labels or self.notes)

    @property
    def size(self) -> tuple[bool, float, float]:
        """What it is sorted by: whether its shape changed, the share of its numbers that did, and how much."""
        share = self.n_changed / self.n_numbers if self.n_numbers else 0.0
        return bool(self.notes), share, self.largest_relative.relative if self.largest_relative else 0.0


@dataclass(frozen=True)
class Comparison:
    """What differs between two sites."""

    old: str
    new: str
    """What the two are called: their folders."""
    tolerance: float
    provenance: tuple[tuple[str, str, str], ...]
    """What the two say of where they come from and is not the same: a label and both texts."""
    n_claims: int
    """How many claims both make."""
    claims: tuple[ClaimChange, ...]
    """Those that changed, the largest change first."""
    claims_only: tuple[tuple[PublishedClaim, ...], tuple[PublishedClaim, ...]]
    """Those that only the old one and only the new one makes."""
    n_data: int
    """How many figures and tables both have."""
    data: tuple[DataChange, ...]
    """Those that changed, the largest change first."""
    data_only: tuple[tuple[str, ...], tuple[str, ...]]
    """Those that only the old one and only the new one has."""

    @property
    def verdicts(self) -> tuple[ClaimChange, ...]:
        """The claims whose verdict changed."""
        return tuple(claim for claim in self.claims if claim.verdict_changed)

    @property
    def differs(self) -> bool:
        """Whether anything differs but where the two come from."""
        return bool(self.claims or any(self.claims_only) or self.data or any(self.data_only))


def compare(old: Path, new: Path, tolerance: float = 0.0) -> Comparison:
    """What differs between the sites in two folders; relative changes up to `tolerance` do not count.

    Raises:
        SiteError: if one of the folders holds no site of this report, or none whose claims can be read.
    """
    sites = (PublishedSite(old), PublishedSite(new))
    old_claims, new_claims = (_claims(site) for site in sites)
    common = [key for key in old_claims if key in new_claims]
    changes = [_claim_change(old_claims[key], new_claims[key], tolerance) for key in common]
    shown = [name for name in sites[0].data if name in sites[1].data]
    data = [_data_change(name, *sites, tolerance) for name in shown]
    return Comparison(
        plain(str(old)),
        plain(str(new)),
        tolerance,
        tuple(_provenance(*sites)),
        len(common),
        tuple(sorted((change for change in changes if change), key=lambda change: -change.size)),
        (
            tuple(claim for key, claim in old_claims.items() if key not in new_claims),
            tuple(claim for key, claim in new_claims.items() if key not in old_claims),
        ),
        len(shown),
        tuple(sorted((change for change in data if change.differs), key=lambda change: change.size, reverse=True)),
        (
            tuple(name for name in sites[0].data if name not in sites[1].data),
            tuple(name for name in sites[1].data if name not in sites[0].data),
        ),
    )


def relative_change(old: float, new: float) -> float:
    """How far apart two numbers are, as a share of the larger of the two; 0 if they are the same."""
    larger = max(abs(old), abs(new))
    return 0.0 if old == new else abs(new / larger - old / larger)


def _claims(site: PublishedSite) -> Mapping[str, PublishedClaim]:
    try:
        return site.claims()
    except UnreadableError as error:
        raise SiteError(
            f"{plain(str(site.folder))}: {error}; `python -m report check` lists all that is wrong with it"
        ) from None


def _provenance(old: PublishedSite, new: PublishedSite) -> Iterator[tuple[str, str, str]]:
    told = [{**site.provenance(), **_of_build(site)} for site in (old, new)]
    for label in dict.fromkeys((*told[0], *told[1])):
        texts = [one.get(label, "") for one in told]
        if texts[0] != texts[1]:
            yield label, texts[0], texts[1]


def _of_build(site: PublishedSite) -> dict[str, str]:
    """What `build.json` says of when and where the site was built."""
    try:
        build = site.build()
    except UnreadableError:
        return {}
    said = {label: build.get(field) for label, field in OF_BUILD.items()}
    return {label: plain(text) for label, text in said.items() if isinstance(text, str)}


def _claim_change(old: PublishedClaim, new: PublishedClaim, tolerance: float) -> ClaimChange | None:
    numbers = [
        NumberChange(name, old.numbers.get(name), new.numbers.get(name))
        for name in dict.fromkeys((*old.numbers, *new.numbers))
    ]
    changed = [number for number in numbers if _is_beyond(number.old, number.new, tolerance)]
    changed.sort(key=lambda number: -number.relative)
    reworded = [
        field for field in ("statement", "criterion", "kind") if getattr(old, field) != getattr(new, field)
    ]
    # The value in words follows from the numbers, where there are any, so that the tolerance is theirs.
    other_words = old.value != new.value and not (tolerance and numbers)
    if not (changed or reworded or other_words or old.holds is not new.holds):
        return None
    return ClaimChange(old, new, tuple(changed), tuple(reworded))


def _is_beyond(old: float | None, new: float | None, tolerance: float) -> bool:
    """Whether two numbers differ by more than the tolerance; what is not finite equals only itself."""
    if old is None or new is None or not (math.isfinite(old) and math.isfinite(new)):
        return old != new
    return relative_change(old, new) > tolerance


def _data_change(name: str, old: PublishedSite, new: PublishedSite, tolerance: float) -> DataChange:
    contents = []
    for site in (old, new):
        try:
            contents.append(site.json(site.data[name], LARGEST_DATA))
        except UnreadableError as error:
            return DataChange(name, 0, 0, notes=(f"in {plain(str(site.folder))} the file {error.what}",))
    found = _Differences(tolerance)
    found.compare(*contents)
    return found.told(name)


class _Differences:
    """What differs between two values from JSON, place by place."""

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._n_numbers = self._n_changed = self._n_labels = self._n_shapes = 0
        self._absolute: NumberChange | None = None
        self._relative: NumberChange | None = None
        self._first_label = ""
        self._notes: list[str] = []

    def compare(self, old: Any, new: Any) -> None:
        """Go through both at once."""
        ahead: list[tuple[tuple[str | int, ...], Any, Any]] = [((), old, new)]
        while ahead:  # and not by recursion: values can be nested deeper than calls
            place, one, other = ahead.pop()
            if isinstance(one, list) and isinstance(other, list):
                one, other = _by_label(one, other)
            if isinstance(one, dict) and isinstance(other, dict):
                self._keys(place, one, other)
                angle = "theta" if one.get("theta_unit") == "radians" else None
                both = [key for key in reversed(one) if key in other]
                ahead += [((*place, ANGLE if key == angle else key), one[key], other[key]) for key in both]
            elif isinstance(one, list) and isinstance(other, list):
                if len(one) != len(other):
                    self._shape(place, f"{len(one):,} → {len(other):,} entries")
                else:
                    ahead += [((*place, at), one[at], other[at]) for at in reversed(range(len(one)))]
            else:
                self._scalars(place, one, other)

    def told(self, name: str) -> DataChange:
        """What was found, for the figure or table of this name."""
        notes = self._notes
        if self._n_shapes > len(notes):
            notes = [*notes, f"and {self._n_shapes - len(notes):,} more"]
        return DataChange(
            name,
            self._n_numbers,
            self._n_changed,
            self._absolute,
            self._relative,
            self._n_labels,
            self._first_label,
            tuple(notes),
        )

    def _keys(self, place: tuple[str | int, ...], old: dict[str, Any], new: dict[str, Any]) -> None:
        gone, added = ([key for key in one if key not in other] for one, other in ((old, new), (new, old)))
        for keys, what in ((gone, "only in the first"), (added, "only in the second")):
            for key in keys:
                self._shape((*place, key), what)
        if not gone and not added and list(old) != list(new):
            self._shape(place, "in another order")

    def _scalars(self, place: tuple[str | int, ...], old: Any, new: Any) -> None:
        a, b = (as_float(value) if is_number(value) else None for value in (old, new))
        if (a is not None and (b is not None or new is None)) or (b is not None and old is None):
            self._n_numbers += 1
            if ANGLE in place and a is not None and b is not None and math.isfinite(b - a):
                b = b if a == b else a + math.remainder(b - a, math.tau)  # 3.1 and −3.1 are next to each other
            if _is_beyond(a, b, self._tolerance):
                self._n_changed += 1
                change = NumberChange(_written(place), a, b)
                if self._absolute is None or change.absolute > self._absolute.absolute:
                    self._absolute = change
                if self._relative is None or change.relative > self._relative.relative:
                    self._relative = change
        elif isinstance(old, str) and isinstance(new, str):
            if old != new:
                self._n_labels += 1
                self._first_label = self._first_label or f"{_written(place)}: {plain(old)} → {plain(new)}"
        elif old != new or type(old) is not type(new):
            self._shape(place, f"{_kind(old)} → {_kind(new)}")

    def _shape(self, place: tuple[str | int, ...], what: str) -> None:
        self._n_shapes += 1
        if len(self._notes) < NOTES_UP_TO:
            self._notes.append(f"{_written(place)}: {what}" if place else what)


def _by_label(old: list[Any], new: list[Any]) -> tuple[Any, Any]:
    """Views by their labels and traces by their names, if each has its own; else the lists as they are."""
    labelled = [_labelled(entries) for entries in (old, new)]
    return (old, new) if None in labelled else (labelled[0], labelled[1])


def _labelled(entries: list[Any]) -> dict[str, Any] | None:
    named: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            return None
        label = entry.get("label", entry.get("name"))
        panel = entry.get("panel", "")
        if not isinstance(label, str) or not isinstance(panel, str):
            return None
        named[f"{panel}, {label}" if panel and label else panel or label] = entry
    return named if entries and len(named) == len(entries) else None


def _written(place: tuple[str | int, ...]) -> str:
    """A place in a figure's data in words: corrected, mean, z[3][4]."""
    parts: list[str] = []
    for part in place:
        if isinstance(part, int):
            parts.append(f"{parts.pop() if parts else ''}[{part}]")
        elif part not in ("views", "traces", ""):
            parts.append(plain(part))
    return ", ".join(parts) or (str(place[-1]) if place else "")


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")
