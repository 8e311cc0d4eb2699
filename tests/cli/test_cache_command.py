"""`python -m report cache` shows the cache folder and removes unused files from it."""

import os
import re
import time
from pathlib import Path

import pytest

from report.__main__ import main
from sumint.store.keys import Key
from sumint.store.results import Store

DAY = 24 * 60 * 60
NOT_OURS = {"thesis.tex", "mine.pt"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with a result of today, one of last year, a bundle, and files of the user."""
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    store = Store(tmp_path / "results")
    for name in ("fresh", "old"):
        store.save(Key(name, {}), b"x" * 1000)
    year_ago = time.time() - 365 * DAY
    os.utime(next((tmp_path / "results" / "old").iterdir()), (year_ago, year_ago))
    for name in ("plotlyjs", "compiled-evaluate", "figures-the-task"):
        store.save(Key(name, {}), b"x")
    (tmp_path / "results" / "thesis.tex").write_text("years of work")
    for place in ("checkpoints", "compiled/0123/kernel"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "mine.pt").write_text("weeks of training")
    return tmp_path


def names(folder: Path) -> set[str]:
    return {
        path.parent.name if path.suffix == ".stored" else path.name for path in folder.rglob("*") if path.is_file()
    }


def test_it_shows_the_amount_of_each_kind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{folder}: 0.0 MB")
    assert "2 files" in printed
    for kind in ("bundles of plotly.js", "compiled code", "figures and pages"):
        assert re.search(rf"{kind} +1 file\b", printed)
    assert "unfinished" not in printed


def test_pruning_removes_files_that_no_build_has_used_for_long(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cache", "--prune"]) == 0
    assert "removed 1 file," in capsys.readouterr().out
    assert names(folder) == {"fresh", "plotlyjs", "compiled-evaluate", "figures-the-task", *NOT_OURS}


def test_a_recently_used_result_is_not_pruned(folder: Path) -> None:
    assert Store(folder / "results").load(Key("old", {}), bytes) == b"x" * 1000
    main(["cache", "--prune", "7"])
    assert "old" in names(folder)


def test_clearing_removes_only_files_of_this_project(folder: Path) -> None:
    assert main(["cache", "--clear"]) == 0
    assert names(folder) == NOT_OURS


def test_clearing_removes_the_unfinished_files_of_a_killed_build(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Store(folder / "results").save(Key("half", {}), b"x")
    main(["cache"])
    assert "unfinished files" in capsys.readouterr().out
    main(["cache", "--clear"])
    assert names(folder) == NOT_OURS


def test_an_empty_cache_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "none"))
    for option in ([], ["--prune"], ["--clear"]):
        assert main(["cache", *option]) == 0


@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize(
    ("days", "message"), [("-1", "-1 is not in the range x>=0"), ("soon", "'soon' is not a whole number")]
)
def test_an_invalid_number_of_days_is_refused(
    days: str, message: str, joined: bool, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(folder)
    assert main(["cache", *([f"--prune={days}"] if joined else ["--prune", days])]) == 2
    assert f"'--prune': {message}" in capsys.readouterr().err.splitlines()[-1]
    assert names(folder) == before


@pytest.mark.parametrize("arguments", [["--prune", "--clear"], ["--clear", "--prune"], ["--prune=7", "--clear"]])
def test_pruning_and_clearing_exclude_each_other(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(folder)
    assert main(["cache", *arguments]) == 2
    assert "'--clear': cannot be combined with --prune" in capsys.readouterr().err.splitlines()[-1]
    assert names(folder) == before
