"""`python -m report`: the command line."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import typer

from report.cli import COMMANDS
from report.cli.logs import log_to
from report.content.safe_text import plain
from report.errors import ReportError
from sumint.cli.application import new_application, run_application
from sumint.cli.streams import is_of_output, run_main
from sumint.errors import InputError

SCRIPT = "sumint-report"


def application() -> typer.Typer:
    """The commands with their options."""
    commands = new_application(
        "Reverse-engineer a transformer that adds two numbers, and publish a report as a static site.", SCRIPT
    )
    for command in COMMANDS:
        command.add(commands)
    return commands


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 the report fails, 2 bad input, 130 interrupted."""
    log_to(None)
    try:
        return run_application(application(), arguments, "report", SCRIPT, _meant_by)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path may hold a line break
        return 2
    except ReportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        raise  # for `run_main`
    except Exception as error:
        if is_of_output(error):
            raise  # for `run_main`, too
        # An error in somebody's code: a chapter that cannot be imported, a template that cannot be read.
        from report.content.failures import described

        logging.getLogger(__name__).error("%s", described(error), exc_info=error)
        return 1


def _meant_by(word: str) -> str:
    """The command line that was probably meant by a word that is not a command; empty if unknown."""
    if word in ("train", "verify", "convert", "controls", "seeds"):
        return f"python -m sumint {word}"
    if Path(word).suffix in (".pt", ".pth", ".safetensors", ".ckpt") or word in ("bundled", "arena"):
        return f"python -m report build --weights {plain(word)}"
    return ""


def run() -> None:
    """Run one command as a process, which ends with its exit code: 141 if its output is closed."""
    sys.exit(run_main(main))


if __name__ == "__main__":
    run()
