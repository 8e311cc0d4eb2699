"""`python -m report cache`: what is kept between builds, how much it is, and what of it can go."""

from __future__ import annotations

import argparse

UNUSED_FOR = 30


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    cache = commands.add_parser(
        "cache",
        help="show what is kept between builds, and remove what is of no more use",
        description=(
            "Show the cache folder and what is in it. Everything there can be removed at any time: it is "
            "measured, drawn, bundled or downloaded again when it is needed."
        ),
    )
    how_much = cache.add_mutually_exclusive_group()
    how_much.add_argument(
        "--prune",
        nargs="?",
        type=_days,
        const=UNUSED_FOR,
        metavar="DAYS",
        help=f"remove what no build has used for so many days ({UNUSED_FOR}, if no number is given)",
    )
    how_much.add_argument("--clear", action="store_true", help="remove everything")
    cache.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell, or tidy up."""
    from report.cli.tables import table
    from report.content.formats import counted
    from sumint.store.folder import cache_folder
    from sumint.store.prune import kept_in, remove

    folder = cache_folder()
    if options.clear or options.prune is not None:
        unused_for = 0 if options.clear else options.prune
        removed = remove(folder, unused_for)
        print(f"removed {counted(removed.n_files, 'file')}, {removed.n_bytes / 1e6:.1f} MB")
    kinds = kept_in(folder)
    print(f"{folder}: {sum(kind.n_bytes for kind in kinds.values()) / 1e6:.1f} MB")
    rows = [(name, counted(kind.n_files, "file"), f"{kind.n_bytes / 1e6:.1f} MB") for name, kind in kinds.items()]
    for line in table(rows, None, right=(1, 2)):
        print(f"  {line}")
    return 0


def _days(text: str) -> int:
    days = int(text)
    if days < 0:
        raise argparse.ArgumentTypeError("a number of days is not negative")
    return days
