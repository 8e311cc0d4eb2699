"""The README and the documentation are right about commands, options and files."""

import re
from pathlib import Path

import pytest
from typer.core import TyperOption
from typer.main import get_group

import report.__main__
import sumint.__main__

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
EVERYTHING = "\n".join((README, *DOCS.values()))
TEST_COMMAND = "python -m pip install -c constraints.txt -e '.[test]' && python -m pytest -n auto --dist worksteal"
BUILD_COMMAND = "python -m pip install -c constraints.txt -e . && python -m report build"


COMMANDS = {
    f"python -m {module.__name__.split('.')[0]} {name}": command
    for module in (report.__main__, sumint.__main__)
    for name, command in get_group(module.application()).commands.items()
}


def options_of(command: str) -> list[str]:
    options = (parameter for parameter in COMMANDS[command].params if isinstance(parameter, TyperOption))
    return [name for option in options for name in option.opts]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    assert f"`{command}`" in DOCS["commands.md"]
    assert not [option for option in options_of(command) if f"`{option}" not in DOCS["commands.md"]]


def test_no_option_is_named_that_is_not_there() -> None:
    known = {option for command in COMMANDS for option in options_of(command)}
    named = set(re.findall(r"`(--[a-z-]+)", EVERYTHING)) - {"--version", "--help"}
    assert named
    assert named <= known


def test_the_two_commands_stand_there_word_for_word() -> None:
    assert f"```sh\n{BUILD_COMMAND}\n```" in README
    assert f"```sh\n{TEST_COMMAND}\n```" in README


@pytest.mark.parametrize("path", [".ci/run", ".github/workflows/ci.yml"])
def test_ci_runs_the_readme_s_test_command_as_it_stands(path: str) -> None:
    assert TEST_COMMAND in (ROOT / path).read_text(encoding="utf-8")


def test_the_tree_of_the_code_shows_every_package() -> None:
    tree = re.search(r"```\n(sumint/ .+?)```", DOCS["development.md"], flags=re.DOTALL)
    assert tree is not None
    listed: dict[str, set[str]] = {}
    folder = ""
    for line in tree[1].splitlines():
        names = line[:22].strip()
        if line.startswith(" "):
            listed[folder] |= {name.strip("/ ") for name in names.split(",")}
        else:
            folder = names.strip("/")
            listed[folder] = set()
    assert all((ROOT / folder / name).exists() for folder, names in listed.items() for name in names)
    for package in ("sumint", "report"):
        assert {path.parent.name for path in (ROOT / package).glob("*/__init__.py")} <= listed[package]
    assert len(tree[1].splitlines()) <= 25


def test_no_file_is_named_that_does_not_exist() -> None:
    paths = re.findall(r"`((?:report|sumint|templates|tests)/[\w./-]+)`", EVERYTHING)
    assert len(paths) > 5
    assert all((ROOT / path).exists() for path in paths)


def test_the_readme_is_short_and_leads_to_every_document() -> None:
    assert len(README.splitlines()) < 120
    assert set(re.findall(r"\(docs/([\w-]+\.md)\)", README)) == DOCS.keys()


@pytest.mark.parametrize("name", ["README.md", *DOCS])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    folder = ROOT if name == "README.md" else ROOT / "docs"
    text = README if name == "README.md" else DOCS[name]
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert all((folder / target).is_file() for target in targets), targets
