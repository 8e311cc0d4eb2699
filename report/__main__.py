"""`python -m report`: the command line."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version

from report.cli import COMMANDS
from report.cli.logs import log_to
from report.errors import ReportError
from sumint.cli.streams import run_main
from sumint.errors import InputError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the report fails, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    log_to(None)
    try:
        return options.run(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path may hold a line break
        return 2
    except ReportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"interrupted{getattr(options, 'if_interrupted', '')}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m report",
        description="Reverse-engineer a transformer that adds two numbers, and publish a report as a static site.",
    )
    parser.add_argument("--version", action="version", version=f"sumint {version('sumint')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(run_main(main))
