"""A site is published into folders that are not plain ones: mounts, checkouts, other owners, long names."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.comparison.check import check
from report.errors import SiteError
from report.publishing import publish as publishing
from report.publishing.folder import in_place, place
from report.publishing.folder import lock as locking
from report.publishing.folder.contents import OF_THE_SYSTEM, STAGING
from report.publishing.folder.place import can_be_exchanged, is_mount_point
from report.publishing.publish import publish
from tests.namespaces import run_after, skip_without_mounts
from tests.shared import files_in

ROOT = Path(__file__).parents[2]
SITE = {
    "index.html": b'<html><head><script src="assets/a.js"></script></head><body>new</body></html>',
    "assets/a.js": b"new()",
    "claims.json": b"[]",
}
OLD = {
    **SITE,
    "index.html": b"<html><body>old</body></html>",
    "assets/a.js": b"old()",
    "old/gone.html": b"<p>x</p>",
}
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        name: content for name, content in files_in(folder).items() if name not in ("manifest.json", "build.json")
    }


@pytest.fixture
def mounts() -> None:
    skip_without_mounts()


PUBLISH = """
from pathlib import Path
from report.publishing.publish import publish
from tests.hostile.test_output_folders import OLD, SITE
print(publish(OLD, Path({0!r})), publish(SITE, Path({0!r})))
"""


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("mount", ["--bind '{0}/volume' '{0}/site'", "-t tmpfs none '{0}/site'"])
def test_the_files_of_a_site_at_a_mount_point_are_replaced_one_by_one(tmp_path: Path, mount: str) -> None:
    for name in ("volume", "site"):
        (tmp_path / name).mkdir()
    keep = f"cp -r '{tmp_path}/site/.' '{tmp_path}/after/'"
    code = PUBLISH.format(str(tmp_path / "site")) + f"import subprocess; subprocess.run({keep!r}, shell=True)"
    (tmp_path / "after").mkdir()
    finished = run_after(f"mount {mount.format(tmp_path)}", "-c", code)
    assert finished.stdout == "False False\n", finished.stderr
    assert content_of(tmp_path / "after") == SITE
    assert check(tmp_path / "after") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["after", "site", "volume"]


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("mounted", ["", "site"], ids=["above the folder", "at the folder"])
def test_a_site_in_the_lower_layer_of_a_container_s_image_is_replaced(tmp_path: Path, mounted: str) -> None:
    for name in ("lower", "upper", "work", "merged", "after"):
        (tmp_path / name).mkdir()
    (tmp_path / "merged/site").mkdir()
    publish(OLD, tmp_path / "lower" / ("site" if not mounted else ""))
    layers = ",".join(f"{name}dir={tmp_path}/{name}" for name in ("lower", "upper", "work"))
    site = tmp_path / "merged/site"
    keep = f"cp -r '{site}/.' '{tmp_path}/after/'; ls -A '{site.parent}'"
    finished = run_after(
        f"mount -t overlay overlay -o '{layers}' '{tmp_path / 'merged' / mounted}'",
        "-c",
        f"""
import subprocess
from pathlib import Path
from report.publishing.publish import publish
from tests.hostile.test_output_folders import SITE
publish(SITE, Path({str(site)!r}))
subprocess.run({keep!r}, shell=True)
""",
    )
    if "wrong fs type" in finished.stderr or "unknown filesystem type" in finished.stderr:
        pytest.skip("this system cannot put an overlay here")
    assert finished.stdout == "site\n", finished.stderr
    assert content_of(tmp_path / "after") == SITE
    assert check(tmp_path / "after") == []


@pytest.mark.usefixtures("mounts")
def test_who_mounted_the_folder_sees_the_new_site(tmp_path: Path) -> None:
    for name in ("volume", "site"):
        (tmp_path / name).mkdir()
    run_after(f"mount --bind '{tmp_path}/volume' '{tmp_path}/site'", "-c", PUBLISH.format(str(tmp_path / "site")))
    assert content_of(tmp_path / "volume") == SITE  # as another container, which has mounted it too, reads it
    assert content_of(tmp_path / "site") == {}


@pytest.mark.usefixtures("mounts")
def test_a_folder_that_is_mounted_read_only_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    code = f"""
from pathlib import Path
from report.errors import SiteError
from report.publishing.publish import site_folder
for name in ("site", "site/new/deep"):
    try:
        site_folder(Path({str(tmp_path)!r}, name))
    except SiteError as error:
        print(error)
"""
    finished = run_after(f"mount -t tmpfs -o ro none '{tmp_path}/site'", "-c", code)
    first, second = finished.stdout.splitlines()
    assert first.endswith("no permission to write there, or it is read-only")
    assert second.endswith(f"cannot be made: no permission to write to {tmp_path}/site")


@pytest.mark.usefixtures("mounts")
def test_a_full_disk_under_a_mounted_site_leaves_the_old_one_whole(tmp_path: Path) -> None:
    for name in ("site", "after"):
        (tmp_path / name).mkdir()
    code = f"""
