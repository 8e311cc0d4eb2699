"""The entries of the search index for the pages of the glossary and of the references."""

from __future__ import annotations

from dataclasses import dataclass

from report.pages.back_matter.glossary import glossary
from report.pages.back_matter.references import references
from report.pages.notes import definition_of
from report.pages.renderer import GLOSSARY, REFERENCES
from report.pages.search.entries import SearchEntry, plain
from report.pages.search.index import SearchedPage


@dataclass(frozen=True)
class Listings:
    """The pages that list terms and references, as the search finds them: the same in every report."""

    terms: SearchedPage
    works: SearchedPage


def listings() -> Listings:
    """The entries of all terms and of all references."""
    terms = (SearchEntry("Term", term.key, term.name, plain(definition_of(term))) for term in glossary())
    works = (
        SearchEntry("Reference", one.key, f"{one.label}: {one.title}", f"{one.all_authors}. {one.source}")
        for one in references().values()
    )
    return Listings(
        SearchedPage(
            GLOSSARY.page, GLOSSARY.title, (SearchEntry("Page", "", GLOSSARY.title, GLOSSARY.question), *terms)
        ),
        SearchedPage(
            REFERENCES.page,
            REFERENCES.title,
            (SearchEntry("Page", "", REFERENCES.title, REFERENCES.question), *works),
        ),
    )
