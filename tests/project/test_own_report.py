"""A report of one's own, in a folder outside the checkout: made, built, edited, checked, compared, as one file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from report.project.new import FILES

AUTHOR = """
[[authors]]
name = "Jane Doe"
orcid = "0000-0002-1825-0097"
"""


def run(*arguments: str | Path, cwd: Path, code: int = 0) -> str:
    """The output of a command in a folder."""
    process = subprocess.run(
        [sys.executable, "-m", "report", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.returncode == code, process.stdout + process.stderr
    return process.stdout + process.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new report with two chapters of the package, and one of its own."""
    home = tmp_path_factory.mktemp("somewhere")
    printed = run("new", "mine", cwd=home)
    assert "python -m report build mine" in printed
    folder = home / "mine"
    settings = (folder / "report.toml").read_text()
    settings = re.sub(
        r"\nchapters = \[.*?\]\n",
        '\nchapters = ["the-task", "chapters/example.py", "ablation"]\n',
        settings,
        flags=re.S,
    )
    settings = re.sub(r'title = ".*"', 'title = "Adding, my way"', settings, count=1)
    settings = settings.replace('[[authors]]\nname = "Your Name"', AUTHOR.strip()).replace(
        "# date = 2026-11-29", "date = 2026-11-29"
    )
    (folder / "report.toml").write_text(settings)
    (folder / "introduction.md").write_text(
        "## Why\n\nBecause *I* wanted to know. See [the carries](how-it-carries.html).\n"
    )
    return folder


@pytest.fixture(scope="module")
def built(folder: Path) -> Path:
    printed = run("build", "mine", "--no-seeds", cwd=folder.parent)
    assert "claims hold on this checkpoint" in printed
    return folder / "site"


def test_a_new_report_has_all_its_files_and_nothing_is_overwritten(folder: Path) -> None:
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} >= set(FILES)
    assert "holds .github and" in run("new", "mine", cwd=folder.parent, code=2)


def test_title_authors_date_and_model_are_on_the_pages(built: Path) -> None:
    opening = (built / "index.html").read_text()
    assert "<h1>Adding, my way</h1>" in opening
    assert '<a href="https://orcid.org/0000-0002-1825-0097">Jane Doe</a>' in opening
    assert '<time datetime="2026-11-29">' in opening
    assert '<meta name="author" content="Jane Doe">' in opening
    for page in ("index.html", "example.html", "conclusions.html", "claims.html"):
        html = (built / page).read_text()
        assert re.search(r"<title>[^<]*Adding, my way \(seed 4[^<]*\)</title>", html), page
        assert "Jane Doe, 2026-11-29" in html, page
    assert (built / "cite.bib").read_text().startswith("@misc{doe2026,\n  title = {{Adding, my way}},")


def test_introduction_and_conclusions_are_there_without_links_to_missing_chapters(built: Path) -> None:
    opening = (built / "index.html").read_text()
    assert opening.index("Because <em>I</em> wanted to know. See the carries.") < opening.index(
        "The model has two layers"
    )
    assert "The model adds nearly every sum of the" in (built / "conclusions.html").read_text()
    assert "how-it-carries.html" not in "".join(path.read_text() for path in built.glob("*.html"))


def test_a_chapter_of_one_s_own_is_like_those_of_the_package(built: Path) -> None:
    claims = {claim["name"]: claim for claim in json.loads((built / "claims.json").read_bytes())}
    own = claims["some-head-is-focused"]
    assert own["address"] == "example.html#some-head-is-focused"
    assert own["unit"] == "bits"
    assert own["state"] in ("holds", "near-holds")
    assert (built / "data/example/attention-entropy.json").is_file()
    page = (built / "example.html").read_text()
    assert "def <span" in page or "attention_entropy" in page
    assert "Spread of attention" in (built / "assets/search-index.js").read_text()
    assert "OK" in run("check", built.parent, cwd=built.parent)


