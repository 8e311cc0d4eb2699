"""The cached facts about the files of a site: the links of pages and the gzipped sizes of files."""

from __future__ import annotations

from dataclasses import asdict

from report.figures.plotlyjs import gzipped_size
from report.publishing.content_cache import ContentCache
from report.publishing.links import PageLinks, read_links
from sumint.store.results import Store


class SiteMemory:
    """A cache across builds: a page is parsed and a file is compressed only if its content has changed."""

    def __init__(self, store: Store) -> None:
        self._links = ContentCache(store, "links", "report.publishing.links")
        self._sizes = ContentCache(store, "gzipped", "report.figures.plotlyjs")

    def links_of(self, page: bytes) -> PageLinks:
        """The links and anchors of a page."""
        return PageLinks(**self._links.get(page, lambda content: asdict(read_links(content))))

    def gzipped_size(self, content: bytes) -> int:
        """The gzipped size of a file in bytes, as a web server sends it."""
        return self._sizes.get(content, gzipped_size)

    def save(self) -> None:
        """Save the facts that were used, for the next build."""
        self._links.save()
        self._sizes.save()
