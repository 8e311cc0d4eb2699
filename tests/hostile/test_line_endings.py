"""A checkout, an upload or an editor that converts line endings changes nothing that is published or kept."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.comparison.check import check
from report.publishing.single_file import single_file
from sumint.checkpoints.card import read_card
from sumint.checkpoints.files import Weights, write_weights
from tests.shared import files_in

ROOT = Path(__file__).parents[2]
TEXTS = {".py", ".md", ".toml", ".html", ".css", ".js", ".mjs", ".json", ".txt", ".svg"}
OF_THE_BUILD = {"build.json", "cite.bib", "manifest.json", "provenance.json"}
"""What names the time or the commit of a build, of which the copy has none."""
MARK = b"\xef\xbb\xbf"
"""The mark of UTF-8 that editors on Windows write at the start of a file."""


@pytest.fixture(scope="module")
def windows_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the line endings of Windows, as git makes it there without `.gitattributes`."""
    folder = tmp_path_factory.mktemp("windows") / "checkout"
    for name in ("report", "sumint", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in folder.rglob("*"):
        if path.suffix in TEXTS:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return folder


def build_in(checkout: Path, checkpoint: Path, place: Path) -> str:
    """Build a site and a single file with the code of a checkout, and return what was printed."""
    options = [
        "--weights",
        checkpoint,
        "--site",
        place / "site",
        "--single-file",
        place / "report.html",
        "--explain",
    ]
    finished = subprocess.run(
        [sys.executable, "-m", "report", "build", "--explain", *options],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def from_windows(
    windows_checkout: Path, tiny_build: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """What the checkout builds of the tiny weights, with a cache that a checkout with line feeds has filled."""
    place = tmp_path_factory.mktemp("built")
    shutil.copytree(tiny_build / "cache", place / "cache", copy_function=os.link)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUMINT_CACHE", str(place / "cache"))
        return place, build_in(windows_checkout, tiny_build / "tiny.safetensors", place)


def test_results_are_reused_whatever_the_line_endings_of_the_code(from_windows: tuple[Path, str]) -> None:
    _, printed = from_windows
    assert re.search(r"measured 0 of \d+ analyses", printed), printed


def test_the_site_is_the_same_byte_by_byte(from_windows: tuple[Path, str], tiny_site: Path) -> None:
    place, _ = from_windows
    built, expected = files_in(place / "site"), files_in(tiny_site)
    assert built.keys() == expected.keys()
    # So do the pages.
    others = [name for name in built if name not in OF_THE_BUILD and not name.endswith(".html")]
    assert len(others) > 50
    assert not [name for name in others if built[name] != expected[name]]


def scripts_of(page: bytes) -> list[bytes]:
    """The scripts that a page runs, as a browser reads them: with line feeds."""
    text = page.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return re.findall(rb"<script>(.*?)</script>", text, flags=re.DOTALL)


def test_the_policy_of_a_single_file_names_what_browsers_hash(from_windows: tuple[Path, str]) -> None:
    place, _ = from_windows
    page = (place / "report.html").read_bytes()
    assert_policy_names_scripts(page)
    # Uploading the file as text converts it, too.
    assert_policy_names_scripts(page.replace(b"\n", b"\r\n"))


def assert_policy_names_scripts(page: bytes) -> None:
    found = re.search(rb"script-src ([^;]*)", page)
    assert found is not None
    scripts = scripts_of(page)
    assert len(scripts) > 5
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script).digest())
        assert b"'sha256-" + digest + b"'" in found[1], script[:80]


def test_a_script_of_a_site_with_converted_line_endings_is_hashed_as_browsers_read_it(tiny_site: Path) -> None:
    files = {
        path.relative_to(tiny_site).as_posix(): path.read_bytes()
        for path in tiny_site.rglob("*")
        if path.is_file()
    }
    files = {
        name: content.replace(b"\n", b"\r\n") if name.startswith("assets/") and name.endswith(".js") else content
        for name, content in files.items()
    }
    assert_policy_names_scripts(single_file(files))


def test_a_check_names_converted_line_endings_as_the_one_cause(tiny_site: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_site, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*"):
        if path.suffix in TEXTS and path.name not in ("manifest.json", "build.json"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    found = [one for one in check(tmp_path / "site") if one.kind != "claims that do not hold"]
    assert [one.kind for one in found] == ["files whose line endings were converted"]
    assert "other files: converted after publishing" in str(found[0])
    (tmp_path / "site" / "index.html").write_bytes(b"edited\r\n")
    assert "changed files" in [one.kind for one in check(tmp_path / "site")]


def test_git_checks_out_every_text_with_line_feeds() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = [path for path in listed.splitlines() if Path(path).suffix in TEXTS]
    arguments = ["git", "check-attr", "eol", "--", *texts]
    attributes = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(attributes) == len(texts) > 500
    assert not [line for line in attributes if not line.endswith("eol: lf")]


def test_what_an_editor_on_windows_saves_is_read(
    tmp_path: Path, tiny_weights: Weights, filled_cache: Path
) -> None:
    assert filled_cache
    run = [sys.executable, "-m", "report"]
    subprocess.run([*run, "new", tmp_path / "mine"], check=True, capture_output=True, cwd=ROOT)
    checkpoint = tmp_path / "tiny.safetensors"
    write_weights(checkpoint, tiny_weights.tensors, {"name": "tiny"})
    files = [
        checkpoint.with_suffix(".json"),
        *(path for path in (tmp_path / "mine").rglob("*") if path.suffix in TEXTS),
    ]
    assert len(files) >= 6
    for file in files:
        file.write_bytes(MARK + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_card(checkpoint)["name"] == "tiny"
    chapters = ["--weights", checkpoint, "--chapters", "unembedding,example"]
    subprocess.run([*run, "build", tmp_path / "mine", *chapters], check=True, capture_output=True, cwd=ROOT)
    opening = (tmp_path / "mine" / "site" / "index.html").read_text(encoding="utf-8")
    assert "\ufeff" not in opening
    assert "Why this report" in opening
