"""What differs between two values from JSON, place by place.

That is the same view, the same trace, the same position in its lists. A relative change is the difference as a
share of the larger of the two numbers, so it is at most 2, and nothing is divided by zero; where a tolerance is
given, relative changes up to it do not count. From angle to angle it is the shorter way round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from report.comparison.published_site import as_float, is_number
from report.content.safe_text import plain

NOTES_UP_TO = 4
"""So many changes of a figure's shape are told one by one."""

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


def relative_change(old: float, new: float) -> float:
    """How far apart two numbers are, as a share of the larger of the two; 0 if they are the same."""
    larger = max(abs(old), abs(new))
    return 0.0 if old == new else abs(new / larger - old / larger)


def is_beyond(old: float | None, new: float | None, tolerance: float) -> bool:
    """Whether two numbers differ by more than the tolerance; what is not finite equals only itself."""
    if old is None or new is None or not (math.isfinite(old) and math.isfinite(new)):
        return old != new
    return relative_change(old, new) > tolerance


def data_change(name: str, old: Any, new: Any, tolerance: float) -> DataChange:
    """What differs between the data of the figure or table of this name."""
    found = _Differences(tolerance)
    found.compare(old, new)
    return found.run_chapter(name)


class _Differences:
    """What was found so far."""

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

    def run_chapter(self, name: str) -> DataChange:
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
            if is_beyond(a, b, self._tolerance):
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
