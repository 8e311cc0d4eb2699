"""A bad path or a full disk gives an error on one line, and the earlier site stays complete."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from report.__main__ import main
from report.publishing.publish import publish
from sumint.checkpoints.files import Weights, write_weights
from tests.shared import files_in

ROOT = Path(__file__).parent.parent.parent
SITE = {"index.html": b"<p>old</p>", "data/a.json": b"[1]"}
NAMES = (
    "a name with  spaces",
    'it\'s "quoted" & <b>',
    "加法 ∑ 😀",
    unicodedata.normalize("NFD", "Größe"),
    "two\nlines",
    "\u202eturned",
    "%00%2e%2e",
    "100% {name} $HOME `ls`",
    "#anchor?query",
)


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, filled_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    path = tmp_path / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "tiny"})
    return path


@pytest.fixture
def old_site(tmp_path: Path) -> Path:
    publish(SITE, tmp_path / "site")
    return tmp_path / "site"


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The error message for bad input, after a check that it is one line and the exit code is 2."""
    assert main(["build", "--device", "cpu", *map(str, arguments)]) == 2
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1].startswith("error: ")
    assert printed.err.count("error: ") == 1
    assert "Traceback" not in printed.err
    return printed.err


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_of_any_name_is_looked_for_as_it_is(name: str, tmp_path: Path, capsys) -> None:
    error = refusal(capsys, "--weights", tmp_path / name)
    assert "no such file" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_site_may_have_any_name(name: str, tmp_path: Path) -> None:
    publish(SITE, tmp_path / name)
    publish({"index.html": b"new"}, tmp_path / name)
    assert (tmp_path / name / "index.html").read_bytes() == b"new"


def test_a_name_that_begins_with_a_dash_is_a_name(tmp_path: Path, capsys) -> None:
    assert main(["build", "--weights=-rf", "--site=--help"]) == 2
    assert "-rf: no such file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (os.mkfifo, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to("/dev/full"), "not a regular file"),
        (lambda path: path.symlink_to("/dev/stdin"), "not a"),
        (lambda path: path.symlink_to("nowhere"), "no such file"),
        (lambda path: path.symlink_to(path.name), "cannot be read"),
        (lambda path: path.symlink_to(path.parent), "is a directory"),
    ],
    ids=["pipe", "zero", "full", "stdin", "dangling", "loop", "folder"],
)
def test_what_is_no_file_is_refused_and_not_waited_for(
    make, complaint: str, tmp_path: Path, old_site: Path
) -> None:
    make(tmp_path / "weights.pt")
    command = [
        sys.executable,
        "-m",
        "report",
        "build",
        "--device",
        "cpu",
        "--weights",
        str(tmp_path / "weights.pt"),
    ]
    finished = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=environment()
    )
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].startswith("error: ")
    assert complaint in finished.stderr
    assert "Traceback" not in finished.stderr
    assert SITE.items() <= files_in(old_site).items()


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@pytest.mark.parametrize("name", ["a" * 300, "a" * 5000, "a/" * 3000 + "a"])
def test_a_name_that_the_system_does_not_take_is_refused(
    name: str, tmp_path: Path, checkpoint: Path, capsys
) -> None:
    refusal(capsys, "--weights", str(tmp_path) + "/" + name)
    refusal(capsys, "--weights", checkpoint, "--site", str(tmp_path) + "/" + name)
    refusal(capsys, "--weights", checkpoint, "--single-file", str(tmp_path) + "/" + name)


def test_a_link_to_a_checkpoint_is_followed_and_finds_its_card(tmp_path: Path, checkpoint: Path) -> None:
    from sumint.checkpoints.files import read_weights

    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(checkpoint)
    assert read_weights(tmp_path / "folder" / "link").card["name"] == "tiny"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_a_place_that_takes_no_more_leaves_the_old_site_whole(
    code: int, n_before: int, old_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from report.errors import SiteError

    written = []
    write_bytes = Path.write_bytes

    def write(path: Path, content: bytes) -> int:
        if path.suffix != ".lock" and len(written) == n_before:
            write_bytes(path, content[: len(content) // 2])
            raise OSError(code, os.strerror(code))
        written.append(path)
        return write_bytes(path, content)

    before = files_in(old_site)
    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(SiteError, match="cannot be written") as raised:
        publish({"index.html": b"new", "b.html": b"new"}, old_site)
    assert raised.value.exit_code == 2
    assert len(str(raised.value).splitlines()) == 1
    assert files_in(old_site) == before
    assert [path.name for path in old_site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("place", ["--site=site", pytest.param("--single-file=a.html", marks=pytest.mark.nightly)])
def test_a_disk_that_is_full_in_the_middle_leaves_the_old_site_whole(
    place: str, tmp_path: Path, checkpoint: Path, old_site: Path
) -> None:
    """The limit of file sizes is a megabyte here, and plotly.js is larger."""
    before = files_in(old_site)
    finished = subprocess.run(
        [sys.executable, "-m", "report", "build", "--device", "cpu", "--weights", str(checkpoint), place],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20)),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        timeout=300,
    )
    assert finished.returncode == 2, finished.stderr
    assert "cannot be written" in finished.stderr.splitlines()[-1]
    assert "Traceback" not in finished.stderr
    assert files_in(old_site) == before
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"site", "tiny.safetensors", "tiny.json"}


def test_a_cache_that_is_a_file_is_done_without(
    tmp_path: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capfd
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "file"))
    assert main(["build", "--device", "cpu", "--weights", str(checkpoint), "--site", str(tmp_path / "site")]) == 0
    assert "Traceback" not in capfd.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_here_is_said_in_one_line(device: str, checkpoint: Path, old_site: Path) -> None:
    import torch

    if torch.cuda.is_available() if device == "cuda" else torch.backends.mps.is_available():
        pytest.skip(f"this machine has {device}")
    finished = subprocess.run(
        [sys.executable, "-m", "report", "build", "--weights", str(checkpoint), "--device", device],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1
    assert finished.stderr.startswith(f"error: --device {device}: ")
    assert files_in(old_site).keys() >= SITE.keys()
