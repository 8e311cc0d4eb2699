"""A page of the site, rewritten so that it can be in one file with all other pages.

Every identifier on the page is prefixed with the page's name, so that identifiers are unique in the file, and a
link to another page becomes a link to its anchor in the file.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable, Mapping, Set
from urllib.parse import unquote, urlsplit

from report.publishing.html_tree import Element, parse
from report.publishing.links import resolve

REFERENCES = {
    *("for", "headers", "list", "popovertarget"),
    *("aria-controls", "aria-describedby", "aria-labelledby", "aria-owns", "data-copies"),
}
"""Attributes whose value refers to elements of the same page."""

GROUPED = {"input", "select", "details"}
"""Elements whose `name` attribute groups them with others of the same page."""


class InlinedPage:
    """A page of the site, rewritten for a single file."""

    def __init__(self, name: str, files: Mapping[str, bytes], pages: Set[str]) -> None:
        """Rewrite the page `name` of the site `files`; `pages` are all pages in the single file."""
        self.name = name
        self.stem = name.removesuffix(".html")
        self.linked_files: set[str] = set()
        """The files, other than pages, to which the page links, by their address in the site."""
        self._files = files
        self._pages = pages
        self._tree = parse(files[name].decode())
        self._main = _the(self._tree, "main")
        own = [one for child in self._main.children if isinstance(child, Element) for one in child.walk()]
        self._anchors = {one.attributes["id"] for one in own if "id" in one.attributes}
        for element in own:
            element.rewrite(lambda attribute, value, tag=element.tag: self._prefix(tag, attribute, value))
        for element in self._tree.walk():
            if element.tag == "a":
                element.rewrite(lambda attribute, value: self._link(value) if attribute == "href" else value)
            if element.tag == "img":
                element.rewrite(lambda attribute, value: self._data_url(value) if attribute == "src" else value)

    @property
    def text(self) -> str:
        """The content of the page without its masthead, contents and foot, as HTML."""
        return self._main.inside

    @property
    def scripts(self) -> tuple[tuple[str, bool], ...]:
        """The scripts of the page, and whether each is deferred until the page is parsed."""
        return tuple(
            (element.attributes["src"], " defer" in element.start)
            for element in self._tree.walk()
            if element.tag == "script" and "src" in element.attributes
        )

    @property
    def policy(self) -> str:
        """The page's content security policy."""
        return _the(self._tree, "meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]

    @property
    def contents(self) -> Element | None:
        """The list of chapters, or None if the page has none."""
        return self._tree.first("ol", **{"class": "chapters"})

    @property
    def line(self) -> Element | None:
        """The line of the page in its contents, with its sections; None if the contents do not list it."""
        return next((one for one in _lines(self.contents) if one.first("a", **{"aria-current": "page"})), None)

    def head(self) -> str:
        """The content of the head with the style sheets and the icon inlined, without the policy and scripts."""
        return "".join(
            f"{self._inlined(one)}\n" for one in _the(self._tree, "head").children if self._belongs_in_head(one)
        )

    @property
    def style_sheets(self) -> tuple[str, ...]:
        """The addresses of the style sheets of the page."""
        return tuple(
            one.attributes["href"]
            for one in self._tree.walk()
            if one.tag == "link" and one.attributes.get("rel") == "stylesheet"
        )

    def frame(self, pages: Iterable[InlinedPage], before: str) -> str:
        """The start of the body, without scripts, with `before` and all pages; the contents list sections."""
        pages = list(pages)
        if self.contents is not None:
            own = {page.stem: page.line for page in pages if page.line is not None}
            self.contents.children = [own.get(_target(line), line) for line in _lines(self.contents)]
            for line in _lines(self.contents):  # no page is the current one yet
                line.remove("class")
                _the(line, "a").remove("aria-current")
        self._main.children = [
            before,
            *(
                f'<section class="enclosed-page" id="{page.stem}" data-page="{page.stem}">{page.text}</section>\n'
                for page in pages
            ),
        ]
        body = _the(self._tree, "body")
        body.children = [one for one in body.children if isinstance(one, str) or one.tag != "script"]
        return f"{body.start}{body.inside}"

    def _prefix(self, tag: str, attribute: str, value: str) -> str:
        """The value of an attribute, with the page's name before each identifier of the page."""
        if attribute == "id" or (attribute == "name" and tag in GROUPED):
            return f"{self.stem}/{value}"
        if attribute in REFERENCES:
            return " ".join(f"{self.stem}/{name}" if name in self._anchors else name for name in value.split())
        return value

    def _link(self, link: str) -> str:
        """The link as it is in the single file; a file that is not a page is noted in `linked_files`."""
        target = urlsplit(link)
        if target.scheme or target.netloc or not (target.path or target.fragment):
            return link
        name = resolve(self.name, unquote(target.path)) if target.path else self.name
        if name not in self._pages:
            self.linked_files.add(name)
            return name
        # A link with a query opens the file again, so that scripts read the query there as on a page.
        query = f"?{target.query}" if target.query else ""
        if not target.fragment:
            return f"{query}#{name.removesuffix('.html')}"
        is_in_frame = name == self.name and unquote(target.fragment) not in self._anchors
        stem = name.removesuffix(".html")
        return f"{query}#{target.fragment if is_in_frame else f'{stem}/{target.fragment}'}"

    def _data_url(self, address: str) -> str:
        """A `data:` URL with the content of the file at an address."""
        if address not in self._files:
            return address
        kind = mimetypes.guess_type(address)[0] or "application/octet-stream"
        return f"data:{kind};base64,{base64.b64encode(self._files[address]).decode()}"

    def _belongs_in_head(self, one: Element | str) -> bool:
        if isinstance(one, str) or one.tag == "script" or "http-equiv" in one.attributes:
            return False
        return one.tag != "link" or one.attributes.get("rel") in ("stylesheet", "icon")

    def _inlined(self, one: Element | str) -> str:
        if not isinstance(one, Element) or one.tag != "link":
            return str(one)
        if one.attributes["rel"] == "stylesheet":
            return f"<style>\n{self._files[one.attributes['href']].decode()}</style>"
        one.rewrite(lambda attribute, value: self._data_url(value) if attribute == "href" else value)
        return str(one)


def _the(tree: Element, tag: str, **attributes: str) -> Element:
    """The first element with this tag and these attributes; a `ValueError` if there is none."""
    element = tree.first(tag, **attributes)
    if element is None:
        raise ValueError(f"expected a page with <{tag}>, found none")
    return element


def _lines(contents: Element | None) -> list[Element]:
    return [one for one in contents.children if isinstance(one, Element)] if contents is not None else []


def _target(line: Element) -> str:
    """The page to which a line of the contents links."""
    return _the(line, "a").attributes["href"].removeprefix("#")
