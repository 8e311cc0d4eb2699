"""HTML as a tree that can be edited and written back.

Every tag and text is kept verbatim: the output differs from the input only where the tree was edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
"""The void elements: tags without content and without an end tag."""

_ATTRIBUTE = re.compile(r'(?<=\s)([\w:-]+)="([^"]*)"')


@dataclass
class Element:
    """An element: its start tag, its children and its end tag."""

    tag: str
    start: str
    children: list[Element | str] = field(default_factory=list)
    end: str = ""

    def __str__(self) -> str:
        return f"{self.start}{self.inside}{self.end}"

    @property
    def inside(self) -> str:
        """The content of the element as HTML."""
        return "".join(map(str, self.children))

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that have a value, by name."""
        return {name: unescape(value) for name, value in _ATTRIBUTE.findall(self.start)}

    def rewrite(self, change: Callable[[str, str], str]) -> None:
        """Replace the value of each attribute by `change(name, value)`."""

        def rewritten(attribute: re.Match[str]) -> str:
            return f'{attribute[1]}="{escape(change(attribute[1], unescape(attribute[2])))}"'

        self.start = _ATTRIBUTE.sub(rewritten, self.start)

    def remove(self, attribute: str) -> None:
        """Remove an attribute."""
        self.start = re.sub(rf'\s{attribute}(="[^"]*")?(?=[\s/>])', "", self.start)

    def walk(self) -> Iterator[Element]:
        """Iterate over the element and all elements in it, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def first(self, tag: str, **attributes: str) -> Element | None:
        """The first element with this tag and these attributes, in document order; None if there is none."""
        matching = (one for one in self.walk() if one.tag == tag and attributes.items() <= one.attributes.items())
        return next(matching, None)


def parse(html: str) -> Element:
    """Parse a document into an element without a tag, whose string is the same document."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open = [Element("", "")]

    def _text(self, text: str) -> None:
        self.open[-1].children.append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        element = Element(tag, self.get_starttag_text() or "")
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.open[-1].children.append(Element(tag, self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise ValueError(f"line {self.getpos()[0]}: expected </{self.open[-1].tag}>, found </{tag}>")
        self.open.pop().end = f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self._text(data)

    def handle_entityref(self, name: str) -> None:
        self._text(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._text(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._text(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._text(f"<!{decl}>")
