"""Links: every one on a page of the site leads to a file and an anchor that are there."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from report.errors import SiteError


def check_links(files: Mapping[str, bytes]) -> None:
    """Raise a `SiteError` that names the first link to a missing file or anchor, or an anchor set twice."""
    pages = {path: _Page(content.decode()) for path, content in files.items() if path.endswith(".html")}
    for path, page in pages.items():
        if page.repeated:
            raise SiteError(f"{path}: two things have the anchor {page.repeated[0]}; a link finds the first only")
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc:
                continue
            name = resolve(path, unquote(target.path)) if target.path else path
            if name not in files:
                raise SiteError(f"{path}: links to {link}, which is not in the site")
            if target.fragment and name in pages and unquote(target.fragment) not in pages[name].anchors:
                raise SiteError(f"{path}: links to {link}, but {name} has no such anchor")


class _Page(HTMLParser):
    """The links and anchors of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.repeated: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.repeated += [value] if value in self.anchors else []
                self.anchors.add(value)


def resolve(page: str, path: str) -> str:
    """The file of the site that a path on a page names."""
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "index.html"
