"""HTML as a tree, for what takes pages apart and puts them together anew.

Every tag and every text is kept as it was written; only what is changed on purpose is written differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
"""Tags that hold nothing and are not closed."""

_ATTRIBUTE = re.compile(r'(?<=\s)([\w:-]+)="([^"]*)"')


@dataclass
class Element:
    """A tag, and what stands between it and its end."""

    tag: str
    start: str
    children: list[Element | str] = field(default_factory=list)
    end: str = ""

    def __str__(self) -> str:
        return f"{self.start}{self.inside}{self.end}"

    @property
    def inside(self) -> str:
        """What it holds, as HTML."""
        return "".join(map(str, self.children))

    @property
    def attributes(self) -> dict[str, str]:
        """Its attributes that have a value, and what they say."""
        return {name: unescape(value) for name, value in _ATTRIBUTE.findall(self.start)}

    def rewrite(self, change: Callable[[str, str], str]) -> None:
        """Put in place of each attribute's value what `change` makes of its name and value."""

        def written(attribute: re.Match[str]) -> str:
            return f'{attribute[1]}="{escape(change(attribute[1], unescape(attribute[2])))}"'

        self.start = _ATTRIBUTE.sub(written, self.start)

    def remove(self, attribute: str) -> None:
        """Take an attribute away."""
        self.start = re.sub(rf'\s{attribute}(="[^"]*")?(?=[\s/>])', "", self.start)

    def walk(self) -> Iterator[Element]:
        """The element and all that it holds, in the order of the text."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def first(self, tag: str, **attributes: str) -> Element | None:
        """The first element in it with this tag and these attributes."""
        matching = (one for one in self.walk() if one.tag == tag and attributes.items() <= one.attributes.items())
        return next(matching, None)


def parse(html: str) -> Element:
    """A whole document, in an element without a tag; written as a string it is the same document."""
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
            raise ValueError(f"line {self.getpos()[0]}: </{tag}> closes <{self.open[-1].tag}>")
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