import subprocess
from pathlib import Path
from report.errors import SiteError
from report.publishing.publish import publish
from tests.hostile.test_output_folders import OLD, SITE
publish(OLD, Path({str(tmp_path / "site")!r}))
try:
    publish({{**SITE, "figures/large.js": bytes(200_000)}}, Path({str(tmp_path / "site")!r}))
except SiteError as error:
    print(error)
subprocess.run("cp -r '{tmp_path}/site/.' '{tmp_path}/after/'", shell=True)
"""
    finished = run_after(f"mount -t tmpfs -o size=100k none '{tmp_path}/site'", "-c", code)
    assert "No space left on device" in finished.stdout, finished.stderr
    assert content_of(tmp_path / "after") == OLD
    assert check(tmp_path / "after") == []


def test_a_mount_point_of_the_same_file_system_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        f"36 35 98:0 /a /mnt/b rw - ext4 /dev/root rw\n37 35 98:0 /a {tmp_path}/with\\040space rw - ext4 x rw\n"
    )
    (tmp_path / "mounts").write_text(lines)
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "mounts")
    assert is_mount_point(tmp_path / "with space")
    assert not is_mount_point(tmp_path / "other")


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that cannot be exchanged, as if they were mount points."""
    monkeypatch.setattr(place, "is_mount_point", lambda folder: True)


@pytest.mark.usefixtures("fixed")
def test_pages_follow_what_they_load_and_the_manifest_is_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    publish(OLD, folder)
    states: list[tuple[bytes, bytes, bool]] = []
    move = Path.replace

    def watched(file: Path, target: Path) -> Path:
        moved = move(file, target)
        files = files_in(folder)
        listed = json.loads(files["manifest.json"])["files"]
        recognised = {*listed, "manifest.json", "build.json"}
        inside = {name for name in files if not name.startswith(STAGING)}
        states.append((files["index.html"], files["assets/a.js"], inside <= recognised))
        return moved

    monkeypatch.setattr(Path, "replace", watched)
    assert publish(SITE, folder) is False
    assert all(is_recognised for *_, is_recognised in states)
    assert (SITE["index.html"], OLD["assets/a.js"]) not in {(page, script) for page, script, _ in states}
    assert content_of(folder) == SITE
    assert not (folder / "old").exists()


@pytest.mark.usefixtures("fixed")
@pytest.mark.parametrize("n_moves", range(4))
def test_a_build_that_is_killed_while_it_replaces_files_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_moves: int
) -> None:
    folder = tmp_path / "site"
    publish(OLD, folder)
    move, moves = Path.replace, []

    def killed(file: Path, target: Path) -> Path:
        if len(moves) == n_moves:
            raise KeyboardInterrupt
        moves.append(target)
        return move(file, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr(in_place.shutil, "rmtree", lambda *_, **__: None)  # a killed process clears nothing away
        with pytest.raises(KeyboardInterrupt):
            publish(SITE, folder)
    publish(SITE, folder)
    assert content_of(folder) == SITE
    assert sorted(path.name for path in folder.iterdir()) == [
        *("assets", "build.json", "claims.json", "index.html", "manifest.json")
    ]


@pytest.mark.parametrize("name", ["CNAME", ".nojekyll", ".gitattributes", ".htaccess", ".gitignore", ".git"])
@pytest.mark.parametrize("is_fixed", [False, True])
def test_what_someone_keeps_to_publish_the_site_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_fixed: bool
) -> None:
    monkeypatch.setattr(place, "is_mount_point", lambda folder: is_fixed)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / name).write_text("example.org\n")  # .git is such a file in a worktree
    for files in (OLD, SITE):
        publish(files, folder)
        assert (folder / name).read_text() == "example.org\n"
    assert content_of(folder) == {**SITE, name: b"example.org\n"}
    assert check(folder) == []
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_in_a_checkout_of_its_own_keeps_its_history(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    subprocess.run(["git", "init", "-q", folder], check=True)
    for files in (OLD, SITE):
        assert publish(files, folder) is False
    assert subprocess.run(["git", "-C", folder, "status"], capture_output=True).returncode == 0
    assert check(folder) == []


@pytest.mark.parametrize("pattern", OF_THE_SYSTEM)
def test_what_file_managers_leave_in_a_folder_is_in_nobody_s_way(tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "site"
    publish(OLD, folder)
    for place_of_it in (folder, folder / "assets"):
        (place_of_it / pattern.replace("*", "0001")).write_bytes(b"\0\1")
    assert check(folder) == []
    publish(SITE, folder)
    assert not {name: content for name, content in content_of(folder).items() if SITE.get(name) != content}


def test_anything_else_is_still_refused(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for name in ("notes.txt", ".env", "CNAME.txt", "Thumbs.db.txt"):
        (tmp_path / "site" / name).write_text("mine")
        with pytest.raises(SiteError, match=name):
            publish(SITE, tmp_path / "site")
        (tmp_path / "site" / name).unlink()


@pytest.mark.parametrize("length", [1, 240, 246, 250, 255])
def test_a_name_of_any_length_is_a_folder(tmp_path: Path, length: int) -> None:
    folder = tmp_path / ("s" * length)
    for files in (OLD, SITE):
        assert publish(files, folder) is True
    assert content_of(folder) == SITE
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes_in(folder: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))}


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("is_fixed", [False, True])
def test_a_site_has_the_permissions_of_the_last_build_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_fixed: bool
) -> None:
    monkeypatch.setattr(place, "is_mount_point", lambda folder: is_fixed)
    folder = tmp_path / "site"
    os.umask(0o077)
    publish(SITE, folder)
    assert modes_in(folder) == {"0o700", "0o600"}
    os.umask(0o022)
    publish({**SITE, "new.html": b"<p>new</p>"}, folder)
    expected = {"0o755", "0o644"} if not is_fixed else {"0o755", "0o644", "0o700"}
    assert modes_in(folder) <= expected
    assert modes_in(folder / "assets") == {"0o755", "0o644"}


