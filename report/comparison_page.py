"""The comparison of two sites as a page that needs nothing but itself.

It looks like the report, whose style sheets are in it. It has no scripts, and its policy allows none; all that it
shows was read from the two sites and is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report.assets import TEMPLATES, assets
from report.comparison import Comparison
from report.comparison_tables import sections, summary
from report.errors import SiteError
from report.terminal import plain
from sumint.files import write_whole

STYLE_SHEETS = ("assets/fonts.css", "assets/palette.css", "assets/site.css")
MARK = '<meta name="generator" content="sumint, the comparison of two sites">'
"""By this a file is known as one of ours, which may be replaced."""


def comparison_page(found: Comparison) -> bytes:
    """The page; the same for the same comparison."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = assets()
    styles = "\n".join(shared[name].decode() for name in STYLE_SHEETS) + (TEMPLATES / "diff.css").read_text(
        "utf-8"
    )
    page = environment.get_template("diff.html").render(
        found=found,
        sections=sections(found),
        summary=summary(found),
        mark=Markup(MARK),
        styles=Markup(styles),
        styles_hash=base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode(),
    )
    return page.encode()


def write_page(page: bytes, path: Path) -> None:
    """Write what `comparison_page` made, whole or not at all.

    Raises:
        SiteError: if `path` is anything but new or an earlier such page.
        InputError: if it cannot be written. What was there is then as it was.
    """
    check_page_file(path)  # once more: it may have changed while the sites were compared
    write_whole(path, page)


def check_page_file(path: Path) -> None:
    """Raise a `SiteError` unless the page may be written to `path`."""
    shown = plain(str(path))
    try:
        if path.is_dir():
            raise SiteError(f"{shown}: is a folder; --html names a file, such as {plain(str(path / 'diff.html'))}")
        if not path.parent.is_dir():
            raise SiteError(f"{shown}: there is no folder {plain(str(path.parent))}")
        if path.exists() and (not path.is_file() or MARK.encode() not in path.read_bytes()):
            raise SiteError(f"{shown}: is no comparison of two sites; move it away or name another")
    except (OSError, ValueError) as error:
        raise SiteError(f"{shown}: cannot be looked into ({getattr(error, 'strerror', None) or error})") from None
