"""plotly.js, which draws the charts: the full one that comes with plotly, or a bundle of what this report draws.

The full one needs only plotly. The bundle (`plotlyjs_bundle.py`) is a quarter of its size and is used if it has
been made. Both have the same version, so that charts look the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from plotly.offline import get_plotlyjs_version

from report.errors import BundleError
from sumint.store.keys import Key
from sumint.store.results import Store

TRACES = ("bar", "heatmap", "scatter", "scatterpolar")
"""The types of trace that the bundle contains and that figures of the report may use."""

NPM = Path(__file__).with_name("npm")
"""The folder with npm's requirements for the bundle, and the lock file with all versions."""

SCRIPT = "assets/plotly.min.js"
"""The path of plotly.js in the site."""

OPTIONS = (
    *("--bundle", "--minify", "--format=iife", "--global-name=Plotly", "--target=es2020"),
    *("--define:global=window", "--loader:.css=text"),
    "--banner:js=//# allFunctionsCalledOnLoad",
)
"""The options of esbuild, which targets the oldest browsers that the site supports.

The banner makes V8 compile the whole script on a background thread, rather than each function on the main thread
when it is first called.
"""


@dataclass(frozen=True)
class PlotlyJs:
    """A plotly.js: the full one or the bundle."""

    script: bytes
    is_bundle: bool

    @cached_property
    def digest(self) -> str:
        """The sha256 of the script."""
        return hashlib.sha256(self.script).hexdigest()

    def __str__(self) -> str:
        kind = f"only {', '.join(TRACES)}" if self.is_bundle else "all of it"
        return f"plotly.js {get_plotlyjs_version()}, {kind}: {len(self.script) / 1e6:.1f} MB"


def full() -> PlotlyJs:
    """The full plotly.js that comes with plotly; as bytes, since `get_plotlyjs` would decode five megabytes."""
    file = files("plotly").joinpath("package_data", "plotly.min.js")
    return PlotlyJs(file.read_bytes(), is_bundle=False)


def smallest(store: Store) -> PlotlyJs:
    """The bundle if the store contains it, else the full plotly.js."""
    script = store.load(bundle_key(), bytes)
    return full() if script is None else PlotlyJs(script, is_bundle=True)


def bundle_key() -> Key:
    """The key of the bundle in the store: all that the bundle depends on."""
    return Key(
        "plotlyjs",
        {
            "version": get_plotlyjs_version(),
            "packages": NPM / "package-lock.json",
            "entry": entry(),
            "options": OPTIONS,
        },
    )


def entry() -> str:
    """The entry script for esbuild; the core of plotly.js includes the trace type scatter."""
    others = ", ".join(f'require("plotly.js/lib/{trace}")' for trace in TRACES if trace != "scatter")
    return (
        f'const Plotly = require("plotly.js/lib/core");\nPlotly.register([{others}]);\nmodule.exports = Plotly;\n'
    )


def check_version() -> None:
    """Raise a `BundleError` unless npm's requirements pin the version of plotly.js that comes with plotly."""
    pinned_version = json.loads((NPM / "package.json").read_bytes())["dependencies"]["plotly.js"]
    if pinned_version != get_plotlyjs_version():
        raise BundleError(
            f"plotly comes with plotly.js {get_plotlyjs_version()}, but {NPM} pins {pinned_version}; install the "
            "plotly of constraints.txt, or in that folder run "
            f"`npm install --save-exact plotly.js@{get_plotlyjs_version()}`"
        )
