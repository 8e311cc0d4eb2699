"""A page as HTML, and what the lists of the report contain of it: what a build keeps of a page for the next."""

from __future__ import annotations

from dataclasses import dataclass

from report.pages.manuscript import IndexEntry, Manuscript
from report.pages.search.entries import entries_of
from report.pages.search.index import SearchedPage


@dataclass(frozen=True)
class PageContents:
    """What the index of figures, the glossary, the references and the search index contain of a page."""

    stem: str
    number: int
    """The number of the chapter; 0 for the opening page."""
    index_entries: tuple[IndexEntry, ...]
    """The entries of its figures and tables in the index of figures."""
    anchors: tuple[str, ...]
    """The anchors of its sections, figures, tables and claims."""
    citations: tuple[str, ...]
    """The keys of the references that it cites."""
    searched: SearchedPage
    """Its entries in the search index."""

    @classmethod
    def of(cls, manuscript: Manuscript) -> PageContents:
        """The contents of a page with text."""
        return cls(
            manuscript.stem,
            manuscript.number,
            manuscript.index_entries,
            tuple(sorted(manuscript.every_anchor)),
            manuscript.text.citations,
            SearchedPage(manuscript.page, manuscript.chapter.title, tuple(entries_of(manuscript))),
        )

    @property
    def page(self) -> str:
        """The file name of the page."""
        return self.searched.page

    @property
    def title(self) -> str:
        return self.searched.title


@dataclass(frozen=True)
class RenderedPage:
    """A page."""

    html: str
    contents: PageContents
