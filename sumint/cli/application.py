"""Runs a command line that is declared with typer: one form of error message and of exit code for all commands.

typer parses the options, completes them in a shell, suggests names for mistyped ones and formats the help. Its
own handling of exceptions is not used: it ends the process, and it reports an interruption and a closed pipe in
another way than the commands of this project do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption
from typer.main import get_command

INTERRUPTED = 130
"""The exit code after Ctrl-C: what a shell reports for a process that SIGINT ended."""

_NAMES_OF_TYPES = {"int": "a whole number", "float": "a number"}
"""What typer calls the types of numbers in its messages, and what they are in English."""


class Command(TyperCommand):
    """A command that does not take the name of one of its options as the value of another: `--site --strict`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments after checking that no option lacks its value.

        Raises:
            typer.BadParameter: if an option that takes a value is followed by another option.
        """
        options = [parameter for parameter in self.params if isinstance(parameter, TyperOption)]
        names = {name for option in options for name in option.opts} | {"--", *ctx.help_option_names}
        by_name = {name: option for option in options if not option.is_flag for name in option.opts}
        for name, value in pairwise(args):
            if name == "--":
                break
            if name in by_name and value.partition("=")[0] in names:
                raise typer.BadParameter(
                    f"expected a value, found the option {value} (write {name}={value} if that is the value)",
                    ctx=ctx,
                    param=by_name[name],
                )
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            # typer leaves out the command of a missing or a superfluous value.
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # pyright: ignore[reportAttributeAccessIssue]
            raise


def _print_version(is_requested: bool) -> bool:
    if is_requested:
        from importlib.metadata import version

        print(f"sumint {version('sumint')}")
        raise typer.Exit
    return is_requested


def new_application(description: str, script: str) -> typer.Typer:
    """An application without commands, whose options are `--help` and `--version`.

    Run as the installed `script`, it also has options that set up completion; a shell cannot complete `python -m`.
    """
    application = typer.Typer(
        help=description,
        add_completion=Path(sys.argv[0]).stem == script,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        rich_markup_mode=None,  # plain help: rich takes longer to import than the help takes to print
    )
    # An empty callback, since typer takes the options of the application itself from a function.
    application.callback()(_options)
    return application


def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit."),
    ] = False,
) -> None:
    """Accept the options of the application itself."""


def run_application(
    application: typer.Typer,
    arguments: Sequence[str] | None,
    module: str,
    script: str,
    meant_by: Callable[[str], str] = lambda word: "",
) -> int:
    """Run the command that the arguments name, and return its exit code, or 2 if they are wrong.

    Args:
        application: the commands; each of them is a function that returns its exit code.
        arguments: the arguments, or None for those of the process.
        module: the name of the module as which it runs with `python -m`.
        script: the name of the installed script.
        meant_by: finds the command line that was probably meant by a word that is not a command; empty if unknown.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    name = script if Path(sys.argv[0]).stem == script else f"python -m {module}"
    command = get_command(application)
    command._main_shell_completion({}, name)  # answers the shell and exits if the shell asks for completions
    try:
        with command.make_context(name, arguments) as context:
            return command.invoke(context)
    except typer.Exit as finished:
        return finished.exit_code
    except typer.TyperException as error:
        word = next((one for one in arguments if not one.startswith("-")), "")
        _print_usage_error(error, "" if word in getattr(command, "commands", ()) else meant_by(word))
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _with_plain_types(message: str) -> str:
    """The message, with the type of number that an option takes in English."""
    return re.sub(
        r"(?<=' is not )a valid (int|float)( range)?(?=\.$)", lambda found: _NAMES_OF_TYPES[found[1]], message
    )


def _print_usage_error(error: typer.TyperException, meant: str) -> None:
    """Print the usage of the command in question, where its help is, and on the last line what is wrong."""
    context = getattr(error, "ctx", None)
    if context is not None:
        help_option = context.help_option_names[-1]
        print(
            context.get_usage(), f"Try '{context.command_path} {help_option}' for help.", sep="\n", file=sys.stderr
        )
    similar = getattr(error, "possibilities", None)  # options with similar names
    message = error.message if similar else _with_plain_types(error.format_message())
    suggestion = f". Did you mean {' or '.join(similar)}?" if similar else ""
    if meant:  # instead of a command with a similar name, which typer suggests
        message, suggestion = message.partition(" Did you mean ")[0], f" Did you mean `{meant}`?"
    print(f"error: {' '.join(message.split())}{suggestion}", file=sys.stderr)
