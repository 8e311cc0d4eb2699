"""Reading of HTML with lxml, as a sequence of start tags, end tags and texts.

No tree is built. A page may have been edited by anybody, and libxml2 takes quadratic time for the tree of an
element with very many attributes, and for end tags inside very many open elements. A page that is nested too
deeply is an error, and the reading ends with the chunk in which it is found.

The single file is rewritten with `html_tree` instead, since lxml writes the attributes of SVG in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import HTMLParser

DEEPEST = 256
"""The maximum number of elements that are inside one another; the pages of the report have at most 16."""
CHUNK = 2**16
"""The number of characters that are parsed at once."""


class HtmlReader:
    """A base class of readers, which collect what they need from what they are called with."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a start tag; an attribute without a value has the value ""."""

    def end(self, tag: str) -> None:
        """Take an end tag; elements whose end tag is missing in the page have one here."""

    def data(self, text: str) -> None:
        """Take a text between two tags; a long text is given in parts."""

    def read(self, html: str) -> None:
        """Read a document or a fragment; a `ValueError` if it is nested too deeply."""
        parser = HTMLParser(target=_Target(self))
        for start in range(0, len(html) or 1, CHUNK):
            parser.feed(html[start : start + CHUNK])
        parser.close()


class _Target:
    """What lxml calls for a reader."""

    def __init__(self, reader: HtmlReader) -> None:
        self._reader = reader
        self._depth = 0
        self.data = reader.data

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} elements are inside one another")
        self._reader.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._reader.end(tag)

    def close(self) -> None:
        """Do nothing: the reader has what it collected."""
