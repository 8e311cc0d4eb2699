"""`python -m report check`: list everything that is wrong with a built site."""

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
            "Read a built site and list everything that is wrong with it: missing, changed and foreign files,\n"
            "dead links and anchors, figures without their data, and claims that do not hold. The site is not\n"
            "changed."
        ),
        epilog=(
            "exit codes: 0 nothing is wrong, 1 something is, 2 the folder contains no site of this report\n\n"
            "examples:\n"
            "  python -m report check site\n"
            "  python -m report check site --claims-may-fail"
        ),
    )
    check.add_argument("site", type=Path, metavar="SITE", help="the folder of a built site")
    check.add_argument(
        "--claims-may-fail",
        action="store_true",
        help="list claims that do not hold, but do not count them as errors: on some checkpoints they fail",
    )
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List what is wrong; the exit code is 1 if anything is."""
    from collections import Counter

    from report.comparison.check import CLAIMS_FAIL, KINDS, check
    from report.content.safe_text import plain

    findings = check(options.site)
    counts = Counter(finding.kind for finding in findings)
    lines: list[str] = []
    for kind in KINDS:
        if counts[kind]:
            lines += [f"{kind}: {counts[kind]:,}", *(f"  {one}" for one in findings if one.kind == kind), ""]
    n_allowed = counts.pop(CLAIMS_FAIL, 0) if options.claims_may_fail else 0
    errors = ", ".join(f"{kind}: {counts[kind]:,}" for kind in KINDS if counts[kind])
    allowed = f" ({CLAIMS_FAIL}, allowed by --claims-may-fail: {n_allowed:,})" if n_allowed else ""
    print(*lines, f"{plain(str(options.site))}: {errors or f'OK{allowed}'}", sep="\n")
    return 1 if errors else 0
