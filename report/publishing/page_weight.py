"""What a page weighs on its way to a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from report.figures.plotlyjs import gzipped
from report.publishing.links import PageLinks, read_links


def page_bytes(
    files: Mapping[str, bytes],
    links_of: Callable[[bytes], PageLinks] = read_links,
    gzipped_size: Callable[[bytes], int] = gzipped,
) -> dict[str, int]:
    """How many bytes, gzipped, each page with figures needs to draw all of them, plotly.js apart.

    These are the page itself, its style sheets and scripts, and its figures' data; plotly.js is the same for all
    pages, and the search fetches its index when it is used.
    """
    pages = {
        path: _needs(path, links_of(files[path])) for path in files if "/" not in path and path.endswith(".html")
    }
    sizes = {
        name: gzipped_size(files[name]) for name in sorted({name for names in pages.values() for name in names})
    }
    return {page: sum(sizes[name] for name in names) for page, names in pages.items() if names}


def _needs(page: str, read: PageLinks) -> set[str]:
    """The files that a page needs; none if it has no figures."""
    loaded_later = {file for _, file in read.loaded_later}
    if not loaded_later:
        return set()
    return {page, *loaded_later, *(part for part in read.parts if part.startswith("assets/"))}
