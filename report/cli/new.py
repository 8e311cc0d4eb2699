"""`python -m report new`: make the folder of a report of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import Command


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "new",
        cls=Command,
        short_help="Make the folder of a report of your own.",
        help=(
            "Make a folder with the settings of a report (title, authors, model, chapters), an introduction and "
            "conclusions to write, an example of a chapter, and a workflow that publishes it on GitHub Pages. "
            "Nothing is overwritten."
        ),
        epilog="example:\n\n\b\n  python -m report new my-report",
    )(run)


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or does not exist.")],
) -> int:
    """Write the files; the exit code is 0."""
    from report.errors import shortened
    from report.outline import CHAPTERS
    from report.project.new import make_report
    from report.publishing.repository import Repository

    address = Repository().address
    requirement = f"sumint @ git+{address}" if address else "sumint"
    for path in make_report(folder, tuple(CHAPTERS), requirement):
        print(shortened(path))
    name = shortened(folder)
    print(
        "",
        "Next:",
        f"  edit {name}/report.toml: title, authors, weights",
        f"  python -m report build {name}           measure the model and build the site",
        f"  python -m report serve {name} --watch   see each edit at once",
        sep="\n",
    )
    return 0
