"""The notes of a page, and what the pages of the glossary and of the references list.

A note is the definition of a term that the page marks, or a reference that it cites. It is hidden until a script
shows it beside the term or the citation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from report.pages.back_matter.glossary import Term, glossary
from report.pages.back_matter.references import Reference, references
from report.pages.back_matter.term_marks import marked
from report.pages.rendered_page import PageContents
from report.pages.text.markdown import caption

CITED = re.compile(r'<a class="reference" href="references\.html#([\w-]+)"')


@dataclass(frozen=True)
class Note:
    """The note of a term or of a reference."""

    key: str
    text: Markup
    link: str
    """The address to which the note leads."""
    link_text: str


@dataclass(frozen=True)
class GlossaryEntry:
    """The entry of a term on the page of the glossary."""

    term: Term
    definition: Markup
    address: str
    """Where the term is explained; empty if the report has no such page."""
    title: str
    """The title of that page."""


@dataclass(frozen=True)
class ReferenceEntry:
    """The entry of a work on the page of the references."""

    reference: Reference
    cited_on: tuple[tuple[str, str], ...]
    """The file name and title of each page that cites it."""


def with_notes(html: Markup, stem: str) -> tuple[Markup, tuple[Note, ...]]:
    """The HTML of the page `stem` with its terms marked, and the notes of these and of the references it cites."""
    page = marked(html, glossary(), stem)
    known = references()
    cited = dict.fromkeys(CITED.findall(html))
    notes = (*map(_of_term, page.terms), *(_of_reference(known[key]) for key in cited))
    return Markup(page.html), notes


def definition_of(term: Term) -> Markup:
    """The definition of a term as HTML."""
    return caption(term.definition, f"glossary.toml: [{term.name}]")


def glossary_entries(pages: Sequence[PageContents], titles_of_indexes: Mapping[str, str]) -> list[GlossaryEntry]:
    """The entries of all terms.

    Args:
        pages: all pages with text.
        titles_of_indexes: the titles of the index pages by file name.
    """
    by_name = {one.page: one for one in pages}
    entries = []
    for term in glossary():
        page, _, anchor = term.explained.partition("#")
        explaining = by_name.get(page)
        # What is left out on a checkpoint has no anchor there.
        has_anchor = explaining is not None and anchor in explaining.anchors
        title = explaining.title if explaining else titles_of_indexes.get(page, "")
        address = term.explained if has_anchor else page if title else ""
        entries.append(GlossaryEntry(term, definition_of(term), address, title))
    return entries


def reference_entries(pages: Sequence[PageContents]) -> list[ReferenceEntry]:
    """The entries of all references; `pages` are all pages with text."""
    return [
        ReferenceEntry(
            reference,
            tuple((one.page, one.title) for one in pages if reference.key in one.citations),
        )
        for reference in references().values()
    ]


def _of_term(term: Term) -> Note:
    return Note(term.key, definition_of(term), f"glossary.html#{term.key}", "Glossary")


def _of_reference(reference: Reference) -> Note:
    source = f" {reference.source}." if reference.source else ""
    text = Markup("{} ({}). <cite>{}</cite>.{}").format(
        reference.first_authors, reference.year, reference.title, source
    )
    return Note(reference.key, text, reference.url, _host(reference.url))


def _host(url: str) -> str:
    """The name of the web site at an address."""
    return url.split("/")[2].removeprefix("www.")
