"""The search index: every heading, paragraph, figure, table and claim with the address of the nearest anchor.

The index is a script, since a page opened from a disk may load scripts, but may not fetch files; it is loaded when
the search is first opened. The numbers of charts are not in the index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from report.content.chapter import Absent, Failed, Figure, Table
from report.content.claims.claim import Claim
from report.content.component import Component
from report.content.diagram import Diagram
from report.pages.manuscript import BLOCKS, Key, Manuscript
from report.pages.text.markdown import caption
from report.publishing.html_reader import HtmlReader

SEPARATE = {"p", "li", "th", "td", "h2", "h3", "pre", "blockquote"}
"""Elements after which the text of the next element is separated by a space."""
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


@dataclass(frozen=True)
class Listing:
    """An index page, and the entries of what it lists."""

    page: str
    title: str
    entries: tuple[SearchEntry, ...]


def search_index(manuscripts: Sequence[Manuscript], listings: Sequence[Listing] = ()) -> bytes:
    """The script that registers the pages and, for each entry, its page, kind, anchor, title and text."""
    texts = [Listing(one.page, one.chapter.title, tuple(entries_of(one))) for one in manuscripts]
    every_page = [*texts, *listings]
    pages = [[one.page, one.title] for one in every_page]
    entries = [
        [number, entry.kind, entry.anchor, entry.title, entry.text]
        for number, one in enumerate(every_page)
        for entry in one.entries
    ]
    index = json.dumps({"pages": pages, "entries": entries}, ensure_ascii=False, separators=(",", ":"))
    return f"sumint.registerSearchIndex({index});\n".encode()


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
            return SearchEntry(kind, anchor, to_text(item.statement), text)
        case Figure() | Component() | Diagram():
            return SearchEntry(kind, anchor, f"{label} {item.title}", to_text(item.caption))
        case Failed():
            return SearchEntry(kind, anchor, f"{label} {item.title}".strip(), item.message)
        case Absent():
            return SearchEntry(kind, anchor, f"{label} {item.title}", f"Not shown. {to_text(item.reason)}")
        case Table():
            head = " ".join(item.columns)
            return SearchEntry(kind, anchor, f"{label} {item.title}", f"{to_text(item.caption)} {head}")


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
