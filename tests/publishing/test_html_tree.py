"""HTML that is parsed into a tree and written back is unchanged."""

import pytest

from report.publishing.html_tree import Element, parse

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><script src="a.js" defer></script></head>
<body>
<!-- as it was -->
<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
<p id="it" class='x'>Of &amp; &#8211; <b>all</b><br></p>
</body>
</html>
"""


def the(tree: Element, tag: str, **attributes: str) -> Element:
    found = tree.first(tag, **attributes)
    assert found is not None
    return found


def test_what_is_not_changed_is_as_it_was_written() -> None:
    assert str(parse(PAGE)) == PAGE


def test_an_element_is_found_by_its_tag_and_its_attributes() -> None:
    tree = parse(PAGE)
    assert the(tree, "p", id="it").inside == "Of &amp; &#8211; <b>all</b><br>"
    assert tree.first("p", id="other") is None


def test_an_attribute_is_rewritten_and_escaped_and_the_others_stay() -> None:
    tree = parse('<a href="x?a=1&amp;b=2" rel="next">on</a>')
    seen = []
    the(tree, "a").rewrite(lambda name, value: seen.append(value) or ('"<' if name == "href" else value))
    assert seen == ["x?a=1&b=2", "next"]
    assert str(tree) == '<a href="&quot;&lt;" rel="next">on</a>'


def test_an_attribute_is_removed() -> None:
    tree = parse('<a aria-current="page" href="x">on</a>')
    the(tree, "a").remove("aria-current")
    assert str(tree) == '<a href="x">on</a>'


def test_a_tag_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 1: expected </b>, found </p>"):
        parse("<p><b>all</p>")
