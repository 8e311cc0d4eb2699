"""The references of the report: the works that its texts cite.

They are in `references.toml`, each under the key with which a text cites it: `[@nanda2023]`, or
`[@nanda2023; @zhong2023]` for several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from report.pages.back_matter.toml_entries import read_entries

REFERENCES_FILE = Path(__file__).with_name("references.toml")

LISTED_AUTHORS = 6
"""The most authors that a short form of a reference lists."""


@dataclass(frozen=True)
class Reference:
    """A work that the report cites."""

    key: str
    title: str
    authors: tuple[str, ...]
    """The authors' names, given names first, in the order of the work."""
    year: int
    url: str
    venue: str = ""
    """Where it was published; empty for a preprint."""
    arxiv: str = ""
    """Its number on arXiv, or empty."""
    note: str = ""
    """A sentence for the list of references, such as an earlier title."""

    def __post_init__(self) -> None:
        if not self.authors:
            raise ValueError("lists no authors")

    @property
    def label(self) -> str:
        """The citation in a text, without parentheses: Nanda et al. 2023."""
        surnames = [name.rsplit(" ", 1)[-1] for name in self.authors]
        match surnames:
            case [one]:
                who = one
            case [first, second]:
                who = f"{first} and {second}"
            case _:
                who = f"{surnames[0]} et al."
        return f"{who} {self.year}"

    @property
    def all_authors(self) -> str:
        """All authors as a phrase."""
        return _joined(self.authors)

    @property
    def first_authors(self) -> str:
        """The authors as a phrase; of many authors, the first ones and how many others there are."""
        if len(self.authors) <= LISTED_AUTHORS:
            return _joined(self.authors)
        shown = self.authors[: LISTED_AUTHORS - 1]
        return f"{', '.join(shown)} and {len(self.authors) - len(shown)} others"

    @property
    def source(self) -> str:
        """Where it was published, with its number on arXiv; empty if neither is known."""
        return ", ".join(filter(None, (self.venue, self.arxiv and f"arXiv:{self.arxiv}")))

    @property
    def bibtex(self) -> str:
        """Its entry in BibTeX."""
        fields = {
            "title": f"{{{self.title}}}",
            "author": " and ".join(self.authors),
            "year": self.year,
            "howpublished": self.venue,
            "eprint": self.arxiv,
            "archiveprefix": self.arxiv and "arXiv",
            "note": self.note,
            "url": self.url,
        }
        lines = (f"  {name} = {{{value}}}," for name, value in fields.items() if value)
        return "\n".join((f"@misc{{{self.key},", *lines, "}\n"))


def references() -> Mapping[str, Reference]:
    """All references by key, sorted by their labels, as they are in the file now.

    Raises:
        TextError: if the file cannot be read, or a reference lacks a field or has another one.
    """
    return _parsed(REFERENCES_FILE.read_text(encoding="utf-8"))


def references_file() -> str:
    """All references in BibTeX."""
    return "\n".join(reference.bibtex for reference in references().values())


@lru_cache(maxsize=2)
def _parsed(source: str) -> Mapping[str, Reference]:
    entries = read_entries(source, REFERENCES_FILE, Reference, "key")
    return {one.key: one for one in sorted(entries, key=lambda one: (one.label.casefold(), one.title))}


def _joined(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
