"""`python -m report diff`: list the differences between two built sites."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    diff = commands.add_parser(
        "diff",
        help="compare two built sites: claims, figures, tables",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Compare two built sites: claims whose verdict or value changed, figures and tables whose numbers\n"
            "changed and by how much, and what only one of the sites contains. Their provenance is listed, but\n"
            "does not count as a difference."
        ),
        epilog=(
            "exit codes: 0 nothing differs, 1 something does, 2 a folder contains no site of this report\n\n"
            "A relative change is the difference as a share of the larger of the two numbers. Data files contain\n"
            "numbers to seven digits, so --tolerance 1e-6 ignores rounding.\n\n"
            "examples:\n"
            "  python -m report diff site /tmp/report\n"
            "  python -m report diff site /tmp/report --tolerance 1e-6 --html diff.html"
        ),
    )
    diff.add_argument("old", type=Path, metavar="A", help="the folder of the first site")
    diff.add_argument("new", type=Path, metavar="B", help="the folder of the second site")
    diff.add_argument(
        "--tolerance",
        type=_tolerance,
        default=0.0,
        metavar="R",
        help="ignore relative changes of a number up to R (default: 0, every change counts)",
    )
    diff.add_argument(
        "--html", type=Path, metavar="FILE", help="also write the comparison as a self-contained page"
    )
    diff.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List the differences; the exit code is 1 if there are any."""
    from report.cli.tables import table, width
    from report.comparison.compare import compare
    from report.comparison.tables import sections, summary
    from report.content.safe_text import plain

    if options.html is not None:
        from report.comparison.page import COMPARISON_FILE

        COMPARISON_FILE.check(options.html)  # before the sites are read
    comparison = compare(options.old, options.new, options.tolerance)
    lines: list[str] = []
    for section in sections(comparison):
        rows = table([section.head, *section.rows], width(), section.numeric)
        lines += [f"{section.title}: {section.n_listed:,}", *rows, ""]
    print(*lines, summary(comparison), sep="\n")
    if options.html is not None:
        from report.comparison.page import COMPARISON_FILE, comparison_page

        COMPARISON_FILE.write(comparison_page(comparison), options.html)
        print(plain(str(options.html)))
    return 1 if comparison.differs else 0


def _tolerance(text: str) -> float:
    tolerance = float(text)  # argparse turns a ValueError into its own message
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise argparse.ArgumentTypeError(f"expected a relative change such as 1e-6, found {text}")
    return tolerance
