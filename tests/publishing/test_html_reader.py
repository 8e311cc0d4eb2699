"""HTML is read completely and in order, and no page takes long or ends in a crash, whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from report.publishing import links
from report.publishing.html_reader import CHUNK, DEEPEST, HtmlReader
from report.publishing.links import dead_links, read_links
from sumint.store.results import Store

LARGE = 3 * 2**20
"""The number of characters of a large page; `report check` reads pages of up to 4 MiB."""
LAST = '<a id="last" href="gone.html">'


class Recorder(HtmlReader):
    """A reader that records all that it is called with, with adjoining texts joined."""

    def __init__(self, html: str) -> None:
        self.events: list[tuple[str, object]] = []
        self.read(html)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.events.append((tag, dict(attributes)))

    def end(self, tag: str) -> None:
        self.events.append((f"/{tag}", None))

    def data(self, text: str) -> None:
        if self.events and self.events[-1][0] == "":
            text = f"{self.events.pop()[1]}{text}"
        self.events.append(("", text))


def repeated(part: str) -> str:
    return part * (LARGE // len(part))


def test_tags_and_texts_are_read_in_order() -> None:
    html = '<body><p id="a" hidden>x &lt; y<!-- c --> &amp; <b>z</b><svg viewBox="0"/><br>é</p></body>'
    assert Recorder(html).events[1:-1] == [
        ("body", {}),
        ("p", {"id": "a", "hidden": ""}),
        ("", "x < y & "),
        ("b", {}),
        ("", "z"),
        ("/b", None),
        ("svg", {"viewbox": "0"}),
        ("/svg", None),
        ("br", {}),
        ("/br", None),
        ("", "é"),
        ("/p", None),
        ("/body", None),
    ]


@pytest.mark.parametrize("html", ["", " \n", "<!-- only a comment -->", "<!doctype html>"])
def test_a_page_without_content_has_nothing_to_read(html: str) -> None:
    assert Recorder(html).events == []


@pytest.mark.parametrize("offset", range(24))
def test_no_tag_or_text_is_lost_where_one_chunk_ends(offset: int) -> None:
    part = '<p id="é">a&amp;b</p>'
    html = f"<body>{'x' * (CHUNK - 6 - offset)}{part}</body>"
    assert Recorder(html).events[3:-2] == [("p", {"id": "é"}), ("", "a&b"), ("/p", None)]


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<b></i>", "<select><option>"])
def test_a_page_that_is_nested_too_deeply_is_an_error(tag: str) -> None:
    page = repeated(tag) + LAST
    assert list(dead_links({"a.html": page.encode()})) == [
        ("a.html", f"cannot be read (more than {DEEPEST} elements are inside one another)")
    ]


@pytest.mark.parametrize(
    "start",
    [
        repeated("<p>"),
        "<div>" * 200 + repeated("</i>") + "</div>" * 200,
        repeated("<b>" * 200 + "</b>" * 200),
        f"<p {' '.join(f'a{number}=1' for number in range(LARGE // 10))}>",
        f"<p {repeated('a=1 ')}>",
        f'<p title="{repeated("x")}">',
        f"<{repeated('x')}>",
        repeated("&amp;"),
        repeated("&"),
        repeated("<"),
        f"<!--{repeated('--!')}-->",
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + repeated("&b;"),
        "a\0b<p id='\0' \0>\0",
        "<![odd[ ]]><?odd ?>",
        '<meta charset="utf-16">',
        "\x01\x1b\x7f\ufffe",
    ],
    ids=lambda start: start[:12].encode("unicode_escape").decode(),
)
def test_a_page_is_read_to_its_end_whatever_it_contains(start: str) -> None:
    page = read_links((start + LAST).encode())
    assert page.links == ["gone.html"]
    assert page.anchors[-1] == "last"


def test_what_is_no_text_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read_links(b"\xff")


def test_a_page_is_read_once_in_all_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = b'<p id="top"><a href="other.html#here">there</a><img src="a.png"></p>'
    read = links.remembered_links(Store(tmp_path))(page)
    assert read == links.read_links(page)
    assert (read.links, read.resources, read.anchors) == (["other.html#here"], ["a.png"], ["top"])
    monkeypatch.setattr(links, "read_links", lambda content: pytest.fail(f"{content} was read"))
    assert links.remembered_links(Store(tmp_path))(page) == read


def test_another_page_is_read(tmp_path: Path) -> None:
    links_of = links.remembered_links(Store(tmp_path))
    assert [links_of(b'<p id="a">').anchors, links_of(b'<p id="b">').anchors] == [["a"], ["b"]]
