"""Checks of links: every link on a page of the site leads to an existing file and anchor."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from report.errors import SiteError
from report.publishing.html_reader import HtmlReader
from sumint.store.results import Store
from sumint.store.sources import sources_of


@dataclass(frozen=True)
class PageLinks:
    """The links and anchors of one page."""

    links: list[str] = field(default_factory=list)
    """The addresses that a reader can follow."""
    resources: list[str] = field(default_factory=list)
    """The style sheets, scripts and images of the page."""
    anchors: list[str] = field(default_factory=list)
    duplicate_anchors: list[str] = field(default_factory=list)
    """The anchors that are set more than once."""
    lazy_resources: list[tuple[str, str]] = field(default_factory=list)
    """What a script loads when the reader scrolls near it: its description and the file."""


def read_links(content: bytes) -> PageLinks:
    """The links and anchors of a page; a `ValueError` if it is not UTF-8, or is nested too deeply."""
    reader = _LinkReader()
    reader.read(content.decode())
    return reader.page


def remembered_links(store: Store) -> Callable[[bytes], PageLinks]:
    """`read_links`, which reads a page once in all builds."""
    sources = sources_of(__name__)

    def links_of(content: bytes) -> PageLinks:
        depends_on = {"page": hashlib.sha256(content).hexdigest(), "sources": sources}
        return store.remember("links", depends_on, lambda: read_links(content), PageLinks)

    return links_of


def check_links(files: Mapping[str, bytes], links_of: Callable[[bytes], PageLinks] = read_links) -> None:
    """Raise a `SiteError` that names the first dead link or duplicate anchor, if there is one."""
    for page, complaint in dead_links(files, links_of):
        raise SiteError(f"{page}: {complaint}")


def dead_links(
    files: Mapping[str, bytes | None], links_of: Callable[[bytes], PageLinks] = read_links
) -> Iterator[tuple[str, str]]:
    """Iterate over everything that is wrong with the links of a site, as pairs of a page and a complaint.

    A file whose content is None counts as a valid target of links, but its own links are not checked.
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
        for anchor in page.duplicate_anchors:
            yield path, f"the anchor {anchor} is set twice; a link leads to the first only"
        for link in dict.fromkeys((*page.resources, *page.links)):
            if complaint := _complaint(link, path, files, anchors):
                yield path, f"links to {link}, {complaint}"
        for description, file in page.lazy_resources:
            if resolve(path, file) not in files:
                yield path, f"shows {description}, but {file} is not in the site"


def _complaint(link: str, path: str, files: Container[str], anchors: Mapping[str, Container[str]]) -> str | None:
    """What is wrong with a link on the page at `path`; None if nothing is, or if the link leaves the site."""
    try:
        target = urlsplit(link)
    except ValueError as error:
        return f"which is not a valid address ({error})"
    if target.scheme or target.netloc:
        return None
    name = resolve(path, unquote(target.path)) if target.path else path
    if name not in files:
        return "which is not in the site"
    if target.fragment and name in anchors and unquote(target.fragment) not in anchors[name]:
        return f"but {name} has no such anchor"
    return None


class _LinkReader(HtmlReader):
    """A reader that collects the links and anchors of a page."""

    def __init__(self) -> None:
        self.page = PageLinks()
        self._anchors: set[str] = set()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if not value:
                continue
            if name in ("href", "src"):
                (self.page.links if tag == "a" else self.page.resources).append(value)
            elif name == "id":
                (self.page.duplicate_anchors if value in self._anchors else self.page.anchors).append(value)
                self._anchors.add(value)
            elif name == "data-figure":
                self.page.lazy_resources.append((f"the figure {value}", f"figures/{value}.js"))
            elif name == "data-component":
                self.page.lazy_resources.append((f"the component {value}", f"assets/{value}.js"))


def resolve(page: str, path: str) -> str:
    """The path in the site of the file to which a relative path on a page refers."""
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "index.html"
