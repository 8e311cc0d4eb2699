"""Links to chapters of the package that a report does not contain: their words stay, and the links go."""

from __future__ import annotations

import re
from collections.abc import Set


def without_links(html: str, missing: Set[str]) -> str:
    """A page without links to the chapters with these stems."""
    if not missing:
        return html
    stems = "|".join(map(re.escape, sorted(missing)))
    link = rf'<a\b[^>]*\bhref="(?:\.\./)*(?:{stems})\.html[^"]*"[^>]*>(.*?)</a>'
    return re.sub(link, r"\1", html, flags=re.DOTALL)
