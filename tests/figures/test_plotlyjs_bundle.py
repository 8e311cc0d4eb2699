"""`python -m report bundle` writes the bundle atomically, and reports every failure on one line."""

import subprocess
from pathlib import Path

import pytest

from report.__main__ import main
from report.figures.plotlyjs import bundle_key
from sumint.store.results import Store


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only one in PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


NPM_WORKS = "exit 0"
NODE_WORKS = (
    'for argument in "$@"; do case "$argument" in --outfile=*) echo bundled > "${argument#*=}";; esac; done'
)


def test_the_bundle_is_made_once_and_kept_with_plotly_s_licence(cache: Path, programs: Path, capsys) -> None:
    put(programs, "npm", NPM_WORKS)
    put(programs, "node", NODE_WORKS)
    assert main(["bundle"]) == 0
    assert "only bar, heatmap, scatter, scatterpolar" in capsys.readouterr().out
    stored = Store(cache / "results").load(bundle_key(), bytes)
    assert stored is not None
    made = stored.decode()
    assert made.startswith("/**\n* plotly.js v")
    assert "MIT license" in made
    assert made.endswith("*/\nbundled\n")
    put(programs, "npm", "exit 1")
    assert main(["bundle"]) == 0


@pytest.mark.parametrize(
    ("npm", "node", "complaint"),
    [
        (NPM_WORKS, None, "error: node is not installed"),
        (None, NODE_WORKS, "error: npm is not installed"),
        ("echo npm error code EFAKE >&2; echo npm error no way out >&2; exit 7", NODE_WORKS, "7: no way out"),
        ("exit 1", NODE_WORKS, "npm failed with exit code 1: no message"),
        (
            NPM_WORKS,
            "echo '✘ [ERROR] Could not resolve' >&2; exit 1",
            "node failed with exit code 1: ✘ [ERROR] Could not",
        ),
    ],
)
def test_what_fails_is_said_in_one_line_and_leaves_nothing(
    npm: str | None, node: str | None, complaint: str, cache: Path, programs: Path, capsys
) -> None:
    for name, script in (("npm", npm), ("node", node)):
        if script is not None:
            put(programs, name, script)
    assert main(["bundle"]) == 2
    error = capsys.readouterr().err
    assert complaint in error.splitlines()[-1]
    assert "Traceback" not in error
    assert not cache.exists()


def test_an_interrupted_bundle_leaves_nothing(
    cache: Path, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    put(programs, "npm", NPM_WORKS)
    put(programs, "node", NODE_WORKS)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupted)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["bundle"]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted"
    assert not cache.exists()
    assert not list(tmp_path.glob("sumint-bundle-*"))


def test_a_cache_that_cannot_be_written_is_named(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    put(programs, "npm", NPM_WORKS)
    put(programs, "node", NODE_WORKS)
    (tmp_path / "a file").touch()
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "a file"))
    assert main(["bundle"]) == 2
    assert "the bundle cannot be stored; set SUMINT_CACHE" in capsys.readouterr().err
