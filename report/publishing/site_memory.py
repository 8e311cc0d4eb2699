"""What is remembered about the files of a site: where pages lead, and how small files can be packed."""

from __future__ import annotations

from dataclasses import asdict

from report.figures.plotlyjs import gzipped
from report.publishing.content_cache import ContentCache
from report.publishing.links import PageLinks, read_links
from sumint.store.results import Store


class SiteMemory:
    """Reads a page or packs a file once, in however many builds it is the same."""

    def __init__(self, store: Store) -> None:
        self._links = ContentCache(store, "links", "report.publishing.links")
        self._sizes = ContentCache(store, "gzipped", "report.figures.plotlyjs")

    def links_of(self, page: bytes) -> PageLinks:
        """The links and anchors of a page."""
        return PageLinks(**self._links.found(page, lambda content: asdict(read_links(content))))

    def gzipped_size(self, content: bytes) -> int:
        """How many bytes a file has on its way through a web server."""
        return self._sizes.found(content, gzipped)

    def keep(self) -> None:
        """Keep what was found out, for the next build."""
        self._links.keep()
        self._sizes.keep()
