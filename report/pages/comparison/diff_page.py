"""The comparison of two sites as a self-contained page.

The page includes the style sheets that it needs. It contains no scripts, and its content security policy permits
none; everything that it shows was read from the two sites and is escaped. Its links lead to the sites' pages.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report.comparison.compare import Comparison, Side
from report.comparison.diff_lines import summary
from report.comparison.wording import changed_data, changed_values, deciding_number, verdict
from report.content.safe_text import plain
from report.figures.palette import custom_properties
from report.pages.text.markdown import foreign_markdown
from report.paths import TEMPLATES
from report.publishing.output_file import OutputFile

STYLES = ("page", "claims")
"""The parts of the report's style sheet that the page includes."""
MARK = '<meta name="generator" content="sumint, the comparison of two sites">'
COMPARISON_FILE = OutputFile("--html", "diff.html", MARK)


def comparison_page(comparison: Comparison, folder: Path) -> bytes:
    """The page of a comparison, the same for the same comparison, with links from `folder` to both sites."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style_sheets = [
        *(TEMPLATES / "assets" / "styles" / f"{name}.css" for name in STYLES),
        TEMPLATES / "pages" / "diff.css",
    ]
    styles = "\n".join([custom_properties(), *(path.read_text("utf-8") for path in style_sheets)])
    page = environment.get_template("diff.html").render(
        comparison=comparison,
        summary=summary(comparison),
        links=tuple(_links_to(side, folder) for side in comparison.sides),
        plain=plain,
        sentence=lambda claim: foreign_markdown(plain(claim.sentence)),
        verdict=verdict,
        deciding_number=deciding_number,
        changed_values=changed_values,
        changed_data=changed_data,
        mark=Markup(MARK),
        styles=Markup(styles),
        styles_hash=base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode(),
    )
    return page.encode()


def _links_to(side: Side, folder: Path) -> Callable[[str, str], str]:
    """The function that returns the address of an anchor on a page of a site; empty if there is no such page."""

    def link(stem: str, anchor: str) -> str:
        page = f"{stem}.html"
        if page not in side.pages or not re.fullmatch(r"[\w-]+", anchor):
            return ""
        return f"{_address(side.folder / page, folder)}#{anchor}"

    return link


def _address(path: Path, folder: Path) -> str:
    """The relative address of a file, or its whole one if it is on another drive."""
    try:
        return quote(Path(os.path.relpath(path, folder)).as_posix())
    except ValueError:
        return path.absolute().as_uri()
