"""The command line `python -m sumint`: trains models of this family, or verifies one on every sum.

A package that builds on this one adds its commands by an entry point of the group `sumint.commands`: a function of
the application.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer

from sumint.cli import controls, convert, train, verify
from sumint.cli.application import new_application, run_application
from sumint.cli.streams import run_main
from sumint.errors import InputError

SCRIPT = "sumint"
GROUP = "sumint.commands"


def application() -> typer.Typer:
    """The commands with their options."""
    commands = new_application("Train and verify transformers that add two numbers.", SCRIPT)
    for command in (train, verify, convert, controls):
        command.add(commands)
    for added in entry_points(group=GROUP):
        added.load()(commands)
    return commands


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0 success, 1 a sum is wrong, 2 bad input, 130 interrupted."""
    try:
        return run_application(application(), arguments, "sumint", SCRIPT, _of_report)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path can contain a line break
        return 2


def _of_report(word: str) -> str:
    """The command line of the report that a word belongs to; empty if it is none of its commands."""
    return f"python -m report {word}" if word in ("build", "serve", "check", "diff", "new") else ""


def run() -> None:
    """Run one command as a process, which ends with its exit code: 141 if its output is closed."""
    sys.exit(run_main(main))


if __name__ == "__main__":
    run()
