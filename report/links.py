"""Links: every one on a page of the site leads to a file and an anchor that are there."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from report.errors import SiteError


def check_links(files: Mapping[str, bytes]) -> None:
    """Raise a `SiteError` that names the first link to a missing file or anchor, or an anchor set twice."""
    for page, complaint in dead_links(files):
        raise SiteError(f"{page}: {complaint}")


def dead_links(files: Mapping[str, bytes | None]) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with the links of a site: on which page, and what.

    Of a file that is None only the path is known; links may lead to it.
    """
    pages: dict[str, _Page] = {}
    for path, content in files.items():
        if path.endswith(".html") and content is not None:
            try:
                pages[path] = _Page(content.decode())
            except (UnicodeDecodeError, AssertionError) as error:  # HTMLParser asserts where it gives up
                yield path, f"cannot be read ({error})"
    for path, page in pages.items():
        for anchor in page.repeated:
            yield path, f"two things have the anchor {anchor}; a link finds the first only"
        for link in page.links:
            if complaint := _what_is_wrong(link, path, files, pages):
                yield path, f"links to {link}, {complaint}"
        for needed, file in page.loaded_later:
            if resolve(path, file) not in files:
                yield path, f"shows {needed}, but {file} is not in the site"


def _what_is_wrong(link: str, path: str, files: Container[str], pages: Mapping[str, _Page]) -> str | None:
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
    if target.fragment and name in pages and unquote(target.fragment) not in pages[name].anchors:
        return f"but {name} has no such anchor"
    return None


class _Page(HTMLParser):
    """The links and anchors of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.repeated: list[str] = []
        self.loaded_later: list[tuple[str, str]] = []
        """What a script loads when it comes near, as the page names it, and the file that it is in."""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.repeated += [value] if value in self.anchors else []
                self.anchors.add(value)
            elif name == "data-figure" and value:
                self.loaded_later.append((f"the figure {value}", f"figures/{value}.js"))
            elif name == "data-component" and value:
                self.loaded_later.append((f"the component {value}", f"assets/{value}.js"))


def resolve(page: str, path: str) -> str:
    """The file of the site that a path on a page names."""
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "index.html"
