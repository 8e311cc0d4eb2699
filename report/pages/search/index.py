"""The search index: the entries of all pages, with keywords and synonyms, as a script.

It is a script, since a page opened from a disk may load scripts, but may not fetch files; it is loaded when the
search is first opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from report.pages.search.entries import SearchEntry
from report.pages.search.terms import KEYWORDS, SYNONYMS


@dataclass(frozen=True)
class SearchedPage:
    """A page and its entries in the search index."""

    page: str
    """The file name of the page."""
    title: str
    entries: tuple[SearchEntry, ...]


def search_index(pages: Sequence[SearchedPage]) -> bytes:
    """The script that registers the pages, the entries with their keywords, and the synonyms."""
    entries = [
        entry.packed(number, _keywords(one.page, entry))
        for number, one in enumerate(pages)
        for entry in one.entries
    ]
    index = {"pages": [[one.page, one.title] for one in pages], "entries": entries, "synonyms": SYNONYMS}
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"sumint.registerSearchIndex({text});\n".encode()


def _keywords(page: str, entry: SearchEntry) -> str:
    """The keywords of an entry; a passage has none, although it has the anchor of what precedes it."""
    if entry.kind == "Text":
        return ""
    stem = page.removesuffix(".html")
    return ", ".join(KEYWORDS.get(f"{stem}#{entry.anchor}" if entry.anchor else stem, ()))
