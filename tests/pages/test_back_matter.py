"""The glossary and the references, how the texts refer to them, and the pages that list them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from report.content.chapter import Chapter, stem_of
from report.errors import TextError
from report.outline import OUTLINE
from report.pages import overview
from report.pages.back_matter import glossary as glossary_module
from report.pages.back_matter import references as references_module
from report.pages.back_matter.glossary import glossary
from report.pages.back_matter.references import Reference, references, references_file
from report.pages.claim_index import ClaimIndex
from report.pages.listings import listings
from report.pages.manuscript import Manuscript
from report.pages.notes import definition_of, glossary_entries, reference_entries, with_notes
from report.pages.rendered_page import PageContents
from report.pages.renderer import TITLES_OF_INDEXES
from report.pages.site import text_of
from report.pages.text.conditions import without_conditions
from report.pages.text.markdown import Text, caption

PAGES = {"index.html", *(f"{stem_of(module)}.html" for module in OUTLINE), *TITLES_OF_INDEXES}


@pytest.fixture(scope="module")
def pages(arena_chapters: Mapping[str, Any]) -> list[PageContents]:
    """The contents of all chapters' pages on the write-up's checkpoint."""
    claims = ClaimIndex.of(arena_chapters, is_the_write_ups=True, compares_seeds=True)
    return [
        PageContents.of(
            Manuscript.read(stem_of(module), number, arena_chapters[stem_of(module)], *text_of(module), claims)
        )
        for number, module in enumerate(OUTLINE, start=1)
    ]


def of_text(text: str) -> PageContents:
    return PageContents.of(manuscript_of(text))


def manuscript_of(text: str) -> Manuscript:
    return Manuscript.read("carries", 1, Chapter("Carries", "What?"), text, Path("carries.md"))


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term.key)
def test_a_term_has_a_definition_and_a_page_that_exists(term: glossary_module.Term) -> None:
    assert definition_of(term).endswith(".")
    assert term.explained.partition("#")[0] in PAGES


def test_every_term_is_explained_at_an_anchor_that_exists(pages: list[PageContents]) -> None:
    entries = glossary_entries(pages, {**TITLES_OF_INDEXES, "index.html": "The report"})
    assert [entry.address for entry in entries] == [entry.term.explained for entry in entries]


def test_the_keys_of_terms_and_references_are_all_different() -> None:
    keys = [*(term.key for term in glossary()), *references()]
    assert len(set(keys)) == len(keys)
    labels = [reference.label for reference in references().values()]
    assert len(set(labels)) == len(labels)


def test_a_term_whose_anchor_is_missing_leads_to_the_page() -> None:
    addresses = {entry.term.name: entry.address for entry in glossary_entries([of_text("Text.")], {})}
    assert addresses["carry-in"] == "carries.html"
    assert addresses["site"] == ""


def test_every_reference_is_cited() -> None:
    cited = {
        key
        for module in (overview, *OUTLINE)
        for source, path in [text_of(module)]
        for key in Text.read(without_conditions(source), str(path)).citations
    }
    assert set(references()) == cited


def test_a_reference_lists_the_pages_that_cite_it() -> None:
    cited_on = {
        entry.reference.key: entry.cited_on for entry in reference_entries([of_text("It is [@nanda2023].")])
    }
    assert cited_on["nanda2023"] == (("carries.html", "Carries"),)
    assert cited_on["zhong2023"] == ()


def test_a_citation_is_a_link_to_each_reference() -> None:
    html = caption("Before [@quirke2023; @nanda2023].", "a place")
    assert html == (
        'Before (<a class="reference" href="references.html#quirke2023" aria-describedby="note-quirke2023">'
        'Quirke and Barez 2023</a>; <a class="reference" href="references.html#nanda2023" '
        'aria-describedby="note-nanda2023">Nanda et al. 2023</a>).'
    )


def test_a_citation_in_code_stays_as_it_is() -> None:
    assert caption("Write `[@nanda2023]`.", "a place") == "Write <code>[@nanda2023]</code>."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("One.\n\nTwo [@nobody1999].", r"^carries\.md:3: there is no reference nobody1999; .*nanda2023"),
        ("One [@nanda2023; zhong2023].", r"^carries\.md:1: expected a citation such as .*, found \[@nanda2023; "),
        ('{% if fails("a") %}\nTwo [@nobody1999].\n{% endif %}', r"names a claim that does not exist"),
        (
            "{% if not can_add %}\nTwo [@nobody1999].\n{% endif %}",
            r"^carries\.md:2: there is no reference nobody1999",
        ),
    ],
)
def test_a_citation_that_cannot_be_read_is_an_error_with_its_line(text: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        of_text(text)


def test_a_page_has_a_note_for_each_term_and_each_reference_once() -> None:
    text = "A site [@nanda2023], a site.\n\n## More\n\nA site [@nanda2023; @wilson1927]."
    html = manuscript_of(text).html({}).html
    _, notes = with_notes(html, "carries")
    assert [note.key for note in notes] == ["site", "nanda2023", "wilson1927"]
    assert notes[0].link == "glossary.html#site"
    assert notes[2].text == (
        "Edwin B. Wilson (1927). "
        "<cite>Probable Inference, the Law of Succession, and Statistical Inference</cite>. "
        "Journal of the American Statistical Association 22 (158), 209–212."
    )


def test_a_long_list_of_authors_is_shortened() -> None:
    work = Reference("a", "A", ("A B", "C D", "E F", "G H", "I J", "K L", "M N"), 2000, "https://a.org/")
    assert work.first_authors == "A B, C D, E F, G H, I J and 2 others"
    assert work.all_authors == "A B, C D, E F, G H, I J, K L and M N"
    assert work.label == "B et al. 2000"


def test_the_references_are_in_bibtex() -> None:
    assert (
        "@misc{heimersheim2024,\n  title = {{How to use and interpret activation patching}},\n"
        "  author = {Stefan Heimersheim and Neel Nanda},\n  year = {2024},\n  eprint = {2404.15255},\n"
        "  archiveprefix = {arXiv},\n  url = {https://arxiv.org/abs/2404.15255},\n}\n"
    ) in references_file()


def test_both_pages_are_in_the_search_index() -> None:
    found = listings()
    assert ("Term", "site") in [(entry.kind, entry.title) for entry in found.terms.entries]
    assert ("Reference", "nanda2023") in [(entry.kind, entry.anchor) for entry in found.works.entries]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('["a"]\ndefinition = "A."', r"glossary\.toml: \[a\] lacks explained"),
        (
            '["a"]\ndefinition = "A."\nexplained = "a.html"\nform = 1',
            r"\[a\] has form; expected name, definition, ",
        ),
        ("[a", r"glossary\.toml: Expected ']'"),
        (
            '["a"]\ndefinition = "A."\nexplained = "a.html"\nvariants = ["x"]\n'
            '["b"]\ndefinition = "B."\nexplained = "a.html"\nvariants = ["x"]',
            r"“x” is a form of both a and b",
        ),
    ],
)
def test_a_glossary_that_cannot_be_read_says_why(source: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        glossary_module._parsed(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('[a]\ntitle = "A"\nyear = 1\nurl = "u"', r"references\.toml: \[a\] lacks authors"),
        ('[a]\ntitle = "A"\nyear = 1\nurl = "u"\nauthors = []', r"references\.toml: \[a\] lists no authors"),
        ('[a]\nauthors = ["B"]\nyear = 1\nurl = "u"', r"references\.toml: \[a\] lacks title"),
        ("[a", r"references\.toml: Expected ']'"),
    ],
)
def test_references_that_cannot_be_read_say_why(source: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        references_module._parsed(source)
