"""A site is published completely or not at all, and no other file is ever changed."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from report.errors import SiteError
from report.publishing import publish as publishing
from report.publishing.folder import lock as locking
from report.publishing.folder.atomic_swap import exchange
from report.publishing.links import check_links
from report.publishing.publish import is_up_to_date, publish
from tests.shared import files_in

PAGE = b'<html><body><a href="other.html#here">other</a></body></html>'
OTHER = b'<html><body><h1 id="here">Here</h1><a href="index.html">back</a></body></html>'
SITE = {"index.html": PAGE, "other.html": OTHER, "data/a/b.json": b"[1]"}


def test_the_folder_holds_exactly_the_files_and_their_manifest(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    found = files_in(tmp_path / "site")
    manifest = json.loads(found.pop("manifest.json"))
    assert json.loads(found.pop("build.json")) == {}
    assert found == SITE
    assert manifest["files"] == {path: hashlib.sha256(content).hexdigest() for path, content in SITE.items()}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_that_is_no_longer_part_of_the_site_goes(tmp_path: Path) -> None:
    publish({**SITE, "old.html": b"<p>old</p>"}, tmp_path / "site")
    publish(SITE, tmp_path / "site")
    assert "old.html" not in files_in(tmp_path / "site")


def test_the_folder_s_gitignore_stays(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".gitignore").write_text("*\n")
    for _ in range(2):
        publish(SITE, tmp_path / "site")
    assert (tmp_path / "site" / ".gitignore").read_text() == "*\n"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SiteError, match=r"contains thesis\.tex") as raised:
        publish(SITE, tmp_path)
    assert raised.value.exit_code == 2
    assert files_in(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(SiteError, match="is a file"):
        publish(SITE, tmp_path / "site")
    assert (tmp_path / "site").read_text() == "a file"


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (b'<a href="gone.html">', "links to gone.html, which is not in the site"),
        (b'<a href="other.html#gone">', "other.html has no such anchor"),
        (b'<a href="#gone">', "index.html has no such anchor"),
        (b'<script src="../outside.js">', "links to ../outside.js"),
        (b'<img src="data/a/c.png">', "which is not in the site"),
    ],
)
def test_a_dead_link_is_named(page: bytes, complaint: str) -> None:
    check_links(SITE)
    with pytest.raises(SiteError, match=complaint):
        check_links({**SITE, "index.html": page})


def test_an_anchor_that_is_set_twice_is_named() -> None:
    with pytest.raises(SiteError, match=r"index.html: the anchor here is set twice"):
        check_links({"index.html": b'<p id="here"><p id="there"><p id="here">'})


def test_links_to_elsewhere_are_not_followed() -> None:
    check_links({"index.html": b'<a href="https://example.org/x#y"><a href="mailto:a@b.c"><img src="data:,x">'})


def test_links_are_resolved_from_the_page_s_own_folder() -> None:
    check_links({"a/b.html": b'<a href="../c.html"><a href="d.html">', "c.html": b"", "a/d.html": b""})


def test_a_build_that_was_killed_while_swapping_is_put_right(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    shutil.copytree(tmp_path / "site", tmp_path / ".site.new-site")
    (tmp_path / "site").rename(tmp_path / ".site.old-site")
    publish({"index.html": b"new"}, tmp_path / "site")
    assert files_in(tmp_path / "site")["index.html"] == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a system that does not support the exchange of two folders."""
    monkeypatch.setattr(publishing, "exchange", lambda *_: False)


@pytest.mark.usefixtures("without_exchange")
def test_without_an_exchange_two_renames_replace_the_site(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        publish({"index.html": content}, tmp_path / "site")
        assert files_in(tmp_path / "site")["index.html"] == content
        assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.usefixtures("without_exchange")
def test_a_swap_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(SITE, tmp_path / "site")
    rename = Path.rename

    def fail_for_the_new_site(path: Path, target: Path) -> Path:
        if path.name == ".site.new-site":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new_site)
    with pytest.raises(SiteError, match="No space left on device"):
        publish({"index.html": b"new"}, tmp_path / "site")
    assert files_in(tmp_path / "site")["index.html"] == PAGE


@pytest.mark.parametrize("manifest", ['{"name": "a web app"}', "[]", "no JSON", '{"generator": "sumint"}'])
def test_a_manifest_that_is_not_ours_makes_no_site_ours(manifest: str, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "manifest.json").write_text(manifest)
    with pytest.raises(SiteError, match="which this tool did not write"):
        publish(SITE, tmp_path / "site")
    assert files_in(tmp_path / "site") == {"manifest.json": manifest.encode()}


