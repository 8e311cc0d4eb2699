"""The entries of the search index for the pages of the glossary and of the references."""

from __future__ import annotations

from collections.abc import Sequence

from report.pages.manuscript import Manuscript
from report.pages.notes import glossary_entries, reference_entries
from report.pages.renderer import GLOSSARY, REFERENCES
from report.pages.search_index import Listing, SearchEntry, plain


def listings(manuscripts: Sequence[Manuscript]) -> tuple[Listing, ...]:
    """The listings of terms and of references; `manuscripts` are those of all pages with text."""
    terms = (
        SearchEntry("Term", entry.term.key, entry.term.name, plain(entry.definition))
        for entry in glossary_entries(manuscripts, {})
    )
    works = (
        SearchEntry("Reference", one.key, f"{one.label}: {one.title}", f"{one.all_authors}. {one.source}")
        for one in (entry.reference for entry in reference_entries(manuscripts))
    )
    return (
        Listing(
            GLOSSARY.page, GLOSSARY.title, (SearchEntry("Page", "", GLOSSARY.title, GLOSSARY.question), *terms)
        ),
        Listing(
            REFERENCES.page,
            REFERENCES.title,
            (SearchEntry("Page", "", REFERENCES.title, REFERENCES.question), *works),
        ),
    )
