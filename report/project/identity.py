"""What a report is called, and by whom it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

TITLE = "How a transformer adds two numbers"
SUBTITLE = (
    "A small attention-only transformer, asked for the sum of two numbers: this report measures how it computes "
    "the digits, and checks each of its claims on this checkpoint."
)


@dataclass(frozen=True)
class Author:
    """An author of a report."""

    name: str
    url: str = ""
    orcid: str = ""
    """The identifier alone: 0000-0002-1825-0097."""

    @property
    def address(self) -> str:
        """The author's page: the given one, else that of the ORCID; empty if there is none."""
        return self.url or (f"https://orcid.org/{self.orcid}" if self.orcid else "")


@dataclass(frozen=True)
class Identity:
    """The title of a report, its authors, and how it may be used; the defaults are the project's own."""

    title: str = TITLE
    subtitle: str = SUBTITLE
    authors: tuple[Author, ...] = ()
    date: str = ""
    """The date as 2026-11-29; empty if none is given."""
    licence: str = ""
    """The licence of the report's own texts."""
    repository: str = ""
    """The address of the report's own sources."""

    @property
    def year(self) -> int | None:
        """The year of the date."""
        return int(self.date[:4]) if self.date else None

    @property
    def byline(self) -> str:
        """The authors and the date in one line; empty without either."""
        return ", ".join(filter(None, (names_of(self.authors), self.date)))

    @property
    def citation_key(self) -> str:
        """The key of the citation: the first author's last name and the year, in letters and digits."""
        if not self.authors:
            return "sumint"
        decomposed = unicodedata.normalize("NFKD", self.authors[0].name.split()[-1]).lower()
        letters = "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())
        return f"{letters or 'report'}{self.year or ''}"


def names_of(authors: tuple[Author, ...]) -> str:
    """The names of authors: A, B and C."""
    names = [author.name for author in authors]
    return names[0] if len(names) == 1 else " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
