"""plotly.js, which draws the charts: the full one that comes with plotly, or a bundle of what this report draws.

The full one needs nothing but plotly. The bundle (`bundle.py`) is a quarter of its size and is used where it has
been made. Both are the same version, so charts look the same and read what plotly wrote as it was meant.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from plotly.offline import get_plotlyjs, get_plotlyjs_version

from report.errors import BundleError

TRACES = ("bar", "heatmap", "scatter", "scatterpolar")
"""Every type of trace that the report may draw, and all that the bundle can."""

NPM = Path(__file__).with_name("npm")
"""What npm is asked for to make the bundle, with the version of everything that it needs in turn."""

SCRIPT = "assets/plotly.min.js"
"""Where plotly.js is in the site."""

OPTIONS = (
    *("--bundle", "--minify", "--format=iife", "--global-name=Plotly", "--target=es2020"),
    *("--define:global=window", "--loader:.css=text"),
    "--banner:js=//# allFunctionsCalledOnLoad",
)
"""How esbuild makes one script of it, for browsers as old as the site supports.

The banner asks V8 to compile all of it aside, and not each function on the main thread when it is first called.
"""


@dataclass(frozen=True)
class PlotlyJs:
    """One of the two."""

    script: bytes
    is_bundle: bool

    def __str__(self) -> str:
        kind = f"only {', '.join(TRACES)}" if self.is_bundle else "all of it"
        return f"plotly.js {get_plotlyjs_version()}, {kind}: {len(self.script) / 1e6:.1f} MB"


def full() -> PlotlyJs:
    """All of plotly.js, as it comes with plotly."""
    return PlotlyJs(get_plotlyjs().encode(), is_bundle=False)


def smallest(cache: Path) -> PlotlyJs:
    """The bundle if it has been made and kept in the cache folder, else the full one."""
    try:
        return PlotlyJs(kept_at(cache).read_bytes(), is_bundle=True)
    except OSError:
        return full()


def kept_at(cache: Path) -> Path:
    """Where the bundle is kept, under all that it depends on."""
    made_from = [get_plotlyjs_version(), (NPM / "package-lock.json").read_text(encoding="utf-8"), entry(), OPTIONS]
    digest = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
    return cache / "plotlyjs" / f"plotly-{get_plotlyjs_version()}-{digest[:16]}.min.js"


def entry() -> str:
    """The script that esbuild starts from; plotly.js's core brings scatter along."""
    others = ", ".join(f'require("plotly.js/lib/{trace}")' for trace in TRACES if trace != "scatter")
    return (
        f'const Plotly = require("plotly.js/lib/core");\nPlotly.register([{others}]);\nmodule.exports = Plotly;\n'
    )


def check_version() -> None:
    """Raise a `BundleError` unless npm is asked for the version of plotly.js that came with plotly."""
    asked_for = json.loads((NPM / "package.json").read_bytes())["dependencies"]["plotly.js"]
    if asked_for != get_plotlyjs_version():
        raise BundleError(
            f"plotly comes with plotly.js {get_plotlyjs_version()}, but {NPM} pins {asked_for}; install the "
            "plotly of constraints.txt, or in that folder run "
            f"`npm install --save-exact plotly.js@{get_plotlyjs_version()}`"
        )


def gzipped(content: bytes) -> int:
    """How many bytes a file has on its way through a web server."""
    return len(gzip.compress(content, mtime=0))