def test_a_file_that_was_added_to_a_site_is_not_deleted(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    (tmp_path / "site" / "data" / "CNAME").write_text("example.org")
    with pytest.raises(SiteError, match="contains data/CNAME"):
        publish(SITE, tmp_path / "site")
    assert (tmp_path / "site" / "data" / "CNAME").read_text() == "example.org"


def test_folders_beside_the_site_are_left_alone(tmp_path: Path) -> None:
    for name in (".site.old", ".site.new", ".site.new-site"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
    with pytest.raises(SiteError, match="the site cannot be written to"):
        publish(SITE, tmp_path / "site")
    shutil.rmtree(tmp_path / ".site.new-site")
    publish(SITE, tmp_path / "site")
    assert (tmp_path / ".site.old" / "mine.txt").exists()
    assert (tmp_path / ".site.new" / "mine.txt").exists()


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for _ in range(2):
        publish(SITE, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert files_in(tmp_path / "real")["index.html"] == PAGE


def test_the_working_directory_is_never_moved_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (Path(), tmp_path.parent, Path("/")):
        with pytest.raises(SiteError, match="contains the working directory"):
            publish(SITE, folder)


def test_a_second_build_to_the_same_folder_says_that_it_is_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(SITE, tmp_path / "site")
    monkeypatch.setattr(locking, "WAIT", 0)
    with locking.lock(tmp_path / "site"), pytest.raises(SiteError, match="another build is writing to"):
        publish({"index.html": b"second"}, tmp_path / "site")
    assert files_in(tmp_path / "site")["index.html"] == PAGE


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be"):
        publish(SITE, tmp_path / "file" / "site")


def test_two_folders_change_names_at_once(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "it.txt").write_text(name)
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this system or file system cannot exchange folders")
    assert [(tmp_path / name / "it.txt").read_text() for name in ("one", "other")] == ["other", "one"]


def test_an_exchange_with_what_is_not_there_fails(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(OSError, match="No such file"):
        exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one").is_dir()


def test_a_file_that_stays_is_not_written_again(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    before = {path: (tmp_path / "site" / path).stat() for path in SITE}
    publish({**SITE, "index.html": PAGE + b"<p>more</p>"}, tmp_path / "site")
    after = {path: (tmp_path / "site" / path).stat() for path in SITE}
    same = [path for path in SITE if before[path].st_ino == after[path].st_ino]
    assert same == ["other.html", "data/a/b.json"]
    assert all(before[path].st_mtime_ns == after[path].st_mtime_ns for path in same)


def test_a_file_that_was_edited_by_hand_is_put_right(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    (tmp_path / "site" / "other.html").write_bytes(OTHER.replace(b"Here", b"Hers"))
    publish(SITE, tmp_path / "site")
    assert files_in(tmp_path / "site")["other.html"] == OTHER


@pytest.mark.parametrize("left_over", ["manifest half written", "no manifest yet", "being removed"])
def test_what_a_killed_build_left_is_cleared_away(left_over: str, tmp_path: Path) -> None:
    beside = tmp_path / ".site.new-site"
    publish(SITE, beside)
    if left_over == "manifest half written":
        shutil.rmtree(beside)
        beside.mkdir()
        (beside / "manifest.json").write_text('{"generator": "sum')
    elif left_over == "no manifest yet":
        shutil.rmtree(beside)
        beside.mkdir()
    else:
        (beside / "index.html").unlink()
    publish(SITE, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_linked_into_a_site_is_never_followed(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years of work")
    (tmp_path / "site" / "mine").symlink_to(tmp_path / "thesis")
    with pytest.raises(SiteError, match="contains mine"):
        publish(SITE, tmp_path / "site")
    assert (tmp_path / "thesis" / "thesis.tex").exists()


def test_a_site_stands_while_its_inputs_and_its_files_are_the_same(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site", fingerprint="abc", record={})
    assert is_up_to_date(tmp_path / "site", "abc")
    assert not is_up_to_date(tmp_path / "site", "abd")
    record = (tmp_path / "site" / "build.json").read_bytes()
    for damaged in (record[:-3], b"[]", b"[" * 100_000, b"\xff"):
        (tmp_path / "site" / "build.json").write_bytes(damaged)
        assert not is_up_to_date(tmp_path / "site", "abc")
    (tmp_path / "site" / "build.json").write_bytes(record)
    assert is_up_to_date(tmp_path / "site", "abc")
    (tmp_path / "site" / "index.html").write_text("edited")
    assert not is_up_to_date(tmp_path / "site", "abc")


def test_a_site_of_unknown_inputs_never_stands(tmp_path: Path) -> None:
    publish(SITE, tmp_path / "site")
    assert not is_up_to_date(tmp_path / "site", "")
    assert not is_up_to_date(tmp_path / "nowhere", "abc")


def test_a_pipe_in_the_way_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "site")
    with pytest.raises(SiteError, match="is a file"):
        publish(SITE, tmp_path / "site")
    assert (tmp_path / "site").is_fifo()


def test_links_in_a_circle_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "site").symlink_to(tmp_path / "site")
    with pytest.raises(SiteError, match=r"not a valid path of a folder|cannot be read"):
        publish(SITE, tmp_path / "site")


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(SiteError, match="not a valid path of a folder"):
        publish(SITE, Path("a\0b"))


def test_a_folder_whose_name_is_no_text_is_written_to(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    publish(SITE, folder)
    assert files_in(folder)["index.html"] == PAGE
