"""The differences between two JSON values, compared place by place.

A place is a view, a trace and an index in its lists. A relative change is the difference as a share of the larger
of the two numbers, so it is at most 2 and never a division by zero; relative changes up to the tolerance do not
count. The difference of two angles is taken the shorter way round the circle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from report.comparison.published_site import as_float, is_number
from report.content.safe_text import plain

MAX_NOTES = 4
"""The maximum number of changes of a figure's shape that are listed individually."""

ANGLE = "angle (rad)"
"""The name of a channel of angles in the place of a number."""


@dataclass(frozen=True)
class NumberChange:
    """A number that differs between the two values; None if it is missing or not finite."""

    place: str
    old: float | None
    new: float | None

    @property
    def absolute(self) -> float:
        """The absolute difference; infinite if one of the two is missing."""
        return math.inf if self.old is None or self.new is None else abs(self.new - self.old)

    @property
    def relative(self) -> float:
        """The difference as a share of the larger of the two; infinite if one of them is missing."""
        return math.inf if self.old is None or self.new is None else relative_change(self.old, self.new)


@dataclass(frozen=True)
class DataChange:
    """The differences in the data of a figure or a table."""

    name: str
    n_numbers: int
    """The number of places that have a number in at least one of the sites."""
    n_changed: int
    """The number of places at which the number changed."""
    largest_absolute: NumberChange | None = None
    largest_relative: NumberChange | None = None
    n_labels: int = 0
    """The number of texts that changed: titles, names, labels, texts in cells."""
    first_label: str = ""
    """The place of the first text that changed, with both texts."""
    notes: tuple[str, ...] = ()
    """The changes of shape, at which numbers cannot be compared."""

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return bool(self.n_changed or self.n_labels or self.notes)

    @property
    def size(self) -> tuple[bool, float, float]:
        """The sort key: whether the shape changed, the share of numbers that changed, and the largest change."""
        share = self.n_changed / self.n_numbers if self.n_numbers else 0.0
        return bool(self.notes), share, self.largest_relative.relative if self.largest_relative else 0.0


def relative_change(old: float, new: float) -> float:
    """The difference of two numbers as a share of the larger of the two; 0 if they are equal."""
    larger = max(abs(old), abs(new))
    return 0.0 if old == new else abs(new / larger - old / larger)


def is_beyond(old: float | None, new: float | None, tolerance: float) -> bool:
    """Whether two numbers differ by more than the tolerance; a number that is not finite equals only itself."""
    if old is None or new is None or not (math.isfinite(old) and math.isfinite(new)):
        return old != new
    return relative_change(old, new) > tolerance


def data_change(name: str, old: Any, new: Any, tolerance: float) -> DataChange:
    """The differences between the data `old` and `new` of the figure or table of this name."""
    differences = _Differences(tolerance)
    differences.compare(old, new)
    return differences.data_change(name)


class _Differences:
    """An accumulator of the differences between two JSON values."""

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._n_numbers = self._n_changed = self._n_labels = self._n_shapes = 0
        self._absolute: NumberChange | None = None
        self._relative: NumberChange | None = None
        self._first_label = ""
        self._notes: list[str] = []

    def compare(self, old: Any, new: Any) -> None:
        """Compare two values place by place."""
        pending: list[tuple[tuple[str | int, ...], Any, Any]] = [((), old, new)]
        while pending:  # a loop rather than recursion, since values can be nested deeper than the recursion limit
            place, one, other = pending.pop()
            if isinstance(one, list) and isinstance(other, list):
                one, other = _by_label(one, other)
            if isinstance(one, dict) and isinstance(other, dict):
                self._keys(place, one, other)
                angle = "theta" if one.get("theta_unit") == "radians" else None
                both = [key for key in reversed(one) if key in other]
                pending += [((*place, ANGLE if key == angle else key), one[key], other[key]) for key in both]
            elif isinstance(one, list) and isinstance(other, list):
                if len(one) != len(other):
                    self._shape(place, f"{len(one):,} → {len(other):,} entries")
                else:
                    pending += [((*place, at), one[at], other[at]) for at in reversed(range(len(one)))]
            else:
                self._scalars(place, one, other)

    def data_change(self, name: str) -> DataChange:
        """The accumulated differences, for the figure or table of this name."""
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
        removed, added = ([key for key in one if key not in other] for one, other in ((old, new), (new, old)))
        for keys, what in ((removed, "only in the first"), (added, "only in the second")):
            for key in keys:
                self._shape((*place, key), what)
        if not removed and not added and list(old) != list(new):
            self._shape(place, "in another order")

    def _scalars(self, place: tuple[str | int, ...], old: Any, new: Any) -> None:
        a, b = (as_float(value) if is_number(value) else None for value in (old, new))
        if (a is not None and (b is not None or new is None)) or (b is not None and old is None):
            self._n_numbers += 1
            if ANGLE in place and a is not None and b is not None and math.isfinite(b - a):
                b = b if a == b else a + math.remainder(b - a, math.tau)  # 3.1 and −3.1 are close
            if is_beyond(a, b, self._tolerance):
                self._n_changed += 1
                change = NumberChange(_place_text(place), a, b)
                if self._absolute is None or change.absolute > self._absolute.absolute:
                    self._absolute = change
                if self._relative is None or change.relative > self._relative.relative:
                    self._relative = change
        elif isinstance(old, str) and isinstance(new, str):
            if old != new:
                self._n_labels += 1
                self._first_label = self._first_label or f"{_place_text(place)}: {plain(old)} → {plain(new)}"
        elif old != new or type(old) is not type(new):
            self._shape(place, f"{_kind(old)} → {_kind(new)}")

    def _shape(self, place: tuple[str | int, ...], what: str) -> None:
        self._n_shapes += 1
        if len(self._notes) < MAX_NOTES:
            self._notes.append(f"{_place_text(place)}: {what}" if place else what)


def _by_label(old: list[Any], new: list[Any]) -> tuple[Any, Any]:
    """The lists as mappings by label or name if every entry has a unique one, else the unchanged lists."""
    mappings = [_mapping_by_label(entries) for entries in (old, new)]
    return (old, new) if None in mappings else (mappings[0], mappings[1])


def _mapping_by_label(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by panel and label or name; None if some entry has none, or two have the same."""
    mapping: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            return None
        label = entry.get("label", entry.get("name"))
        panel = entry.get("panel", "")
        if not isinstance(label, str) or not isinstance(panel, str):
            return None
        mapping[f"{panel}, {label}" if panel and label else panel or label] = entry
    return mapping if entries and len(mapping) == len(entries) else None


def _place_text(place: tuple[str | int, ...]) -> str:
    """A place in a figure's data as text: corrected, mean, z[3][4]."""
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