def test_an_edit_of_its_code_measures_it_again_and_nothing_else(folder: Path, built: Path) -> None:
    assert "measured nothing" in run("build", "mine", "--no-seeds", cwd=folder.parent)
    chapter = folder / "chapters" / "example.py"
    source = chapter.read_text()
    try:
        chapter.write_text(source.replace("np.log2(", "np.log(") + f"# {folder}\n")
        printed = run("build", "mine", "--no-seeds", "--site", "edited", cwd=folder.parent)
        assert "measured 1 of" in printed
        values = [
            json.loads((site / "data/example/attention-entropy.json").read_bytes())
            for site in (built, folder.parent / "edited")
        ]
        assert values[0] != values[1]
        assert "some-head-is-focused" in run("diff", built, folder.parent / "edited", cwd=folder, code=1)
    finally:
        chapter.write_text(source)


@pytest.mark.usefixtures("built")
def test_it_is_built_as_one_file_and_options_win(folder: Path) -> None:
    run("build", "mine", "--no-seeds", "--single-file", "mine.html", "--chapters", "example", cwd=folder.parent)
    html = (folder.parent / "mine.html").read_text()
    assert "Spread of attention" in html
    assert 'data-page="ablation"' not in html


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("chapters/example.py", "def broken(:\n", r"example\.py:1: invalid syntax"),
        ("chapters/example.py", "import nowhere\n", r"the chapter cannot be imported: ModuleNotFoundError"),
        ("chapters/example.py", "PLAN = 3\n", r"a chapter needs a PLAN, .*; this file has one of type int"),
        ("chapters/example.md", '{{ figure("nothing") }}', r'example\.md:1: the chapter has no figure "nothing"'),
        ("introduction.md", "Hello {{ nobody }}.", r"introduction\.md:1"),
        ("conclusions.md", '{% if holds("x") %}a{% endif %}', r"conclusions\.md:1"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    folder: Path, built: Path, file: str, text: str, message: str
) -> None:
    path = folder / file
    whole = path.read_text()
    try:
        path.write_text(text)
        code = 2 if "example.py" in file else 1
        printed = run("build", "mine", "--no-seeds", "--site", "broken", cwd=folder.parent, code=code)
        assert re.search(message, printed)
        assert "Traceback" not in printed
        assert not (folder.parent / "broken").exists()
    finally:
        path.write_text(whole)
    assert built.is_dir()


def test_a_text_that_is_gone_is_named(folder: Path) -> None:
    text = folder / "chapters" / "example.md"
    whole = text.read_text()
    text.unlink()
    try:
        assert "it is the text of the chapter example.py" in run("build", "mine", cwd=folder.parent, code=2)
    finally:
        text.write_text(whole)


@pytest.mark.usefixtures("built")
def test_an_edit_of_a_text_of_the_code_or_of_the_settings_is_seen_in_the_preview(folder: Path) -> None:
    command = [sys.executable, "-m", "report", "serve", "mine", "--watch", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
    edits = {
        "introduction.md": ("wanted to know", "had to know", "index.html"),
        "chapters/example.py": ("Spread of attention", "Breadth of attention", "example.html"),
        "report.toml": ("Adding, my way", "Adding, our way", "claims.html"),
    }
    whole = {name: (folder / name).read_text() for name in edits}
    with subprocess.Popen(
        command, cwd=folder.parent, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            assert server.stdout is not None
            lines = iter(server.stdout.readline, "")
            address = next(found[0] for line in lines if (found := re.search(r"http://\S+", line))).rstrip(",/")
            next(line for line in lines if line.startswith("built in"))
            for name, (old, new, page) in edits.items():
                assert new not in shown(f"{address}/{page}")
                (folder / name).write_text(whole[name].replace(old, new))
                next(line for line in lines if "after an edit of" in line)
                assert new in shown(f"{address}/{page}"), name
        finally:
            server.terminate()
            for name, text in whole.items():
                (folder / name).write_text(text)


def shown(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()
