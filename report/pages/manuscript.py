"""The manuscript of a page: a chapter and its text, with the numbers and anchors of all that it shows.

The pages and all lists of their contents are made from manuscripts, so that a figure has the same number and
anchor everywhere. A text must show everything in its chapter exactly once, since content that no page shows would
not be noticed. Only a figure or table in a passage whose condition is not met may be left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from markupsafe import Markup

from report.content.chapter import Absent, Chapter, Failed, Figure, Table
from report.content.claims.claim import Claim
from report.content.component import Component
from report.content.picture import Picture
from report.errors import TextError, shortened
from report.pages.claim_index import ClaimIndex
from report.pages.text.conditions import resolved, without_conditions
from report.pages.text.markdown import Call, Prose, Text

BLOCKS = ("figure", "table", "claim")
"""The functions with which a text shows content of its chapter."""

LEFT_OUT = "REASON This chapter describes how a model adds, so on this checkpoint it is left out."
"""The text of a chapter that is left out."""

Content = Figure | Component | Picture | Absent | Failed | Table | Claim
Key = tuple[str, str]
"""The function and the name with which a text shows content: figure, gram."""


@dataclass(frozen=True)
class Link:
    """A link to a figure or table of the report."""

    address: str
    label: str


@dataclass(frozen=True)
class Manuscript:
    """A chapter and its text."""

    stem: str
    number: int
    """The number of the chapter; 0 for the opening page."""
    chapter: Chapter
    text: Text
    path: str
    """The path of the text, for error messages."""
    claims: ClaimIndex
    """All claims of the report, to which the text may refer."""
    left_out: frozenset[Key] = frozenset()
    """The figures and tables that stand in passages whose conditions are not met."""

    @classmethod
    def read(
        cls, stem: str, number: int, chapter: Chapter, source: str, path: Path, claims: ClaimIndex | None = None
    ) -> Manuscript:
        """Make the manuscript of a chapter with the text `source`, which is in the file at `path`.

        Args:
            claims: all claims of the report; by default those of the chapter.

        Raises:
            TextError: if the text cannot be read, or does not show everything in the chapter exactly once.
        """
        short_path = shortened(path)
        claims = claims or ClaimIndex.of({stem: chapter})
        source = LEFT_OUT.replace("REASON", chapter.left_out) if chapter.left_out else source
        text = Text.read(resolved(source, short_path, claims.facts(stem)), short_path)
        everything = Text.read(without_conditions(source), short_path)
        left_out = {(call.function, call.name) for call in everything.calls() if call.function != "claim"}
        left_out -= {(call.function, call.name) for call in text.calls()}
        manuscript = cls(stem, number, chapter, text, short_path, claims, frozenset(left_out))
        if not chapter.left_out:
            _check_calls(manuscript)
        return manuscript

    @property
    def page(self) -> str:
        """The file name of the page."""
        return f"{self.stem}.html"

    def place_of(self, key: Key) -> str:
        """The place of a figure, table or claim, for error messages."""
        return f"{self.path}: {' '.join(key)}"

    @property
    def folded_claims(self) -> tuple[Claim, ...]:
        """The claims in the closed section at the end of the page, which cannot apply to this checkpoint."""
        return tuple(claim for claim in self.chapter.claims if self.chapter.left_out or claim.is_folded)

    def claims_shown_in(self, key: Key) -> tuple[Claim, ...]:
        """The claims of which a figure or table shows the values, but for those that cannot apply."""
        if not self.is_what_shows(key):
            return ()
        return tuple(
            claim for claim in self.chapter.claims if claim.figure == key[1] and claim not in self.folded_claims
        )

    def shows(self, claim: Claim) -> Link | None:
        """The figure or table that shows the values of a claim; None if there is none on the page."""
        key = next((key for key in self.numbers if key[1] == claim.figure and self.is_what_shows(key)), None)
        if key is None:
            return None
        return Link(f"{self.page}#{self.anchors[key]}", f"{key[0].capitalize()} {self.numbers[key]}")

    def is_what_shows(self, key: Key) -> bool:
        """Whether claims that name a figure or table mean this one: a figure comes before a table of its name."""
        return key[0] == "figure" or (key[0] == "table" and ("figure", key[1]) not in self.contents)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls that show content of the chapter, in reading order."""
        return tuple(call for call in self.text.calls() if call.function in BLOCKS)

    @cached_property
    def contents(self) -> Mapping[Key, Content]:
        """All figures, tables and claims of the chapter, by the function and name that show them."""
        made: dict[Key, Content] = {
            **{("figure", figure.name): figure for figure in self.chapter.figures},
            **{("table", table.name): table for table in self.chapter.tables},
            **{("claim", claim.name): claim for claim in self.chapter.claims},
        }
        return {**self._missing(made), **made}

    def _missing(self, made: Mapping[Key, Content]) -> dict[Key, Failed]:
        """Placeholders for all that the text shows and a chapter with failures does not contain."""
        if not self.chapter.failures:
            return {}
        keys = ((call.function, call.name) for call in self.calls)
        reasons = "; ".join(map(str, self.chapter.failures))
        return {key: Failed(key[1], "", reasons) for key in keys if key not in made}

    @cached_property
    def anchors(self) -> Mapping[Key, str]:
        """The anchor of each item: its name, with a prefix for a table that shares its name with another item."""
        names = Counter(name for _, name in self.contents)
        return {
            (function, name): f"table-{name}" if function == "table" and names[name] > 1 else name
            for function, name in self.contents
        }

    @cached_property
    def numbers(self) -> Mapping[Key, str]:
        """The number of each item by kind: 2.3 for the second chapter's third figure, 3 on the opening page."""
        counts: Counter[str] = Counter()
        numbers = {}
        for call in self.calls:
            counts[call.function] += 1
            place = str(counts[call.function])
            numbers[call.function, call.name] = f"{self.number}.{place}" if self.number else place
        return numbers

    @property
    def every_anchor(self) -> frozenset[str]:
        """The anchors of the page's sections, figures, tables and claims."""
        prose = self.html(dict.fromkeys(BLOCKS, lambda name: Markup("")))
        shown = {self.anchors[call.function, call.name] for call in self.calls}
        return frozenset(shown | {heading.anchor for heading in prose.headings})

    def html(self, functions: Mapping[str, Callable[[str], Markup]]) -> Prose:
        """The text as HTML, with its values and with the output of `functions` for figures, tables and claims.

        Links to claims that do not hold are marked.
        """
        prose = self.text.html(
            self.chapter.values,
            {**functions, "outcome": self.claims.outcome, "measured": self.claims.measured},
            BLOCKS,
            self.anchors.values(),
            allow_missing=bool(self.chapter.failures),
        )
        return replace(prose, html=self.claims.marked(prose.html, self.stem))

    @cached_property
    def index_entries(self) -> tuple[IndexEntry, ...]:
        """The entries of the page's figures and tables in the index, in reading order."""
        return tuple(
            IndexEntry(
                label=f"{call.function.capitalize()} {self.numbers[call.function, call.name]}",
                title=item.title,
                address=f"{self.page}#{self.anchors[call.function, call.name]}",
                data=None if isinstance(item, Absent | Failed) else f"data/{self.stem}/{call.name}",
                has_csv=isinstance(item, Picture) or (isinstance(item, Table) and not item.is_paginated),
            )
            for call in self.calls
            if call.function != "claim"
            for item in [self.contents[call.function, call.name]]
            if not isinstance(item, Claim)
        )


@dataclass(frozen=True)
class IndexEntry:
    """The entry of a figure or table in the index."""

    label: str
    """The kind and number: Figure 2.3."""
    title: str
    address: str
    data: str | None
    """The path of the data files without their suffix; None if the figure or table is absent or failed."""
    has_csv: bool
    """Whether the data are also a CSV file; the page of a figure makes one in the browser."""


def _check_calls(manuscript: Manuscript) -> None:
    """Raise a `TextError` unless the text shows each item of its chapter exactly once, and nothing else."""
    contents = manuscript.contents
    checked: set[Key] = set()
    for call in manuscript.calls:
        key = (call.function, call.name)
        if key not in contents:
            known = ", ".join(name for function, name in contents if function == call.function) or "none"
            raise TextError(f'{call.place}: the chapter has no {call.function} "{call.name}"; it has {known}')
        if key in checked:
            raise TextError(f'{call.place}: {call.function} "{call.name}" is shown twice; remove one of the calls')
        checked.add(key)
    for function, name in contents:
        if (function, name) not in checked | manuscript.left_out:
            raise TextError(
                f'{manuscript.path}:1: the text does not show {function} "{name}"; '
                f'add {{{{ {function}("{name}") }}}}'
            )
