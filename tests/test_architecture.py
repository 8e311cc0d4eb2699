"""The layout of the code: who may import whom, what each package holds, and how modules begin."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from report.outline import OUTLINE
from report.paths import COMPARISON

ROOT = Path(__file__).parent.parent
MODULES = sorted((*ROOT.glob("sumint/**/*.py"), *ROOT.glob("report/**/*.py")))
PACKAGES = sorted({path.parent for path in MODULES})
LARGEST_PACKAGE = 15


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    return subprocess.run([*command, "--no-cache"], capture_output=True, text=True, cwd=folder)


def test_imports_keep_to_the_contracts_in_pyproject() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout


FORBIDDEN = {
    "sumint measures and knows nothing of its presentation": ("sumint/task/sums.py", "import report.errors"),
    "report presents and computes nothing": ("report/content/chapter.py", "import torch"),
    "Imports in report run downwards": ("report/content/chapter.py", "import report.pages.site"),
    "Imports in sumint run downwards": ("sumint/machine/files.py", "import sumint.lab"),
    "Chapters do not import one another": (
        "report/chapters/carries/__init__.py",
        "import report.chapters.ablation",
    ),
    "Analyses do not import one another": (
        "sumint/analyses/ablation/head_ablation.py",
        "import sumint.analyses.ablation.qkv_ablation",
    ),
    "Chapters know neither templates nor Markdown": ("report/chapters/carries/__init__.py", "import jinja2"),
    "One module loads models, and one intervenes on subspaces": ("sumint/task/sums.py", "import transformer_lens"),
    "Packages do not import one another in a circle": ("sumint/machine/files.py", "import sumint.lab"),
}


def test_each_contract_has_an_import_that_breaks_it(tmp_path: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]
    assert sorted(FORBIDDEN) == sorted(contracts)
    for path in (ROOT / "pyproject.toml", *MODULES):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for path, statement in FORBIDDEN.values():
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{statement}\n")
    checked = lint_imports(tmp_path)
    assert {name for name in contracts if f"{name} BROKEN" in checked.stdout} == set(contracts), checked.stdout


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_are_absolute(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not [node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_module_begins_with_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("package", PACKAGES, ids=named)
def test_no_package_is_too_large_to_be_read_at_a_glance(package: Path) -> None:
    assert len([path for path in package.glob("*.py") if path.name != "__init__.py"]) <= LARGEST_PACKAGE


def test_every_chapter_is_a_package_with_its_text_and_in_the_outline() -> None:
    chapters = sorted(path.parent.name for path in ROOT.glob("report/chapters/*/__init__.py"))
    in_outline = [module.__name__.rsplit(".", 1)[1] for module in OUTLINE]
    assert sorted([*in_outline, COMPARISON]) == chapters
    assert sorted(path.parent.name for path in ROOT.glob("report/chapters/*/text.md")) == chapters


def test_importing_the_report_imports_nothing_that_computes() -> None:
    code = "import sys, report.pipeline; print(sorted({'torch', 'transformer_lens', 'numba'} & set(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert finished.stdout.strip() == "[]"
