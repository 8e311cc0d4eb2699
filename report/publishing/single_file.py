"""The whole report as one HTML file that works offline.

It is assembled from the files of the site. The pages follow one another, and links between them are anchors:
`unembedding.html#gram` becomes `#unembedding/gram`. Style sheets, images and the scripts that a page loads at once
are inlined; files that are loaded later or linked to are gzipped, encoded in base64, and unpacked on demand. The
content security policy is as strict as the site's: it names every script by its hash and permits no evaluation.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape

from report.paths import TEMPLATES
from report.publishing.inlined_page import InlinedPage
from report.publishing.output_file import OutputFile
from sumint.machine.line_endings import with_line_feeds

OPENING = "index.html"
OMITTED = {"404.html"}
"""Pages that are useful on a web server only."""

LOADER = "assets/load.js"
"""The script that is replaced by another version in the single file."""

MARK = '<meta name="generator" content="sumint, the report in a single file">'
SINGLE_FILE = OutputFile("--single-file", "report.html", MARK)

NOTE = (
    '<p class="enclosed-note">No script runs here: scripts are turned off, or blocked where this file is shown. '
    "It contains the texts, formulas and short tables. Charts, long tables and data files need scripts: save this "
    "file, and open it in a browser.</p>\n"
)
"""The note that is shown unless scripts run."""


def single_file(files: Mapping[str, bytes]) -> bytes:
    """The site that consists of `files` as one HTML file; the output is the same for the same site."""
    names = [name for name in files if re.fullmatch(r"[\w-]+\.html", name) and name not in OMITTED]
    names.sort(key=lambda name: name != OPENING)
    pages = [InlinedPage(name, files, set(names)) for name in names]
    opening = pages[0]
    # The frame of the pages is taken from a page with contents, which the opening page may lack.
    frame = next((page for page in pages if page.contents is not None), opening)

    # The opening page has the fewest style sheets.
    sheets = dict.fromkeys(sheet for page in pages[1:] for sheet in page.style_sheets)
    more_styles = [files[sheet].decode() for sheet in sheets if sheet not in opening.style_sheets]

    # The loader is deferred, since the packed files are further down in the file.
    is_deferred = {name: deferred or name == LOADER for page in pages for name, deferred in page.scripts}
    packed = {name for name in files if name.endswith(".js") and name not in is_deferred}
    packed |= {name for page in pages for name in page.linked_files}
    scripts = {name: _script(name, files) for name in is_deferred}
    every_script = [*scripts.values(), *(files[name] for name in packed if name.endswith(".js"))]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(opening.policy, every_script)}">\n',
            f"{MARK}\n{opening.head()}",
            *(f"<style>\n{style}</style>\n" for style in more_styles),
            f"<style>\n{_template('single-file.css')}</style>\n",
            *(_inline(scripts[name]) for name, deferred in is_deferred.items() if not deferred),
            f"</head>\n{frame.frame(pages, NOTE)}",
            *(_pack(name, files[name]) for name in sorted(packed)),
            *(_inline(scripts[name]) for name, deferred in is_deferred.items() if deferred),
            "</body>\n</html>\n",
        ]
    ).encode()


def _template(name: str) -> str:
    return (TEMPLATES / "single-file" / name).read_text(encoding="utf-8")


def _script(name: str, files: Mapping[str, bytes]) -> bytes:
    """An inlined script as browsers read it: they convert line endings before they compute its hash."""
    return with_line_feeds(_template("load.js").encode() if name == LOADER else files[name])


def _policy(policy: str, scripts: Iterable[bytes]) -> str:
    """The site's policy without an origin, which permits what is in the file and, of scripts, exactly these."""
    hashes = sorted(
        {f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts}
    )
    return policy.replace("script-src 'self'", f"script-src {' '.join(hashes)}").replace(" 'self'", "")


def _inline(script: bytes) -> str:
    source = script.decode()
    if re.search(r"<!--|</?script", source, flags=re.IGNORECASE):
        raise ValueError("a script that contains <!--, <script or </script cannot be inlined in a page")
    return f"<script>{source}</script>\n"


def _pack(name: str, content: bytes) -> str:
    encoded = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    return f'<script type="application/gzip" data-file="{escape(name)}">{encoded}</script>\n'
