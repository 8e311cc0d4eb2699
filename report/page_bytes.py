"""What a page weighs on its way to a reader."""

from __future__ import annotations

from collections.abc import Mapping

from report.html_tree import parse
from report.plotlyjs import gzipped


def page_bytes(files: Mapping[str, bytes]) -> dict[str, int]:
    """How many bytes, gzipped, each page with figures needs to draw all of them, plotly.js apart.

    These are the page itself, its style sheets and scripts, and its figures' data; plotly.js is the same for all
    pages, and the search fetches its index when it is used.
    """
    pages = {path: _needs(path, files[path]) for path in files if "/" not in path and path.endswith(".html")}
    sizes = {name: gzipped(files[name]) for name in sorted({name for names in pages.values() for name in names})}
    return {page: sum(sizes[name] for name in names) for page, names in pages.items() if names}


def _needs(page: str, content: bytes) -> set[str]:
    """The files that a page needs; none if it has no figures."""
    elements = [element.attributes for element in parse(content.decode()).walk() if element.tag != "a"]
    drawn = {f"figures/{about['data-figure']}.js" for about in elements if "data-figure" in about}
    if not drawn:
        return set()
    components = {f"assets/{about['data-component']}.js" for about in elements if "data-component" in about}
    linked = {
        about[name] for about in elements for name in ("src", "href") if about.get(name, "").startswith("assets/")
    }
    return {page, *drawn, *components, *linked}
