"""A site that is built inside the checkout is left out of git, and nothing else is changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from report.publishing import repository
from report.publishing.repository import Repository


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one commit, in the place of the project's."""
    root = tmp_path.resolve()
    for arguments in (
        ("init", "--quiet"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "first"),
    ):
        subprocess.run(["git", "-C", str(root), *arguments], check=True)
    (root / ".gitignore").write_text("/site/\n")
    for name in ("site", "other/site", "kept"):
        (root / name).mkdir(parents=True)
        (root / name / "index.html").touch()
    subprocess.run(["git", "-C", str(root), "add", "kept", ".gitignore"], check=True)
    monkeypatch.setattr(repository, "ROOT", root)
    return root


def untracked(root: Path) -> str:
    command = ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in listed.splitlines() if line.startswith("??"))


def test_a_site_anywhere_in_the_checkout_is_ignored_once(checkout: Path) -> None:
    assert "other/site/index.html" in untracked(checkout)
    assert Repository().ignore(checkout / "other" / "site")
    assert untracked(checkout) == ""
    exclude = (checkout / ".git" / "info" / "exclude").read_text()
    assert not Repository().ignore(checkout / "other" / "site")
    assert (checkout / ".git" / "info" / "exclude").read_text() == exclude


def test_a_site_that_is_ignored_tracked_or_elsewhere_is_left_alone(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = (checkout / ".git" / "info" / "exclude").read_text()
    for folder in (checkout / "site", checkout / "kept", checkout, tmp_path_factory.mktemp("elsewhere")):
        assert not Repository().ignore(folder)
    assert (checkout / ".git" / "info" / "exclude").read_text() == before
