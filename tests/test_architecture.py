"""The rules that keep what is true apart from how it is told."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from report.outline import OUTLINE

ROOT = Path(__file__).parent.parent
MODULES = sorted((*ROOT.glob("sumint/**/*.py"), *ROOT.glob("report/**/*.py")))
TELLING = {"plotly", "jinja2", "markdown", "math_core", "report"}
COMPUTING = {"torch", "transformer_lens", "einops"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports anywhere, by its full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def packages_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports_of(path)}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_what_is_true_does_not_know_how_it_is_told(path: Path) -> None:
    forbidden = TELLING if path.is_relative_to(ROOT / "sumint") else COMPUTING
    assert not packages_of(path) & forbidden


def test_analyses_never_import_one_another() -> None:
    for path in ROOT.glob("sumint/analyses/*.py"):
        assert not [name for name in imports_of(path) if name.startswith("sumint.analyses")], path


def test_chapters_never_import_one_another() -> None:
    # A chapter's modules begin with the name of its text.
    stems = sorted((path.stem for path in ROOT.glob("report/chapters/*.md")), key=len, reverse=True)

    def chapter_of(module: str) -> str:
        return next(stem for stem in stems if module.startswith(stem))

    for path in ROOT.glob("report/chapters/[!_]*.py"):
        imported = [name.split(".")[2] for name in imports_of(path) if name.startswith("report.chapters.")]
        assert {chapter_of(path.stem)}.issuperset(map(chapter_of, imported)), path


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("transformer_lens", {"sumint.model.load"}),
        ("jinja2", {"report.pages.renderer", "report.pages.markdown", "report.comparison.page"}),
        ("markdown", {"report.pages.renderer", "report.pages.markdown"}),
    ],
)
def test_a_library_with_an_owner_is_imported_by_it_alone(library: str, owners: set[str]) -> None:
    assert {module_name(path) for path in MODULES if library in packages_of(path)} <= owners


def test_every_chapter_is_in_the_outline_and_has_its_text() -> None:
    chapters = [
        path.stem
        for path in ROOT.glob("report/chapters/*.py")
        if "def chapter(" in path.read_text(encoding="utf-8")
    ]
    assert sorted(module.__name__.rsplit(".", 1)[1] for module in OUTLINE) == sorted(chapters)
    assert sorted(path.stem for path in ROOT.glob("report/chapters/*.md")) == sorted(chapters)


def test_every_module_opens_with_its_lesson() -> None:
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        assert not source or ast.get_docstring(ast.parse(source)), path


def test_importing_the_report_imports_nothing_that_computes() -> None:
    code = "import sys, report.build; print(sorted({'torch', 'transformer_lens', 'numba'} & set(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert finished.stdout.strip() == "[]"
