"""The entries of a page in the search index: every heading, paragraph, figure, table and claim.

Each has the address of the nearest anchor. The rows of tables are among them, but not the numbers of charts. Of a
table that the page shows in parts, only the columns that identify a row are, since such a table has thousands of
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from report.content.chapter import Absent, Failed, Figure, Table
from report.content.claims.claim import Claim
from report.content.component import Component
from report.content.picture import Picture
from report.pages.manuscript import BLOCKS, Key, Manuscript
from report.pages.text.markdown import caption
from report.publishing.html_reader import HtmlReader

SEPARATE = {"p", "li", "th", "td", "h2", "h3", "pre", "blockquote"}
"""Elements after which the text of the next element is separated by a space."""
ROWS_UP_TO = 5000
"""The number of rows of a long table that the search finds, the first ones: about 60 kB of text."""
INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
"""The invisible operators that formulas contain for screen readers."""


@dataclass(frozen=True)
class SearchEntry:
    """One entry of the search index."""

    kind: str
    anchor: str
    """The anchor on the page; empty for the top of the page."""
    title: str
    text: str = ""
    rows: str = ""
    """The rows of a table: a line for each, with its cells separated by tabs."""

    def packed(self, page: int, keywords: str) -> list[str | int]:
        """The entry as the script contains it, without empty values at its end."""
        values = [page, self.kind, self.anchor, self.title, self.text, keywords, self.rows]
        while not values[-1]:
            values.pop()
        return values


def entries_of(manuscript: Manuscript) -> list[SearchEntry]:
    """The entries of a page, in reading order."""
    reader = _EntryReader(manuscript)
    markers = {function: partial(_marker, manuscript, function) for function in BLOCKS}
    reader.read(manuscript.html(markers).html)
    reader.add_text()
    return reader.entries


def _marker(manuscript: Manuscript, function: str, name: str) -> Markup:
    """The element that marks the place of a figure, table or claim while the text is indexed."""
    if function == "claim" and name in {claim.name for claim in manuscript.folded_claims}:
        return Markup("")
    return Markup('<hr id="{}">').format(manuscript.anchors[function, name])


def _entry(manuscript: Manuscript, key: Key) -> SearchEntry:
    """The entry of a figure, table or claim."""
    kind, anchor = key[0].capitalize(), manuscript.anchors[key]
    item = manuscript.contents[key]

    def to_text(text: str) -> str:
        return plain(caption(text, manuscript.place_of(key)))

    label = f"{kind} {manuscript.numbers[key]}"
    match item:
        case Claim():
            # The message of an error is plain text: what looks like Markdown or a formula in it is none.
            value = item.check.error or to_text(item.check.value)
            evidence = (
                f" {'Measured' if item.check.has_values else 'Why not'}: {value.rstrip('.')}." if value else ""
            )
            text = f"{item.name}. {item.label}.{evidence}"
            # Claims that were not checked on this checkpoint are found last.
            is_silent = item.state in ("not-applicable", "not-measured")
            return SearchEntry("Unchecked claim" if is_silent else kind, anchor, to_text(item.statement), text)
        case Figure() | Component() | Picture():
            return SearchEntry(kind, anchor, f"{label} {item.title}", to_text(item.caption))
        case Failed():
            return SearchEntry(kind, anchor, f"{label} {item.title}".strip(), item.message)
        case Absent():
            reason = f"Not shown. {to_text(item.reason)}"
            return SearchEntry(f"Absent {key[0]}", anchor, f"{label} {item.title}", reason)
        case Table():
            head = " ".join(item.columns)
            text = f"{to_text(item.caption)} {head}"
            kind = "Long table" if item.is_paginated else kind
            return SearchEntry(kind, anchor, f"{label} {item.title}", text, _rows(item))


def _rows(table: Table) -> str:
    """The cells of a table, a line for each row; of a long table, only those that identify the row."""
    heads = table.identifying_columns if table.is_paginated else table.columns
    formats = [table.formats.get(head, str) for head in heads]
    written = [
        [" ".join(format_(cell).split()) for cell in table.columns[head][:ROWS_UP_TO]]
        for format_, head in zip(formats, heads, strict=True)
    ]
    return "\n".join("\t".join(cells) for cells in zip(*written, strict=True))


def plain(html: str) -> str:
    """The visible text of HTML."""
    reader = _TextReader()
    reader.read(html)
    return reader.take_text()


class _TextReader(HtmlReader):
    """A reader that collects the text of HTML, without the permalinks of headings."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_permalink = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        self._in_permalink = attributes.get("class") == "headerlink"

    def end(self, tag: str) -> None:
        self._in_permalink = False
        if tag in SEPARATE:
            self._parts.append(" ")

    def data(self, text: str) -> None:
        if not self._in_permalink:
            self._parts.append(text)

    def take_text(self) -> str:
        """Return the text since the last call, and forget it."""
        text = "".join(self._parts).translate(INVISIBLE)
        self._parts.clear()
        return " ".join(text.split())


class _EntryReader(_TextReader):
    """A reader that collects the search entries of a text with markers.

    The address of a passage is the anchor of the last heading, figure, table or claim before it.
    """

    def __init__(self, manuscript: Manuscript) -> None:
        super().__init__()
        self._manuscript = manuscript
        self._keys = {anchor: key for key, anchor in manuscript.anchors.items()}
        self._kind = "Text"
        self._anchor = ""
        self._heading = manuscript.chapter.title
        self.entries = [SearchEntry("Page", "", self._heading, manuscript.chapter.question)]

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        anchor = attributes.get("id")
        if anchor is None:
            return
        self.add_text()
        self._anchor = anchor
        if tag == "hr":
            self.entries.append(_entry(self._manuscript, self._keys[anchor]))

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag in ("h2", "h3"):
            self._kind, self._heading = "Section", self.take_text()

    def add_text(self) -> None:
        """Add an entry for the text since the last entry, if there is any."""
        text = self.take_text()
        if text or self._kind == "Section":
            self.entries.append(SearchEntry(self._kind, self._anchor, self._heading, text))
        self._kind = "Text"
