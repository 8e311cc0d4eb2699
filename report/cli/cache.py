"""`python -m report cache`: show the size of the cache folder, and remove files from it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sumint.cli.application import Command

UNUSED_FOR = 30
"""The default of --prune: the number of days without use after which a file is removed."""


class _CacheCommand(Command):
    """The command whose option `--prune` may stand without a number, which typer's options cannot."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments after giving `--prune` its default number if no number follows it."""
        complete: list[str] = []
        for argument, following in zip(args, [*args[1:], "-"], strict=False):
            stands_alone = argument == "--prune" and following.startswith("-") and not following[1:].isdecimal()
            complete.append(f"--prune={UNUSED_FOR}" if stands_alone else argument)
        return super().parse_args(ctx, complete)


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "cache",
        cls=_CacheCommand,
        short_help="Show the size of the cache folder, and remove files from it.",
        help=(
            "Show the cache folder and its content. All of it can be removed at any time: it is measured, drawn, "
            "bundled or downloaded again when it is needed."
        ),
        epilog="examples:\n\n\b\n  python -m report cache\n  python -m report cache --prune 7",
    )(run)


def run(
    *,
    prune: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="[DAYS]",
            help=f"Remove the files that no build has used for DAYS days ({UNUSED_FOR} if no number is given).",
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything.")] = False,
) -> int:
    """Remove files if requested, and print the size of the cache by kind; the exit code is 0."""
    from report.cli.tables import print_table
    from report.content.formats import counted
    from sumint.store.folder import cache_folder
    from sumint.store.prune import amounts_by_kind, remove_unused

    if clear and prune is not None:
        raise typer.BadParameter("cannot be combined with --prune; leave out one of them", param_hint="'--clear'")
    folder = cache_folder()
    if folder is None:
        print("there is no cache folder")
        return 0
    if clear or prune is not None:
        removed = remove_unused(folder, 0 if clear else prune or 0)
        print(f"removed {counted(removed.n_files, 'file')}, {removed.n_bytes / 1e6:.1f} MB")
    kinds = amounts_by_kind(folder)
    print(f"{folder}: {sum(kind.n_bytes for kind in kinds.values()) / 1e6:.1f} MB")
    rows = [
        (f"  {name}", counted(kind.n_files, "file"), f"{kind.n_bytes / 1e6:.1f} MB")
        for name, kind in kinds.items()
    ]
    print_table(rows, right=(1, 2))
    return 0
