"""`python -m report bundle`: a plotly.js of only what the report draws."""

from __future__ import annotations

import argparse
import sys


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bundle = commands.add_parser(
        "bundle",
        help="make the plotly.js of later builds a quarter as large; needs Node",
        description=(
            "Bundle a plotly.js of only what the report draws, with npm and esbuild, and keep it in the cache "
            "folder: later builds use it instead of the full one. Charts look the same; pages load sooner."
        ),
    )
    bundle.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from report.figures.plotlyjs import gzipped, smallest
    from report.figures.plotlyjs_bundle import bundle
    from sumint.store.folder import cache_folder

    path = bundle(cache_folder(), step=lambda name: print(name, file=sys.stderr))
    made = smallest(cache_folder())
    print(f"{path}: {made}, {gzipped(made.script) / 1e6:.2f} MB gzipped")
    return 0
