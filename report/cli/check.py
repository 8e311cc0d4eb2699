"""`python -m report check`: list everything that is wrong with a built site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import Command


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "check",
        cls=Command,
        short_help="List everything that is wrong with a built site.",
        help=(
            "Read a built site and list everything that is wrong with it: missing, changed and foreign files, "
            "dead links and anchors, and figures without their data. Claims that do not hold are listed; with "
            "--strict they count as wrong, too. The site is not changed."
        ),
        epilog=(
            "exit codes: 0 nothing is wrong; 1 something is; 2 the folder contains no site of this report\n\n"
            "examples:\n\n\b\n"
            "  python -m report check site\n"
            "  python -m report check site --strict"
        ),
    )(run)


def run(
    site: Annotated[
        Path, typer.Argument(metavar="SITE", help="The folder of a built site, or of a report of your own.")
    ],
    *,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Count claims that do not hold as wrong: for a checkpoint where all should."
        ),
    ] = False,
    claims_may_fail: Annotated[  # noqa: ARG001 — scripts written for earlier versions pass it
        bool,
        typer.Option("--claims-may-fail", hidden=True, help="Without effect: claims may fail unless --strict."),
    ] = False,
) -> int:
    """List what is wrong; the exit code is 1 if anything is."""
    from collections import Counter

    from report.comparison.check import CLAIMS_FAIL, KINDS, check
    from report.content.safe_text import plain
    from report.project.open import settings_in
    from report.project.settings import FILE

    if (site / FILE).is_file():
        settings = settings_in(site)
        site, strict = settings.site, strict or settings.strict
    findings = check(site)
    counts = Counter(finding.kind for finding in findings)
    lines: list[str] = []
    for kind in KINDS:
        if counts[kind]:
            lines += [f"{kind}: {counts[kind]:,}", *(f"  {one}" for one in findings if one.kind == kind), ""]
    n_allowed = 0 if strict else counts.pop(CLAIMS_FAIL, 0)
    errors = ", ".join(f"{kind}: {counts[kind]:,}" for kind in KINDS if counts[kind])
    allowed = f" ({CLAIMS_FAIL}: {n_allowed:,})" if n_allowed else ""
    print(*lines, f"{plain(str(site))}: {errors or f'OK{allowed}'}", sep="\n")
    return 1 if errors else 0
