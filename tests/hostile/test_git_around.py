"""The commit of a checkout is found whoever owns it and whatever else is using git, and the date can be fixed."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.errors import ReportError
from report.publishing import repository as module
from report.publishing.repository import Repository

ROOT = Path(__file__).parents[2]
IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in {"NAME": "A", "EMAIL": "a@example.org", "DATE": "2021-05-06T07:08:09Z"}.items()
}


def git(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one commit, as if the code ran from it."""
    folder = (tmp_path / "checkout").resolve()
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "code.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    monkeypatch.setattr(module, "ROOT", folder)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return folder


def found(folder: Path) -> tuple[str | None, int | None, bool]:
    repository = Repository()
    assert repository.commit in (None, git(folder, "rev-parse", "HEAD"))
    return repository.commit, repository.year, repository.is_dirty


def test_a_checkout_of_another_owner_is_read(checkout: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a checkout of another owner needs root")
    commit = git(checkout, "rev-parse", "HEAD")
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, 4711, 4711)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    plain = subprocess.run(["git", "-C", checkout, "status"], capture_output=True, text=True, env=environment)
    assert "dubious ownership" in plain.stderr
    repository = Repository()
    assert (repository.commit, repository.year, repository.is_dirty) == (commit, 2021, False)


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "/nonexistent/.git", "GIT_WORK_TREE": "/nonexistent"},
        {"GIT_INDEX_FILE": "/nonexistent/index"},
        {"GIT_PREFIX": "docs/", "GIT_QUARANTINE_PATH": "/nonexistent"},
        {"GIT_OBJECT_DIRECTORY": "/nonexistent"},
        {"GIT_CEILING_DIRECTORIES": "/"},
    ],
)
def test_variables_that_git_sets_for_hooks_name_no_other_repository(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    repository = Repository()
    assert repository.commit == commit
    assert (repository.year, repository.is_dirty) == (2021, False)


def test_a_commit_in_progress_is_not_waited_for(checkout: Path) -> None:
    (checkout / ".git" / "index.lock").touch()
    os.utime(checkout / "code.py", (0, 0))  # git would like to refresh its index
    assert found(checkout)[1:] == (2021, False)


def test_a_program_that_the_settings_of_a_checkout_name_is_not_started(checkout: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    git(checkout, "config", "core.fsmonitor", str(program))
    assert found(checkout)[1:] == (2021, False)
    assert not (tmp_path / "started").exists()


def test_shallow_clones_and_worktrees_and_submodules_have_a_commit(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow, worktree, around = (tmp_path / name for name in ("shallow", "worktree", "around"))
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{checkout}", str(shallow))
    git(checkout, "worktree", "add", "-q", str(worktree))
    around.mkdir()
    git(around, "init", "-q")
    git(around, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(checkout), "inner")
    for folder in (shallow, worktree, around / "inner"):
        monkeypatch.setattr(module, "ROOT", folder.resolve())
        commit, year, is_dirty = found(folder)
        assert commit is not None
        assert (year, is_dirty) == (2021, False)


def test_a_checkout_that_git_cannot_read_is_a_warning(checkout: Path, caplog: pytest.LogCaptureFixture) -> None:
    (checkout / ".git" / "HEAD").write_text("nonsense")
    module._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert (Repository().commit, Repository().year) == (None, None)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("git cannot read this checkout (")


def test_without_git_there_is_no_commit_and_no_error(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checkout
    monkeypatch.setenv("PATH", "/nonexistent")
    assert (Repository().commit, Repository().year, Repository().is_dirty) == (None, None, False)


@pytest.mark.parametrize(
    ("epoch", "year"), [("0", 1970), (" 86400\n", 1970), ("-1", 1969), ("1764460800", 2025), ("", 2021)]
)
def test_the_date_can_be_fixed(checkout: Path, monkeypatch: pytest.MonkeyPatch, epoch: str, year: int) -> None:
    assert checkout
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert Repository().year == year


@pytest.mark.parametrize("epoch", ["yesterday", "1.5", "1e9", "٣", "9" * 30, "-" + "9" * 30, "0x10"])
def test_a_date_that_is_none_is_refused_before_anything_is_measured(
    tmp_path: Path, tiny_build: Path, epoch: str
) -> None:
    assert shutil.which("git")
    arguments = ["--weights", tiny_build / "tiny.safetensors", "--site", tmp_path / "site", "--no-cache"]
    finished = subprocess.run(
        [sys.executable, "-m", "report", "build", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
    )
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].startswith("error: SOURCE_DATE_EPOCH: expected a number of seconds")
    assert not (tmp_path / "site").exists()


def test_the_error_is_one_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(ReportError, match="such as 1764460800, found soon"):
        Repository().check()
