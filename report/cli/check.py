"""`python -m report check`: what is wrong with a built site."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    check = commands.add_parser(
        "check",
        help="list everything that is wrong with a built site",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Read a built site from its folder and list everything that is wrong with it: files that are\n"
            "missing, changed or none of its own, dead links and anchors, figures without their data, and claims\n"
            "that do not hold. Nothing is changed."
        ),
        epilog=(
            "exit codes: 0 nothing is wrong, 1 something is, 2 the folder is no site of this report\n\n"
            "examples:\n"
            "  python -m report check site\n"
            "  python -m report check site --claims-may-fail"
        ),
    )
    check.add_argument("site", type=Path, metavar="SITE", help="the folder of a built site")
    check.add_argument(
        "--claims-may-fail",
        action="store_true",
        help="list claims that do not hold, but let them be: on some weights that is what was found",
    )
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List what is wrong; the exit code is 1 if anything is."""
    from collections import Counter

    from report.comparison.check import CLAIMS_FAIL, KINDS, check
    from report.content.safe_text import plain

    found = check(options.site)
    counts = Counter(finding.kind for finding in found)
    lines: list[str] = []
    for kind in KINDS:
        if counts[kind]:
            lines += [f"{kind}: {counts[kind]:,}", *(f"  {one}" for one in found if one.kind == kind), ""]
    allowed = counts.pop(CLAIMS_FAIL, 0) if options.claims_may_fail else 0
    wrong = ", ".join(f"{kind}: {counts[kind]:,}" for kind in KINDS if counts[kind])
    but = f" ({CLAIMS_FAIL}, which may be: {allowed:,})" if allowed else ""
    print(*lines, f"{plain(str(options.site))}: {wrong or f'nothing is wrong{but}'}", sep="\n")
    return 1 if wrong else 0
