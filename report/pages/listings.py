"""The entries of the search index for the pages of the glossary and of the references."""

from __future__ import annotations

from collections.abc import Sequence

from report.pages.notes import glossary_entries, reference_entries
from report.pages.rendered_page import PageContents
from report.pages.renderer import GLOSSARY, REFERENCES
from report.pages.search.entries import SearchEntry, plain
from report.pages.search.index import SearchedPage


def listings(pages: Sequence[PageContents]) -> tuple[SearchedPage, ...]:
    """The pages that list terms and references; `pages` are all pages with text."""
    terms = (
        SearchEntry("Term", entry.term.key, entry.term.name, plain(entry.definition))
        for entry in glossary_entries(pages, {})
    )
    works = (
        SearchEntry("Reference", one.key, f"{one.label}: {one.title}", f"{one.all_authors}. {one.source}")
        for one in (entry.reference for entry in reference_entries(pages))
    )
    return (
        SearchedPage(
            GLOSSARY.page, GLOSSARY.title, (SearchEntry("Page", "", GLOSSARY.title, GLOSSARY.question), *terms)
        ),
        SearchedPage(
            REFERENCES.page,
            REFERENCES.title,
            (SearchEntry("Page", "", REFERENCES.title, REFERENCES.question), *works),
        ),
    )
