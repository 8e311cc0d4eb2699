"""The download size of each page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from report.figures import plotlyjs
from report.publishing.links import PageLinks, read_links


def page_sizes(
    files: Mapping[str, bytes],
    links_of: Callable[[bytes], PageLinks] = read_links,
    gzipped_size: Callable[[bytes], int] = plotlyjs.gzipped_size,
) -> dict[str, int]:
    """The gzipped size in bytes of all that each page with figures loads to draw them, plotly.js excluded.

    The size includes the page itself, its style sheets and scripts, and the data of its figures. plotly.js is the
    same for all pages, and the search loads its index only when it is used.
    """
    pages = {
        path: _files_of(path, links_of(files[path]))
        for path in files
        if "/" not in path and path.endswith(".html")
    }
    sizes = {
        name: gzipped_size(files[name]) for name in sorted({name for names in pages.values() for name in names})
    }
    return {page: sum(sizes[name] for name in names) for page, names in pages.items() if names}


def _files_of(page: str, links: PageLinks) -> set[str]:
    """The files that a page loads; none if it has no figures."""
    lazy_files = {file for _, file in links.lazy_resources}
    if not lazy_files:
        return set()
    return {page, *lazy_files, *(file for file in links.resources if file.startswith("assets/"))}
