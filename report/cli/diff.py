"""`python -m report diff`: list the differences between two built sites."""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import Command

LOG_WIDTH = 100
"""The width of a line in a pipe, which logs show without scrolling sideways."""


def _tolerance(text: str | float) -> float:
    """The tolerance that an argument means; typer's own limits accept infinity."""
    try:
        tolerance = float(text)
    except ValueError:
        tolerance = math.nan
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise typer.BadParameter(f"expected a relative change such as 1e-6, found {text}")
    return tolerance


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "diff",
        cls=Command,
        short_help="Compare two built sites: claims, figures, tables.",
        help=(
            "Compare two built sites. First come the claims that hold in one and do not hold in the other, with "
            "the sentence that is true of each model and the number that decides; then claims that have a verdict "
            "in one alone, values, figures and tables that changed, and what only one of the sites contains. "
            "Their provenance is listed, but does not count as a difference."
        ),
        epilog=(
            "exit codes: 0 nothing differs; 1 something does; 2 a folder contains no site of this report\n\n"
            "A relative change is the difference as a share of the larger of the two numbers. Data files contain "
            "numbers to seven digits, so --tolerance 1e-6 ignores rounding.\n\n"
            "examples:\n\n\b\n"
            "  python -m report diff site /tmp/report\n"
            "  python -m report diff site /tmp/report --claims-only\n"
            "  python -m report diff site /tmp/report --tolerance 1e-6 --html diff.html"
        ),
    )(run)


def run(
    old: Annotated[Path, typer.Argument(metavar="A", help="The folder of the first site.")],
    new: Annotated[Path, typer.Argument(metavar="B", help="The folder of the second site.")],
    *,
    tolerance: Annotated[
        float,
        typer.Option(
            parser=_tolerance,
            metavar="R",
            help="Ignore relative changes of a number up to R; with 0, every change counts.",
        ),
    ] = 0.0,
    claims_only: Annotated[
        bool, typer.Option("--claims-only", help="Compare the claims alone, without figures and tables.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the comparison as a self-contained page.")
    ] = None,
) -> int:
    """List the differences; the exit code is 1 if there are any."""
    from report.comparison.compare import compare
    from report.comparison.diff_lines import diff_lines
    from report.content.safe_text import plain

    if html is not None:
        from report.pages.comparison.diff_page import COMPARISON_FILE

        COMPARISON_FILE.check(html)  # before the sites are read
    comparison = compare(old, new, tolerance, claims_only=claims_only)
    for line in diff_lines(comparison, shutil.get_terminal_size().columns if sys.stdout.isatty() else LOG_WIDTH):
        print(line)
    if html is not None:
        from report.pages.comparison.diff_page import COMPARISON_FILE, comparison_page

        COMPARISON_FILE.write(comparison_page(comparison, html.parent), html)
        print(plain(str(html)))
    return 1 if comparison.differs else 0
