"""`python -m report cache`: show the size of the cache folder, and remove files from it."""

from __future__ import annotations

import argparse

UNUSED_FOR = 30
"""The default of --prune: the number of days without use after which a file is removed."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    cache = commands.add_parser(
        "cache",
        help="show the size of the cache folder, and remove files from it",
        description=(
            "Show the cache folder and its content. All of it can be removed at any time: it is measured, drawn, "
            "bundled or downloaded again when it is needed."
        ),
    )
    extent = cache.add_mutually_exclusive_group()
    extent.add_argument(
        "--prune",
        nargs="?",
        type=_days,
        const=UNUSED_FOR,
        metavar="DAYS",
        help=f"remove the files that no build has used for DAYS days ({UNUSED_FOR} if no number is given)",
    )
    extent.add_argument("--clear", action="store_true", help="remove everything")
    cache.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Remove files if requested, and print the size of the cache by kind; the exit code is 0."""
    from report.cli.tables import table
    from report.content.formats import counted
    from sumint.store.folder import cache_folder
    from sumint.store.prune import amounts_by_kind, remove_unused

    folder = cache_folder()
    if folder is None:
        print("there is no cache folder")
        return 0
    if options.clear or options.prune is not None:
        unused_for = 0 if options.clear else options.prune
        removed = remove_unused(folder, unused_for)
        print(f"removed {counted(removed.n_files, 'file')}, {removed.n_bytes / 1e6:.1f} MB")
    kinds = amounts_by_kind(folder)
    print(f"{folder}: {sum(kind.n_bytes for kind in kinds.values()) / 1e6:.1f} MB")
    rows = [(name, counted(kind.n_files, "file"), f"{kind.n_bytes / 1e6:.1f} MB") for name, kind in kinds.items()]
    for line in table(rows, None, right=(1, 2)):
        print(f"  {line}")
    return 0


def _days(text: str) -> int:
    days = int(text)
    if days < 0:
        raise argparse.ArgumentTypeError(f"expected a number of days, 0 or more, found {text}")
    return days
