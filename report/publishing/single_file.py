"""The whole report in one file, which works wherever it is kept, with the network off.

It is made of the site's own files. The pages follow one another, and links between them are anchors:
`unembedding.html#gram` becomes `#unembedding/gram`. Style sheets, images and the scripts that pages start with are
inside as they are; what is loaded later, or linked to, is gzipped and in base64, and unpacked when it is wanted.
The policy is as strict as the site's: it names every script by its hash, and nothing is evaluated.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape

from report.paths import TEMPLATES
from report.publishing.inlined_page import EnclosedPage
from report.publishing.output_file import OutputFile

OPENING = "index.html"
LEFT_OUT = {"404.html"}
"""Pages that make sense on a web server only."""

LOADER = "assets/load.js"
"""The script that has another form where all is one file."""

MARK = '<meta name="generator" content="sumint, the report in a single file">'
SINGLE_FILE = OutputFile("--single-file", "is no report in a single file", "report.html", MARK)

NOTE = (
    '<noscript><p class="enclosed-note">Without scripts this file shows texts, formulas and short tables. Charts, '
    "long tables and data files need them.</p></noscript>\n"
)
READER = (
    '<dialog class="enclosed-reader" aria-label="Numbers">'
    '<button type="button" class="enclosed-close">Close</button><div class="enclosed-document"></div>'
    "</dialog>\n"
)
"""Where a page of tables is shown, which does not stand among the others."""


def single_file(files: Mapping[str, bytes]) -> bytes:
    """The report whose site consists of `files`, in one file; the same for the same site."""
    names = [name for name in files if re.fullmatch(r"[\w-]+\.html", name) and name not in LEFT_OUT]
    names.sort(key=lambda name: name != OPENING)
    pages = [EnclosedPage(name, files, set(names)) for name in names]
    opening = pages[0]
    # What frames the pages is taken from one that shows the contents, which the opening page may do without.
    frame = next((page for page in pages if page.contents is not None), opening)

    # What is loaded is further down in the file, so the loader waits.
    started = {name: waits or name == LOADER for page in pages for name, waits in page.scripts}
    enclosed = {name for name in files if name.endswith(".js") and name not in started}
    enclosed |= {name for page in pages for name in page.linked}
    scripts = {name: _script(name, files) for name in started}
    every_script = [*scripts.values(), *(files[name] for name in enclosed if name.endswith(".js"))]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(opening.policy, every_script)}">\n',
            f"{MARK}\n{opening.head()}<style>\n{_ours('single-file.css')}</style>\n",
            *(_inline(scripts[name]) for name, waits in started.items() if not waits),
            f"</head>\n{frame.frame(pages, NOTE)}{READER}",
            *(_packed(name, files[name]) for name in sorted(enclosed)),
            *(_inline(scripts[name]) for name, waits in started.items() if waits),
            "</body>\n</html>\n",
        ]
    ).encode()


def _ours(name: str) -> str:
    return (TEMPLATES / "single-file" / name).read_text(encoding="utf-8")


def _script(name: str, files: Mapping[str, bytes]) -> bytes:
    return _ours("load.js").encode() if name == LOADER else files[name]


def _policy(policy: str, scripts: Iterable[bytes]) -> str:
    """The site's policy without an origin: what is in the file, and of scripts just these."""
    hashes = sorted(
        {f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts}
    )
    return policy.replace("script-src 'self'", f"script-src {' '.join(hashes)}").replace(" 'self'", "")


def _inline(script: bytes) -> str:
    source = script.decode()
    if re.search(r"<!--|</?script", source, flags=re.IGNORECASE):
        raise ValueError("a script that holds a tag of scripts cannot stand in a page")
    return f"<script>{source}</script>\n"


def _packed(name: str, content: bytes) -> str:
    packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    return f'<script type="application/gzip" data-file="{escape(name)}">{packed}</script>\n'
