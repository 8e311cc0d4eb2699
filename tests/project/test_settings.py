"""The settings of a report: what they mean, and the one line that each mistake gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from report.errors import SettingsError
from report.paths import chapter_names
from report.project.identity import Author, names_of
from report.project.settings import Settings, read_settings


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "report.toml").write_text(text, encoding="utf-8")
    return read_settings(folder, chapter_names())


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "model.pt").touch()
    (tmp_path / "own.py").touch()
    (tmp_path / "their-site").mkdir()
    (tmp_path / "introduction.md").touch()
    found = settings_of(
        tmp_path,
        """
        title = "Mine"
        subtitle = "What it does."
        date = 2026-11-29
        licence = "CC BY 4.0"
        repository = "https://example.org/mine/"
        weights = "model.pt"
        compare = "their-site"
        site = "public"
        base_url = "https://example.org/report/"
        strict = true
        chapters = ["ablation", "own.py"]
        [[authors]]
        name = "Jane Doe"
        url = "https://example.org/jane"
        [[authors]]
        name = "Ö. Öz"
        orcid = "https://orcid.org/0000-0002-1825-0097"
        """,
    )
    assert found.identity.title == "Mine"
    assert found.identity.byline == "Jane Doe and Ö. Öz, 2026-11-29"
    assert [author.address for author in found.identity.authors] == [
        "https://example.org/jane",
        "https://orcid.org/0000-0002-1825-0097",
    ]
    assert found.compare == str(tmp_path / "their-site")
    assert (found.weights, found.site) == (str(tmp_path / "model.pt"), tmp_path / "public")
    assert (found.base_url, found.identity.repository) == (
        "https://example.org/report",
        "https://example.org/mine",
    )
    assert found.strict
    assert found.chapters == ("ablation", str(tmp_path / "own.py"))
    assert found.introduction == tmp_path / "introduction.md"
    assert found.conclusions is None


@pytest.mark.parametrize(
    "other", ["bundled", "arena", "hf://owner/repo/model.safetensors", "https://example.org/m.pt"]
)
def test_a_model_to_compare_with_may_be_named_or_an_address(other: str, tmp_path: Path) -> None:
    assert settings_of(tmp_path, f'compare = "{other}"').compare == other


def test_an_empty_file_leaves_the_defaults(tmp_path: Path) -> None:
    found = settings_of(tmp_path, "")
    assert found == Settings(folder=tmp_path, site=tmp_path / "site")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"', 'unknown key "titel"; did you mean "title"?'),
        ('colour = "x"', 'unknown key "colour"; known are '),
        ("title = 3", "title: expected a text in quotes, found the number 3"),
        ('strict = "yes"', 'strict: expected true or false, found the text "yes"'),
        (
            'weights = "nope.pt"',
            "weights: no such file: nope.pt (paths are relative to the folder of report.toml)",
        ),
        ('weights = "bundeld"', 'weights: no such file: bundeld (did you mean "bundled"?)'),
        ('compare = "arean"', 'compare: no such file: arean (did you mean "arena"?)'),
        ('compare = "nope"', "compare: no such file: nope (paths are relative to the folder of report.toml)"),
        ("compare = true", "compare: expected a text in quotes, found true"),
        ('comapre = "arena"', 'unknown key "comapre"; did you mean "compare"?'),
        ('chapters = ["comparison"]', 'chapters: there is no chapter "comparison"'),
        ('weights = "."', "weights: is a folder, expected a file: ."),
        ('chapters = ["unembeding"]', 'chapters: there is no chapter "unembeding"; did you mean "unembedding"?'),
        ('chapters = ["ablation", "ablation"]', 'chapters: "ablation" is listed twice'),
        ("chapters = []", "chapters: the list is empty"),
        ('chapters = "ablation"', 'chapters: expected a list of chapters, found the text "ablation"'),
        ("chapters = [3]", "chapters: expected names of chapters, found the number 3"),
        ('chapters = ["own.py"]', "chapters: no such file: own.py"),
        ('date = "soon"', 'date: expected a date such as 2026-11-29, found the text "soon"'),
        ("date = 3", "date: expected a date such as 2026-11-29, found the number 3"),
        (
            'base_url = "example.org"',
            "base_url: expected an address such as https://example.org, found example.org",
        ),
        ("authors = 3", "authors: expected tables [[authors]], found the number 3"),
        ('authors = ["Jane"]', '[[authors]] 1: expected a table with a name, found the text "Jane"'),
        (
            '[[authors]]\nname = "A"\n[[authors]]\nnmae = "B"',
            '[[authors]] 2: unknown key "nmae"; did you mean "name"?',
        ),
        ('[[authors]]\nurl = "https://example.org"', "[[authors]] 1: name: every author needs a name"),
        ('[[authors]]\nname = "A"\norcid = "12"', "[[authors]] 1: orcid: expected an identifier such as"),
        ('title = "x', "(at the end, line 1)"),
        ("title = = 3", "(at line 1, column"),
    ],
)
def test_a_mistake_is_named_in_one_line_with_its_table_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, text)
    (line,) = str(caught.value).splitlines()
    assert re.match(r".*report\.toml: ", line)
    assert message in line
    assert caught.value.exit_code == 2


def test_a_folder_without_a_report_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no report\.toml in this folder; `python -m report new .*`"):
        read_settings(tmp_path, chapter_names())


def test_authors_are_listed_as_in_a_sentence() -> None:
    assert names_of(()) == ""
    assert names_of((Author("A"),)) == "A"
    assert names_of((Author("A"), Author("B"), Author("C"))) == "A, B and C"
