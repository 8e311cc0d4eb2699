"""The single file contains all of the site, under a policy that is as strict."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from report.errors import SiteError
from report.paths import TEMPLATES
from report.publishing.html_tree import Element, parse
from report.publishing.single_file import SINGLE_FILE, single_file

POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:"


def page(title: str, contents: str, main: str) -> bytes:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/site.css">
<script src="assets/theme.js"></script>
<script src="assets/load.js"></script>
</head>
<body>
<a href="#main">Skip</a>
<nav id="contents"><ol class="chapters">{contents}</ol></nav>
<main id="main">{main}</main>
<a href="index.html#cite">Cite</a>
<script src="assets/figures.js" defer></script>
</body>
</html>
""".encode()


def line(stem: str, *, sections: str = "") -> str:
    here = f' class="here"><a href="{stem}.html" aria-current="page"' if sections else f'><a href="{stem}.html"'
    return f"<li{here}>{stem}</a>{sections}</li>"


GRAM = """<h2 id="gram" aria-labelledby="gram main">Gram</h2><label for="first">1</label>
<input type="radio" id="first" name="gram.1" value="1"><a href="#gram">here</a>
<a href="unembedding.html#gram">there</a> <a href="index.html">back</a> <a href="data/gram.csv">CSV</a> <a href="https://example.org/a.html#b">elsewhere</a>"""
SITE = {
    "assets/icon.svg": b"<svg/>",
    "assets/site.css": b"p { margin: 0 }",
    "assets/theme.js": b"theme();",
    "assets/load.js": b"sumint.loadScript = loads;",
    "assets/figures.js": b"figures();",
    "assets/plotly.min.js": b"var Plotly = '</script>';",
    "data/gram.csv": b"x,y\n1,2\n",
    "data/unlinked.csv": b"x\n",
    "unembedding.html": page(
        "W_U", line("unembedding", sections='<a href="#gram">Gram</a>') + line("carries"), GRAM
    ),
    "carries.html": page("Carries", line("unembedding") + line("carries", sections='<a href="#gram">C</a>'), GRAM),
    "index.html": page("The report", line("unembedding") + line("carries"), '<h2 id="cite">Cite</h2>'),
    "404.html": page("Not found", "", "Nothing."),
}


def tree() -> Element:
    return parse(single_file(SITE).decode())


def elements(tag: str) -> list[Element]:
    return [element for element in tree().walk() if element.tag == tag]


def packed() -> dict[str, bytes]:
    return {
        one.attributes["data-file"]: gzip.decompress(base64.b64decode(one.inside))
        for one in elements("script")
        if "data-file" in one.attributes
    }


def hash_of(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def test_pages_follow_one_another_the_opening_one_first() -> None:
    assert [one.attributes["id"] for one in elements("section")] == ["index", "unembedding", "carries"]


def test_no_two_things_have_one_anchor() -> None:
    anchors = [one.attributes["id"] for one in tree().walk() if "id" in one.attributes]
    assert len(set(anchors)) == len(anchors)
    assert {"main", "contents", "unembedding/gram", "carries/gram", "index/cite"} <= set(anchors)


def test_every_link_leads_to_a_place_in_the_file_a_file_in_it_or_elsewhere() -> None:
    links = {one.attributes["href"] for one in elements("a")}
    anchors = {one.attributes["id"] for one in tree().walk() if "id" in one.attributes}
    elsewhere = {link for link in links if not link.startswith("#")}
    assert elsewhere == {"data/gram.csv", "https://example.org/a.html#b"}
    assert {link.removeprefix("#") for link in links - elsewhere} <= anchors


def test_what_belongs_together_on_a_page_still_does() -> None:
    carries = elements("section")[2]
    label, choice = carries.first("label"), carries.first("input")
    assert label is not None
    assert choice is not None
    assert label.attributes["for"] == choice.attributes["id"] == "carries/first"
    assert choice.attributes["name"] == "carries/gram.1"
    assert 'aria-labelledby="carries/gram main"' in carries.inside


def test_the_contents_hold_the_sections_of_every_chapter() -> None:
    contents = elements("ol")[0].inside
    assert contents == (
        '<li><a href="#unembedding">unembedding</a><a href="#unembedding/gram">Gram</a></li>'
        '<li><a href="#carries">carries</a><a href="#carries/gram">C</a></li>'
    )


def test_the_policy_allows_just_the_scripts_of_the_file() -> None:
    policy = elements("meta")[0].attributes["content"]
    loader = (TEMPLATES / "single-file" / "load.js").read_bytes()
    scripts = [b"theme();", b"figures();", loader, SITE["assets/plotly.min.js"]]
    assert set(re.findall(r"'sha256-[^']+'", policy)) == set(map(hash_of, scripts))
    assert "'self'" not in policy
    assert "eval" not in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")


def test_scripts_that_run_stand_there_as_they_are_after_all_that_they_need() -> None:
    running = [one.inside for one in elements("script") if "data-file" not in one.attributes]
    assert running[0] == "theme();"
    assert "DecompressionStream" in running[1]
    assert running[2] == "figures();"
    written = str(tree())
    assert written.index("theme();") < written.index("<body>")
    assert written.index("data-file=") < written.index("figures();")


def test_what_is_loaded_later_or_linked_to_is_packed_and_nothing_else() -> None:
    assert packed() == {name: SITE[name] for name in ("assets/plotly.min.js", "data/gram.csv")}


def test_styles_and_the_icon_are_inside() -> None:
    assert SITE["assets/site.css"].decode() in elements("style")[0].inside
    assert elements("link")[0].attributes["href"] == "data:image/svg+xml;base64,PHN2Zy8+"
    assert len(elements("link")) == 1


def test_the_same_site_gives_the_same_file() -> None:
    assert single_file(SITE) == single_file(dict(SITE))


def test_a_script_that_would_end_early_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be inlined in a page"):
        single_file({**SITE, "assets/theme.js": b"'</script>'"})


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    for _ in range(2):
        SINGLE_FILE.write(single_file(SITE), report)
    assert report.read_bytes() == single_file(SITE)
    report.write_text("<p>years of work</p>")
    with pytest.raises(SiteError, match="was not written by --single-file"):
        SINGLE_FILE.write(single_file(SITE), report)
    assert report.read_text() == "<p>years of work</p>"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_is_no_place_for_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="is a folder"):
        SINGLE_FILE.check(tmp_path)
    with pytest.raises(SiteError, match="does not exist"):
        SINGLE_FILE.check(tmp_path / "none" / "report.html")
