"""The command line `python -m sumint`: trains a model of this family, or verifies one on every sum."""

from __future__ import annotations

import argparse
import sys

from sumint.cli import train, verify
from sumint.cli.streams import run_main
from sumint.errors import InputError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0 success, 1 a sum is wrong, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path can contain a line break
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sumint", description="Train and verify transformers that add two numbers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train.add(commands)
    verify.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(run_main(main))
