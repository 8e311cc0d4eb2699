"""A page shows the content of a card and the name of a file as plain text, never as markup or code."""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.__main__ import main
from report.content.safe_text import LONGEST
from report.publishing.html_tree import Element, parse
from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights, write_weights

MARK = "hostile7"
"""A text by which content of the card is recognised."""
PARTS = (
    "</script><script>hostile7()</script>",
    '"><img src=x onerror=hostile7()>',
    "'><svg/onload=hostile7()>",
    "</title></style></textarea><hostile7>",
    "<!-- hostile7 --> <![CDATA[ hostile7 ]]>",
    "{{ 7*7 }}hostile7{% raw %}{# hostile7 #}",
    "[hostile7](javascript:hostile7) ![hostile7](x) `hostile7` **hostile7** $\\frac{hostile7}{2}$",
    "javascript:hostile7() &lt;hostile7&gt; &#60;hostile7&#62;",
    "\u202ehostile7\u2066\u200f\u061c",
    "\x00\x07\x1b[31mhostile7\x7f\x85\u2028\u2029\r\n",
    "\ud800\udfffhostile7\udcff",
    "hostile7" + "\u0301" * 1000,
    "👩‍👩‍👧‍👦🏴‍☠️ hostile7",
    "=cmd|' /C hostile7'!A0",
    "}, hostile7 = {\\input{hostile7}}",
)
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def built(tiny_weights: Weights, tmp_path_factory: pytest.TempPathFactory, tiny_cache: Path) -> Path:
    """A site and a single file of weights with a malicious card and a malicious file name."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "a <b>hostile7<b> $(touch hostile7) \u202e model.safetensors"
    write_weights(path, tiny_weights.tensors, {})
    text = " ".join(PARTS)
    card = {
        "name": text,
        "origin": text,
        "history": {"training_loss": [text], "validation_loss": [text], "validation_accuracy": [text]},
        text: {text: [text]},
        "recipe": text,
        "versions": {"python": text},
    }
    card_path(path).write_text(json.dumps(card))
    shutil.copytree(tiny_cache, folder / "cache", copy_function=os.link)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SUMINT_CACHE", str(folder / "cache"))
        arguments = ["--weights", str(path), "--device", "cpu", "--site", str(folder / "site")]
        assert main(["build", *arguments, "--single-file", str(folder / "report.html")]) == 0
    return folder


ORIGIN_ON = ("index.html", "the-task.html", "report.html")
"""Where the origin stands; the last is the whole report in one file."""


def pages(built: Path) -> Iterator[tuple[str, Element]]:
    for path in [*built.glob("site/**/*.html"), built / "report.html"]:
        yield path.name, parse(path.read_text(encoding="utf-8"))


def test_the_name_is_shown_as_text_on_every_page(built: Path) -> None:
    for path in built.glob("site/*.html"):
        assert MARK in path.read_text(encoding="utf-8"), path
    assert "&lt;/script&gt;&lt;script&gt;hostile7()&lt;/script&gt;" in (built / "site/the-task.html").read_text()


def test_nothing_of_it_is_an_element_an_attribute_or_a_script(built: Path) -> None:
    for name, page in pages(built):
        for element in page.walk():
            assert MARK not in element.tag, name
            assert MARK not in element.start.replace("&lt;", ""), (name, element.start[:200])
            assert not any(attribute.startswith("on") for attribute in element.attributes), (name, element.start)
            if element.tag == "title":  # the model's name, as text
                assert "<" not in element.inside, name
            if element.tag in ("script", "style"):
                assert MARK not in element.inside, (name, element.tag)
            # The origin is Markdown; the name, on all pages, is not.
            if element.tag in ("math", "code", "em", "strong") and name not in ORIGIN_ON:
                assert MARK not in element.inside, (name, element.tag)


def test_no_template_computes_it_and_no_formula_is_made_of_it(built: Path) -> None:
    page = (built / "site/the-task.html").read_text(encoding="utf-8")
    assert "{{ 7*7 }}hostile7{% raw %}" in page
    assert "49hostile7" not in page


def test_no_file_but_pages_the_search_and_the_build_s_own_says_anything_of_it(built: Path) -> None:
    allowed = ("search-index.js", "build.json", "model.json", "provenance.json")
    for path in built.glob("site/**/*"):
        if path.is_file() and path.suffix not in (".html", ".png", ".woff2"):
            content = path.read_text(encoding="utf-8")
            assert MARK not in content or path.name in allowed, path


def test_nothing_turns_the_direction_of_writing_or_controls_anything(built: Path) -> None:
    data = [path for path in built.glob("site/**/*.json") if path.name != "build.json"]  # names the file as it is
    for path in [*built.glob("site/*.html"), *data, built / "site/assets/search-index.js"]:
        content = path.read_text(encoding="utf-8")
        assert not TURNING.search(content), path
        controls = {letter for letter in content if unicodedata.category(letter) in ("Cc", "Cs")}
        assert controls <= {"\n", "\t"}, path


def test_what_is_shown_is_never_long(built: Path) -> None:
    for name, page in pages(built):
        if name == "report.html":
            continue
        for element in page.walk():
            for child in element.children:
                if isinstance(child, str) and MARK in child:
                    assert len(child) < 8 * LONGEST, name


def test_a_name_of_a_hundred_thousand_letters_changes_little(built: Path, tiny_weights: Weights, capsys) -> None:
    path = built / "long.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "x" * 100_000, "origin": "\u0301" * 100_000})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SUMINT_CACHE", str(built / "cache"))
        assert main(["build", "--weights", str(path), "--device", "cpu", "--site", str(built / "long")]) == 0
    assert "x" * 1000 not in capsys.readouterr().out
    for page in built.glob("long/*.html"):
        content = page.read_text(encoding="utf-8")
        assert "x" * LONGEST not in content
        assert "\u0301" * 10 not in content
