"""The README tells the truth about the commands."""

import argparse
import re
from pathlib import Path

import pytest

import report.__main__
import sumint.__main__

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEST_COMMAND = "python -m pip install -c constraints.txt -e '.[test]' && python -m pytest -n auto --dist loadfile"
BUILD_COMMAND = "python -m pip install -c constraints.txt -e . && python -m report build"


def commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    choices = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(choices)


PARSERS = {
    f"python -m {package.__name__.split('.')[0]} {name}": parser
    for package in (report.__main__, sumint.__main__)
    for name, parser in commands(package._parser()).items()
}


@pytest.mark.parametrize("command", PARSERS)
def test_every_command_and_option_is_in_the_readme(command: str) -> None:
    assert f"`{command}`" in README
    options = [option for action in PARSERS[command]._actions for option in action.option_strings]
    missing = [option for option in options if option not in ("-h", "--help") and f"`{option}" not in README]
    assert not missing


def test_the_readme_names_no_option_that_is_not_there() -> None:
    known = {
        option for parser in PARSERS.values() for action in parser._actions for option in action.option_strings
    }
    named = set(re.findall(r"`(--[a-z-]+)", README)) - {"--version"}
    assert named <= known


def test_the_two_commands_stand_there_word_for_word() -> None:
    assert f"```sh\n{BUILD_COMMAND}\n```" in README
    assert f"```sh\n{TEST_COMMAND}\n```" in README


@pytest.mark.parametrize("path", [".ci/run", ".github/workflows/ci.yml"])
def test_ci_runs_the_readme_s_test_command_as_it_stands(path: str) -> None:
    assert TEST_COMMAND in (ROOT / path).read_text(encoding="utf-8")


def test_the_readme_s_tree_has_every_module_and_nothing_that_does_not_exist() -> None:
    tree = re.search(r"```\n(sumint/ .+?)```", README, flags=re.DOTALL)
    assert tree is not None
    folder, listed = ROOT, set[Path]()
    for line in tree[1].splitlines():
        names, indented = line[:22].strip(), line.startswith(" ")
        folder = folder if indented else ROOT / names.strip("/ ")
        for name in names.split(", ") if indented else [""]:
            path = folder / name if not name.startswith(".") else folder / f"{names.split('.')[0]}{name}"
            assert path.exists(), path
            listed.add(path)
    modules = {path for package in ("sumint", "report") for path in (ROOT / package).glob("*.py")}
    assert {path.name for path in modules - listed} <= {"__init__.py"}
