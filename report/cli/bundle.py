"""`python -m report bundle`: make a plotly.js that contains only what the report draws."""

from __future__ import annotations

import sys

import typer

from sumint.cli.application import Command


def add(application: typer.Typer) -> None:
    """Add the command to the application."""
    application.command(
        "bundle",
        cls=Command,
        short_help="Make the plotly.js of later builds a quarter as large; needs Node.",
        help=(
            "Make a plotly.js that contains only what the report draws, with npm and esbuild, and store it in the "
            "cache folder; later builds use it instead of the full one. Charts look the same; pages load faster."
        ),
    )(run)


def run() -> int:
    """Make the bundle and print its size; the exit code is 0."""
    from report.figures.plotlyjs_bundle import bundle
    from sumint.store.results import Store

    print(bundle(Store.of_user(), step=lambda name: print(name, file=sys.stderr)))
    return 0