@pytest.mark.usefixtures("umask")
def test_permissions_and_the_group_that_someone_gave_to_the_folder_stay(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(OLD, folder)
    folder.chmod(0o2770)
    group = folder.stat().st_gid
    if IS_ROOT:
        os.chown(folder, -1, 4711)
        group = 4711
    publish(SITE, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert folder.stat().st_gid == group


@pytest.mark.usefixtures("umask")
def test_a_private_folder_stays_private(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(OLD, folder)
    folder.chmod(0o750)
    publish(SITE, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_a_folder_of_another_user_in_a_folder_that_all_share_is_written_in_place(ordinary_user) -> None:
    if not IS_ROOT:
        pytest.skip("a folder of another user needs root to be made")
    shared = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        shared.chmod(0o1777)
        publish(OLD, shared / "site")
        for path in (shared / "site", shared / "site" / "assets"):
            path.chmod(0o777)
        with ordinary_user():
            assert not can_be_exchanged(shared / "site")
            with pytest.raises(SiteError, match="Permission denied"):
                publish(SITE, shared / "site")
        assert content_of(shared / "site") == OLD
        (shared / "site" / "old").chmod(0o777)
        with ordinary_user():
            assert publish(SITE, shared / "site") is False
        assert content_of(shared / "site") == SITE
    finally:
        shutil.rmtree(shared)


def test_who_builds_first_shuts_nobody_out(ordinary_user) -> None:
    if not IS_ROOT:
        pytest.skip("a second user needs root")
    shared = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        shared.chmod(0o777)
        publish(OLD, shared / "site")
        shutil.rmtree(shared / "site")
        with ordinary_user():
            publish(SITE, shared / "site")
            assert content_of(shared / "site") == SITE
        assert [path.name for path in shared.iterdir()] == ["site"]
    finally:
        shutil.rmtree(shared)


def hold(folder: str, seconds: float) -> None:
    with locking.lock(Path(folder)):
        Path(folder).with_suffix(".held").touch()
        time.sleep(seconds)


def test_a_build_waits_for_one_that_is_writing_beside_it(tmp_path: Path) -> None:
    other = multiprocessing.get_context("spawn").Process(target=hold, args=(str(tmp_path / "other"), 1.0))
    other.start()
    while not (tmp_path / "other.held").exists():
        time.sleep(0.01)
    publish(SITE, tmp_path / "site")
    assert content_of(tmp_path / "site") == SITE
    other.join()


def test_a_lock_ends_with_the_process_that_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = multiprocessing.get_context("spawn").Process(target=hold, args=(str(tmp_path / "site"), 600.0))
    other.start()
    while not (tmp_path / "site.held").exists():
        time.sleep(0.01)
    monkeypatch.setattr(locking, "WAIT", 0.2)
    with pytest.raises(SiteError, match="another build is writing to"):
        publish(SITE, tmp_path / "site")
    other.kill()
    other.join()
    publish(SITE, tmp_path / "site")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other locks")
def test_a_file_system_without_locks_and_without_an_exchange_gets_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    # As a file system of the network may answer.
    monkeypatch.setattr(fcntl, "flock", without_locks)
    monkeypatch.setattr(publishing, "exchange", lambda *_: False)
    publish(OLD, tmp_path / "site")
    publish(SITE, tmp_path / "site")
    assert content_of(tmp_path / "site") == SITE
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_build_states_that_files_were_replaced_one_by_one(
    tmp_path: Path, tiny_build: Path, filled_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    from report.__main__ import main

    assert filled_cache
    monkeypatch.setattr(place, "is_mount_point", lambda folder: True)
    (tmp_path / "site").mkdir()
    arguments = ["build", "--weights", str(tiny_build / "tiny.safetensors"), "--chapters", "unembedding"]
    assert main([*arguments, "--site", str(tmp_path / "site")]) == 0
    assert "its files were replaced one by one" in capsys.readouterr().out
