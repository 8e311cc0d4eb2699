"""The assets that all pages share, except plotly.js: style sheets, scripts, fonts and the templates of charts."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

from report.figures.data_format import registering_script
from report.figures.palette import PALETTES, custom_properties, role_colours
from report.figures.theme import template
from report.paths import TEMPLATES
from sumint.machine.line_endings import read_source

COPIED = {".svg", ".txt"}
"""The suffixes of the files, besides the scripts, that are copied into the site unchanged."""
STYLES = (
    "page",
    "controls",
    "prose",
    "figures",
    "charts",
    "picture",
    "pictures-on-pages",
    "claims",
    "opening",
    "search",
    "listings",
    "notes",
    "small-screens",
    "print",
)
"""The parts of the site's style sheet in order; later ones may override earlier ones."""
CHAPTER_STYLES = ("components", "attention", "clouds", "live-model")
"""The parts of the style sheet that the opening page loads only when it needs the font of formulas."""
SCRIPTS = {
    "fonts": ("fonts",),
    "theme": (
        "namespace",
        "running",
        "lib/elements",
        "lib/address",
        "kept-choices",
        "lib/hover-text",
        "lib/decimals",
        "theme",
    ),
    "load": ("load",),
    "figures": (
        "lib/numbers",
        "lib/charts",
        "lib/views",
        "expanding",
        "figures",
        "lib/live-model",
        "own-sums",
    ),
    "figure-data": (
        *("lib/component-parts", "lib/figure-data", "lib/tidy-rows", "lib/number-tables"),
        "figure-data",
    ),
    "tables": ("lib/table-rows", "tables"),
    "claims": ("claims",),
    "claims-table": ("claims-table",),
    "reading": ("reading",),
    "copying": ("copying",),
    "formulas": ("formulas",),
    "notes": ("lib/note-places", "notes"),
    "search": ("search",),
    "search-answer": (
        *("lib/search-words", "lib/search-query", "lib/search-ranking", "lib/search-spelling"),
        *("lib/search-passages", "lib/search-answer"),
    ),
    "attention": ("lib/attention-weights", "components/attention-parts", "components/attention"),
    "clouds": ("lib/cloud-paths", "components/cloud-painting", "components/clouds"),
    "pictures": ("lib/picture-values", "lib/picture-live", "pictures"),
    "live-model": (
        *("lib/network", "lib/live-sums", "lib/interventions", "lib/attributions", "lib/own-views"),
        *("lib/live-views", "components/live-model"),
    ),
}
"""The files of each script of the site in order, joined so that a page loads few scripts.

Every page loads the script `theme` before all others, so it contains the namespace and the functions that several
of them share: if one cannot be loaded, the others work.
"""


def assets() -> dict[str, bytes]:
    """Every asset, by its path in the site."""
    folder = TEMPLATES / "assets"
    scripts = {
        f"assets/{script}.js": b"\n".join(_script(folder / "scripts" / f"{name}.js") for name in names)
        for script, names in SCRIPTS.items()
    }
    others = {
        path.relative_to(TEMPLATES).as_posix(): read_source(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in COPIED
    }
    return {
        **scripts,
        **others,
        "assets/fonts.css": _with_fonts(folder / "fonts.css"),
        "assets/site.css": _joined_styles(STYLES),
        "assets/chapters.css": b"\n".join([_with_fonts(folder / "math-font.css"), _joined_styles(CHAPTER_STYLES)]),
        "assets/palette.css": custom_properties().encode(),
        "assets/chart-themes.js": _chart_themes(),
    }


COMMENT = re.compile(rb"^[ \t]*(//|/\*\*.*\*/[ \t]*$).*\n", flags=re.MULTILINE)
"""A line of a script that holds only a comment or the declaration of a type."""


def _script(file: Path) -> bytes:
    """A script without comments, which are for whoever works on it."""
    return COMMENT.sub(b"", read_source(file))


def _joined_styles(names: Sequence[str]) -> bytes:
    """Style sheets as one, without indentation."""
    sheets = (read_source(TEMPLATES / "assets/styles" / f"{name}.css") for name in names)
    return re.sub(rb"^[ \t]+", b"", b"\n".join(sheets), flags=re.MULTILINE)


def _with_fonts(style_sheet: Path) -> bytes:
    """A style sheet in which the font files are inlined."""

    def data_url(link: re.Match[str]) -> str:
        font = (style_sheet.parent / link[1]).read_bytes()
        return f"url(data:font/woff2;base64,{base64.b64encode(font).decode()})"

    return re.sub(r'url\("(.+?\.woff2)"\)', data_url, style_sheet.read_text(encoding="utf-8")).encode()


def _chart_themes() -> bytes:
    """The script that registers Plotly's templates and the colours of roles for each theme."""
    themes = {
        theme: {"template": template(theme), "series": palette.series, "roles": role_colours(palette)}
        for theme, palette in PALETTES.items()
    }
    return registering_script("registerChartThemes", themes)
