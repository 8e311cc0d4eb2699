"""A page before it is set: its chapter, and the text that tells it.

What the page of figures lists, and what the search finds, is taken from here, as the pages themselves are, so that
a figure has the same number and the same place everywhere. A text must show everything that its chapter holds,
exactly once: what a page leaves out, nobody checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markupsafe import Markup

from report.content.chapter import Absent, Chapter, Claim, Failed, Figure, Table
from report.content.diagram import Diagram
from report.errors import TextError, shortened
from report.pages.markdown import Call, Prose, Text

BLOCKS = ("figure", "table", "claim")
"""What a text shows of its chapter, by the functions it calls."""

Shown = Figure | Diagram | Absent | Failed | Table | Claim
Key = tuple[str, str]
"""The function and the name by which a text shows something: figure, gram."""


@dataclass(frozen=True)
class Manuscript:
    """A chapter and its text."""

    stem: str
    number: int
    """The chapter's; 0 is the opening page."""
    chapter: Chapter
    text: Text
    path: str
    """Where the text is, for messages about it."""

    @classmethod
    def read(cls, stem: str, number: int, chapter: Chapter, source: str, path: Path) -> Manuscript:
        """A chapter with the text `source`, which is the file at `path`.

        Raises:
            TextError: if the text cannot be read, or does not show all that the chapter holds once.
        """
        named = shortened(path)
        manuscript = cls(stem, number, chapter, Text.read(source, named), named)
        _check_shown(manuscript)
        return manuscript

    @property
    def page(self) -> str:
        return f"{self.stem}.html"

    def place_of(self, key: Key) -> str:
        """Where something is written, for messages about it."""
        return f"{self.path}: {' '.join(key)}"

    @cached_property
    def shown(self) -> tuple[Call, ...]:
        """What the text shows of its chapter, in reading order."""
        return tuple(call for call in self.text.calls() if call.function in BLOCKS)

    @cached_property
    def things(self) -> Mapping[Key, Shown]:
        """All that the chapter holds, by the function and name that show it."""
        held: dict[Key, Shown] = {
            **{("figure", figure.name): figure for figure in self.chapter.figures},
            **{("table", table.name): table for table in self.chapter.tables},
            **{("claim", claim.name): claim for claim in self.chapter.claims},
        }
        return {**self._missing(held), **held}

    def _missing(self, held: Mapping[Key, Shown]) -> dict[Key, Failed]:
        """What a chapter that failed in part should hold, since its text shows it."""
        if not self.chapter.failures:
            return {}
        keys = ((call.function, call.name) for call in self.shown)
        reasons = "; ".join(self.chapter.failures)
        return {key: Failed(key[1], "", reasons) for key in keys if key not in held}

    @cached_property
    def anchors(self) -> Mapping[Key, str]:
        """Where each thing is found on its page: under its name; a table gives way to others of the same name."""
        names = Counter(name for _, name in self.things)
        return {
            (function, name): f"table-{name}" if function == "table" and names[name] > 1 else name
            for function, name in self.things
        }

    @cached_property
    def numbers(self) -> Mapping[Key, str]:
        """2.3 for the third figure that the second chapter's text shows, 3 on the opening page; tables apart."""
        counts: Counter[str] = Counter()
        numbers = {}
        for call in self.shown:
            counts[call.function] += 1
            place = str(counts[call.function])
            numbers[call.function, call.name] = f"{self.number}.{place}" if self.number else place
        return numbers

    def html(self, functions: Mapping[str, Callable[[str], Markup]]) -> Prose:
        """The text with its values, and with what `functions` make of the figures, tables and claims it shows."""
        failed = bool(self.chapter.failures)
        return self.text.html(self.chapter.values, functions, BLOCKS, self.anchors.values(), may_lack=failed)

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """Every figure and table of the page, in reading order."""
        return tuple(
            Listed(
                label=f"{call.function.capitalize()} {self.numbers[call.function, call.name]}",
                title=thing.title,
                address=f"{self.page}#{self.anchors[call.function, call.name]}",
                data=None if isinstance(thing, Absent | Failed) else f"data/{self.stem}/{call.name}",
            )
            for call in self.shown
            if call.function != "claim"
            for thing in [self.things[call.function, call.name]]
            if not isinstance(thing, Claim)
        )


@dataclass(frozen=True)
class Listed:
    """A figure or table, as an index lists it."""

    label: str
    """What it is, with its number: Figure 2.3."""
    title: str
    address: str
    data: str | None
    """Its data files, without their endings; None if these weights have nothing to show."""


def _check_shown(manuscript: Manuscript) -> None:
    """Raise a `TextError` unless the text shows each thing of its chapter once, and nothing else."""
    things = manuscript.things
    seen: set[Key] = set()
    for call in manuscript.shown:
        key = (call.function, call.name)
        if key not in things:
            known = ", ".join(name for function, name in things if function == call.function) or "none"
            raise TextError(f'{call.place}: the chapter has no {call.function} "{call.name}"; it has {known}')
        if key in seen:
            raise TextError(f'{call.place}: {call.function} "{call.name}" is shown a second time')
        seen.add(key)
    for function, name in things:
        if (function, name) not in seen:
            raise TextError(
                f'{manuscript.path}:1: the text never shows {function} "{name}"; '
                f'add {{{{ {function}("{name}") }}}}'
            )
