"""The marks of terms: which words of a page lead to the glossary."""

import re

import pytest

from report.pages.back_matter.glossary import Term
from report.pages.back_matter.term_marks import marked
from report.pages.text.markdown import Text

SITE = Term("site", "A head at a position.", "a.html", ("site", "sites", "carry site"), never=("web site",))
SAMPLE = Term("sample", "The sums.", "a.html", ("the [sample]", "the [sample’s]"))
COLUMN = Term("column", "Two digits.", "a.html", ("column",), not_on=("unembedding",))
INTERVAL = Term("Wilson’s interval", "An interval.", "a.html", ("Wilson’s interval",))
TERMS = (SITE, SAMPLE, COLUMN, INTERVAL)


def marks(html: str, stem: str = "carries") -> list[str]:
    """The words that are marked on a page."""
    return re.findall(r'<a class="term"[^>]*>(.*?)</a>', marked(html, TERMS, stem).html, re.DOTALL)


def test_a_term_leads_to_the_glossary_and_is_described_by_its_note() -> None:
    page = marked("<p>A carry site.</p>", TERMS, "carries")
    assert page.html == (
        '<p>A <a class="term" href="glossary.html#site" aria-describedby="note-site">carry site</a>.</p>'
    )
    assert page.terms == (SITE,)


def test_the_first_occurrence_in_each_section_is_marked() -> None:
    html = "<p>Site, site.</p><ul><li>sites</li></ul><h2 id='b'>B</h2><p>One <em>site</em>, a carry site.</p>"
    assert marks(html) == ["Site", "site"]


@pytest.mark.parametrize(
    "html",
    [
        "<h2>A site</h2>",
        "<h3>A site</h3>",
        '<p><a href="a.html">the site</a></p>',
        '<p><a href="a.html"><em>the site</em></a></p>',
        "<p><code>site</code></p>",
        "<pre><code>site</code></pre>",
        "<p><math><mtext>site</mtext></math></p>",
        "<figure><svg><text>site</text></svg></figure>",
        '<figure class="figure"><p class="figure-title">A site</p></figure>',
        '<div class="claim"><p>A site</p></div>',
        "<table><tbody><tr><td>site</td></tr></tbody></table>",
        "<details><p>site</p></details>",
        '<p title="site">A website, an on-site sitemap and a web site.</p>',
        '<p><span class="plain">site</span></p>',
        "<p><!-- site --></p>",
    ],
)
def test_nothing_else_is_marked(html: str) -> None:
    assert marked(html, TERMS, "carries").html == html


def test_captions_are_marked() -> None:
    assert marks('<figure class="figure"><figcaption>Each site.</figcaption></figure>') == ["site"]


def test_an_element_without_an_end_tag_hides_nothing_after_it() -> None:
    assert marks('<p>A<br>b <img alt=""> site</p>') == ["site"]


def test_only_the_words_in_the_brackets_of_a_form_are_marked() -> None:
    assert marks("<p>A random sample, and the\nsample’s sums.</p>") == ["sample’s"]


def test_a_form_has_an_apostrophe_in_any_notation() -> None:
    assert marks("<p>By Wilson&rsquo;s interval</p>") == ["Wilson&rsquo;s interval"]


def test_a_page_may_use_a_word_otherwise() -> None:
    assert marks("<p>A column.</p>") == ["column"]
    assert marks("<p>A column.</p>", "unembedding") == []


def test_a_text_excludes_a_word() -> None:
    html = Text.read("One [site]{.plain}, then a site.", "a.md").html({}, {}, (), ()).html
    assert html == '<p>One <span class="plain">site</span>, then a site.</p>'
    assert marked(html, TERMS, "carries").html.count('class="term"') == 1
