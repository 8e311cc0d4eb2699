"""Both command lines answer wrong arguments with the command's own usage, and print their help at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import report.__main__
import sumint.__main__

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"torch", "numpy", "pandas", "plotly", "rich", "transformer_lens", "requests", "numba", "pydantic"}
COMMANDS = {"build", "serve", "check", "diff", "bundle", "train", "verify", "seeds"}
MAIN = {"report": report.__main__.main, "sumint": sumint.__main__.main}


def refusal(capsys: pytest.CaptureFixture[str], command_line: str) -> list[str]:
    """The lines that a refused command line prints; the last names what is wrong."""
    module, *arguments = command_line.split()
    assert MAIN[module](arguments) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert "Traceback" not in errors
    return errors.splitlines()


@pytest.mark.parametrize(
    ("command_line", "message"),
    [
        ("report", "Missing command"),
        ("report biuld", "Did you mean 'build'?"),
        ("report build --weigths x", "Did you mean --weights?"),
        ("report build --quiet --verbose", "'--verbose': cannot be combined with"),
        ("report build --device tpu", "is not one of 'auto', 'cpu', 'cuda', 'mps'"),
        ("report build --strict=yes", "'--strict' does not take a value"),
        ("report build --site --strict", "'--site': expected a value, found"),
        ("report build --site --strict=x", "'--site': expected a value, found"),
        ("report build --site", "'--site' requires an argument"),
        ("report build here there", "unexpected extra argument"),
        ("report check", "Missing argument 'SITE'"),
        ("report diff a", "Missing argument 'B'"),
        ("report serve --port http", "'--port': 'http' is not a whole number"),
        ("report bundle --strict", "No such option: --strict"),
        ("sumint trian", "Did you mean 'train'?"),
        ("sumint seeds --renwe", "Did you mean --renew?"),
        ("sumint train --heads 65", "65 is not in the range 1<=x<=64"),
        ("sumint train --epochs 0", "0 is not in the range 1<=x"),
        ("sumint verify --digits 7", "7 is not in the range 2<=x<=6"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_usage_of_its_command(
    command_line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module, *words = command_line.split()
    known = [word for word in words[:1] if word in COMMANDS]
    name = " ".join(["python -m", module, *known])
    first, second, last = refusal(capsys, command_line)
    assert first.startswith(f"Usage: {name} [OPTIONS]")
    assert second == f"Try '{name} --help' for help."
    assert last.startswith("error: ")
    assert message in last


@pytest.mark.parametrize(
    ("command_line", "meant"),
    [
        ("sumint build", "python -m report build"),
        ("report train --seed 1", "python -m sumint train"),
        ("report seeds", "python -m sumint seeds"),
        ("report my.pt", "python -m report build --weights my.pt"),
        ("report arena --strict", "python -m report build --weights arena"),
    ],
)
def test_what_belongs_to_another_command_is_answered_with_that_command(
    command_line: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    word = command_line.split()[1]
    assert refusal(capsys, command_line)[-1] == f"error: No such command '{word}'. Did you mean `{meant}`?"


def test_an_argument_cannot_write_control_characters_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["\x1b[2J"], ["build", "--\x1b[2J"], ["build", "--device", "\x1b[2J"], ["build", "\x1b[2J"]):
        assert MAIN["report"](arguments) == 2
        assert "\x1b" not in capsys.readouterr().err


def test_the_name_of_an_option_can_be_given_as_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert MAIN["report"](["check", "--", "--claims-may-fail"]) == 2
    assert "error: --claims-may-fail does not exist; give the folder" in capsys.readouterr().err


@pytest.mark.parametrize("module", MAIN)
def test_the_version_is_printed(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert MAIN[module](["--version"]) == 0
    assert capsys.readouterr().out.startswith("sumint 0")


@pytest.mark.parametrize("arguments", [["--help"], ["build", "-h"], ["bundle", "--help"]])
def test_the_help_keeps_the_lines_of_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert MAIN["report"](arguments) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Usage: python -m report")
    example = "    python -m report build --weights arena --strict    the write-up's checkpoint; claims must hold"
    assert (example in printed.splitlines()) == (arguments[0] == "build")


@pytest.mark.parametrize("command_line", ["report -h", "report build --help", "sumint --help", "sumint train -h"])
def test_the_help_imports_nothing_heavy(command_line: str) -> None:
    module, *arguments = command_line.split()
    code = (
        f"import sys, {module}.__main__ as it; code = it.main({arguments}); "
        f"print(code, sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert finished.stderr == "0 []\n"


@pytest.mark.parametrize(
    ("module", "script", "words", "expected"),
    [
        ("report", "sumint-report", "sumint-report bu", {"build", "bundle"}),
        ("report", "sumint-report", "sumint-report build --st", {"--strict"}),
        ("report", "sumint-report", "sumint-report build --device c", {"cpu", "cuda"}),
        ("sumint", "sumint", "sumint train --he", {"--heads", "--help"}),
    ],
)
def test_the_installed_commands_complete_what_is_typed(
    module: str, script: str, words: str, expected: set[str]
) -> None:
    code = f"import sys; sys.argv[0] = '/usr/bin/{script}'; import {module}.__main__ as it; it.run()"
    shell = {
        f"_{script.upper().replace('-', '_')}_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **shell}
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert set(finished.stdout.split()) == expected


def test_only_an_installed_command_offers_completion(capsys: pytest.CaptureFixture[str]) -> None:
    MAIN["report"](["--help"])
    assert "completion" not in capsys.readouterr().out
