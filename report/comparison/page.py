"""The comparison of two sites as a self-contained page.

The page includes the style sheets of the report. It contains no scripts, and its content security policy permits
none; everything that it shows was read from the two sites and is escaped.
"""

from __future__ import annotations

import base64
import hashlib

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report.comparison.compare import Comparison
from report.comparison.tables import sections, summary
from report.pages.assets import assets
from report.paths import TEMPLATES
from report.publishing.output_file import OutputFile

STYLE_SHEETS = ("assets/fonts.css", "assets/palette.css", "assets/site.css")
MARK = '<meta name="generator" content="sumint, the comparison of two sites">'
COMPARISON_FILE = OutputFile("--html", "diff.html", MARK)


def comparison_page(comparison: Comparison) -> bytes:
    """The page of a comparison; the same for the same comparison."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = assets()
    styles = "\n".join(shared[name].decode() for name in STYLE_SHEETS) + (
        TEMPLATES / "pages" / "diff.css"
    ).read_text("utf-8")
    page = environment.get_template("diff.html").render(
        comparison=comparison,
        sections=sections(comparison),
        summary=summary(comparison),
        mark=Markup(MARK),
        styles=Markup(styles),
        styles_hash=base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode(),
    )
    return page.encode()
