"""`python -m report bundle`: make a plotly.js that contains only what the report draws."""

from __future__ import annotations

import argparse
import sys


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    bundle = commands.add_parser(
        "bundle",
        help="make the plotly.js of later builds a quarter as large; needs Node",
        description=(
            "Make a plotly.js that contains only what the report draws, with npm and esbuild, and store it in the "
            "cache folder; later builds use it instead of the full one. Charts look the same; pages load faster."
        ),
    )
    bundle.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Make the bundle and print its size; the exit code is 0."""
    from report.figures.plotlyjs_bundle import bundle
    from sumint.store.results import Store

    print(bundle(Store.of_user(), step=lambda name: print(name, file=sys.stderr)))
    return 0
