"""Links: every one on a page of the site leads to a file and an anchor that are there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from report.errors import SiteError


@dataclass(frozen=True)
class PageLinks:
    """Where one page leads, and where one can land on it."""

    links: list[str] = field(default_factory=list)
    """The addresses that a reader may follow."""
    parts: list[str] = field(default_factory=list)
    """The style sheets, scripts and pictures that it is made of."""
    anchors: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    """Anchors that are set more than once."""
    loaded_later: list[tuple[str, str]] = field(default_factory=list)
    """What a script loads when it comes near, as the page names it, and the file that it is in."""


def read_links(content: bytes) -> PageLinks:
    """The links and anchors of a page; a `ValueError` if it cannot be read."""
    reader = _Reader()
    try:
        reader.feed(content.decode())
    except AssertionError as error:  # HTMLParser asserts where it gives up
        raise ValueError(str(error)) from None
    return reader.page


def check_links(files: Mapping[str, bytes], links_of: Callable[[bytes], PageLinks] = read_links) -> None:
    """Raise a `SiteError` that names the first link to a missing file or anchor, or an anchor set twice."""
    for page, complaint in dead_links(files, links_of):
        raise SiteError(f"{page}: {complaint}")


def dead_links(
    files: Mapping[str, bytes | None], links_of: Callable[[bytes], PageLinks] = read_links
) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with the links of a site: on which page, and what.

    Of a file that is None only the path is known; links may lead to it.
    """
    pages: dict[str, PageLinks] = {}
    for path, content in files.items():
        if path.endswith(".html") and content is not None:
            try:
                pages[path] = links_of(content)
            except ValueError as error:
                yield path, f"cannot be read ({error})"
    anchors = {path: set(page.anchors) for path, page in pages.items()}
    for path, page in pages.items():
        for anchor in page.repeated:
            yield path, f"two things have the anchor {anchor}; a link finds the first only"
        for link in (*page.parts, *page.links):
            if complaint := _what_is_wrong(link, path, files, anchors):
                yield path, f"links to {link}, {complaint}"
        for needed, file in page.loaded_later:
            if resolve(path, file) not in files:
                yield path, f"shows {needed}, but {file} is not in the site"


def _what_is_wrong(
    link: str, path: str, files: Container[str], anchors: Mapping[str, Container[str]]
) -> str | None:
    """What is wrong with a link on the page at `path`; None if nothing is, or if it leads elsewhere."""
    try:
        target = urlsplit(link)
    except ValueError as error:
        return f"which is no address ({error})"
    if target.scheme or target.netloc:
        return None
    name = resolve(path, unquote(target.path)) if target.path else path
    if name not in files:
        return "which is not in the site"
    if target.fragment and name in anchors and unquote(target.fragment) not in anchors[name]:
        return f"but {name} has no such anchor"
    return None


class _Reader(HTMLParser):
    """Notes the links and anchors of a page as it reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.page = PageLinks()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                (self.page.links if tag == "a" else self.page.parts).append(value)
            elif name == "id" and value:
                (self.page.repeated if value in self.page.anchors else self.page.anchors).append(value)
            elif name == "data-figure" and value:
                self.page.loaded_later.append((f"the figure {value}", f"figures/{value}.js"))
            elif name == "data-component" and value:
                self.page.loaded_later.append((f"the component {value}", f"assets/{value}.js"))


def resolve(page: str, path: str) -> str:
    """The file of the site that a path on a page names."""
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "index.html"
