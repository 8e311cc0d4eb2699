"""What readers see is spelt as in British English: texts, documentation, docstrings and the pages of a site.

codespell knows common misspellings, and a list of British spellings with the American ones. Reversed, that list
finds American spellings.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from report.pages.search.entries import plain

ROOT = Path(__file__).parent.parent
SOURCES = ("report", "sumint", "templates", "docs")
ALLOWED = "program,programs,practice,meter,meters,license,math,writable,dialog,bu"
"""Words that are British too, and names: a computer program, a font, an element of a page, a bias."""
OF_OTHERS = re.compile(r'<div class="note".*?</div>|<ul class="references">.*?</ul>', re.DOTALL)
"""What shows the titles of other people's work."""


def british(folder: Path) -> Path:
    """A dictionary for codespell that corrects American spellings."""
    listed = resources.files("codespell_lib").joinpath("data/dictionary_en-GB_to_en-US.txt").read_text("utf-8")
    pairs = [line.split("->") for line in listed.splitlines() if "->" in line]
    american = {theirs.strip().rstrip(","): ours.strip() for ours, theirs in pairs if ", " not in theirs}
    dictionary = folder / "british.txt"
    dictionary.write_text(
        "".join(f"{word}->{spelling}\n" for word, spelling in american.items()), encoding="utf-8"
    )
    return dictionary


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a module, its classes and its functions, and of what is described by a string after it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


def complaints(texts: dict[str, str], folder: Path) -> str:
    """The output of codespell on these texts, by name."""
    for name, text in texts.items():
        (folder / f"{name.replace('/', '.')}.txt").write_text(text, encoding="utf-8")
    dictionary = british(folder.parent)
    command = [sys.executable, "-m", "codespell_lib", "-D", "-", "-D", str(dictionary), "-L", ALLOWED, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    return tmp_path / "texts"


def test_american_spellings_and_misspellings_are_found(folder: Path) -> None:
    found = complaints({"text": "The color of teh center is gray."}, folder)
    assert all(f"{wrong} ==> {right}" in found for wrong, right in (("color", "colour"), ("teh", "the")))
    assert "center ==> centre" in found


def test_texts_and_documentation_are_spelt_as_in_british_english(folder: Path) -> None:
    paths = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    paths += [path for source in SOURCES for path in (ROOT / source).rglob("*.md")]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    assert len(texts) > 15
    assert complaints(texts, folder) == ""


def test_docstrings_are_spelt_as_in_british_english(folder: Path) -> None:
    paths = [path for source in ("report", "sumint") for path in (ROOT / source).rglob("*.py")]
    texts = {str(path.relative_to(ROOT)): "\n".join(docstrings(path)) for path in paths}
    assert len(texts) > 100
    assert complaints(texts, folder) == ""


def test_pages_are_spelt_as_in_british_english(folder: Path, tiny_site: Path) -> None:
    pages = {page.name: page.read_text(encoding="utf-8") for page in tiny_site.glob("*.html")}
    texts = {name: plain(OF_OTHERS.sub("", html).replace("<", " <")) for name, html in pages.items()}
    assert len(texts) > 12
    assert complaints(texts, folder) == ""
