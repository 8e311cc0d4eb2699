"""The download size of each page, for the tests of its budget and the benchmark of loading."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from report.publishing.links import PageLinks, read_links


def gzipped_size(content: bytes) -> int:
    """The gzipped size of a file in bytes, as a web server sends it."""
    return len(gzip.compress(content, mtime=0))


def page_sizes(files: Mapping[str, bytes]) -> dict[str, int]:
    """The gzipped size in bytes of all that each page with figures loads to draw them, plotly.js excluded.

    The size includes the page itself, its style sheets and scripts, and the data of its figures. plotly.js is the
    same for all pages, and the search loads its index only when it is used.
    """
    pages = {
        path: _files_of(path, read_links(files[path]))
        for path in files
        if "/" not in path and path.endswith(".html")
    }
    sizes = {name: gzipped_size(files[name]) for name in {name for names in pages.values() for name in names}}
    return {page: sum(sizes[name] for name in names) for page, names in pages.items() if names}


def _files_of(page: str, links: PageLinks) -> set[str]:
    """The files that a page loads; none if it has no figures."""
    lazy_files = {file for _, file in links.lazy_resources}
    if not lazy_files:
        return set()
    return {page, *lazy_files, *(file for file in links.resources if file.startswith("assets/"))}
