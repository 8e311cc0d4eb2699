"""What can be searched: every heading, paragraph, figure, table and claim, each under an address that lands on it.

The index is a script that hands it all to the page, because a page opened from a disk may load scripts and may
fetch nothing; it is loaded when the search is first opened. The numbers behind a chart are not in it: they are
files of their own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser

from markupsafe import Markup

from report.content.chapter import Absent, Claim, Failed, Figure, Table
from report.content.diagram import Diagram
from report.pages.manuscript import BLOCKS, Key, Manuscript
from report.pages.markdown import caption

SEPARATE = {"p", "li", "th", "td", "h2", "h3", "pre", "blockquote"}
"""Elements whose text ends where they end, though no space may follow."""
INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
"""Operators that formulas hold for screen readers only."""


@dataclass(frozen=True)
class Found:
    """One thing that a search can find."""

    kind: str
    anchor: str
    """Where it is on its page; empty for the top."""
    title: str
    text: str = ""


def search_index(manuscripts: Sequence[Manuscript]) -> bytes:
    """The script that registers the pages and, for each entry, its page, kind, anchor, title and text."""
    pages = [[manuscript.page, manuscript.chapter.title] for manuscript in manuscripts]
    entries = [
        [number, entry.kind, entry.anchor, entry.title, entry.text]
        for number, manuscript in enumerate(manuscripts)
        for entry in entries_of(manuscript)
    ]
    index = json.dumps({"pages": pages, "entries": entries}, ensure_ascii=False, separators=(",", ":"))
    return f"registerSearchIndex({index});\n".encode()


def entries_of(manuscript: Manuscript) -> list[Found]:
    """What can be found on a page, in reading order."""
    reader = _Reader(manuscript)
    marks = {function: partial(_mark, manuscript, function) for function in BLOCKS}
    reader.feed(manuscript.html(marks).html)
    reader.close()
    return reader.found


def _mark(manuscript: Manuscript, function: str, name: str) -> Markup:
    """What stands in a text for a figure, table or claim while it is read for what can be found."""
    return Markup('<hr id="{}">').format(manuscript.anchors[function, name])


def _entry(manuscript: Manuscript, key: Key) -> Found:
    """A figure, table or claim as a search finds it."""
    kind, anchor = key[0].capitalize(), manuscript.anchors[key]
    thing = manuscript.things[key]

    def written(text: str) -> str:
        return plain(caption(text, manuscript.place_of(key)))

    label = f"{kind} {manuscript.numbers[key]}"
    match thing:
        case Claim():
            evidence = f" Measured: {written(thing.value)}." if thing.value else ""
            predicted = f"{thing.name}. {thing.verdict_in_words}.{evidence}"
            return Found(kind, anchor, written(thing.statement), predicted)
        case Figure() | Diagram():
            return Found(kind, anchor, f"{label} {thing.title}", written(thing.caption))
        case Failed():
            return Found(kind, anchor, f"{label} {thing.title}".strip(), thing.message)
        case Absent():
            return Found(kind, anchor, f"{label} {thing.title}", f"Not shown. {written(thing.reason)}")
        case Table():
            head = " ".join(thing.columns)
            return Found(kind, anchor, f"{label} {thing.title}", f"{written(thing.caption)} {head}")


def plain(html: str) -> str:
    """The words of HTML, as one reads them."""
    words = _Words()
    words.feed(html)
    words.close()
    return words.taken()


class _Words(HTMLParser):
    """Collects the text of HTML, without the links that headings have to themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._in_link_to_itself = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._in_link_to_itself = ("class", "headerlink") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._in_link_to_itself = False
        if tag in SEPARATE:
            self._parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._in_link_to_itself:
            self._parts.append(data)

    def taken(self) -> str:
        """The text since it was last taken."""
        text = "".join(self._parts).translate(INVISIBLE)
        self._parts.clear()
        return " ".join(text.split())


class _Reader(_Words):
    """Reads a text with marks and notes what can be found in it.

    A stretch of text is found under the last heading, figure, table or claim before it: so near does a link land.
    """

    def __init__(self, manuscript: Manuscript) -> None:
        super().__init__()
        self._manuscript = manuscript
        self._keys = {anchor: key for key, anchor in manuscript.anchors.items()}
        self._kind = "Text"
        self._anchor = ""
        self._heading = manuscript.chapter.title
        self.found = [Found("Page", "", self._heading, manuscript.chapter.question)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        anchor = dict(attrs).get("id")
        if anchor is None:
            return
        self._note_text()
        self._anchor = anchor
        if tag == "hr":
            self.found.append(_entry(self._manuscript, self._keys[anchor]))

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag in ("h2", "h3"):
            self._kind, self._heading = "Section", self.taken()

    def close(self) -> None:
        super().close()
        self._note_text()

    def _note_text(self) -> None:
        text = self.taken()
        if text or self._kind == "Section":
            self.found.append(Found(self._kind, self._anchor, self._heading, text))
        self._kind = "Text"
