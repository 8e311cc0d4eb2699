"""The glossary of the report: its terms, and the exact words of a text that are an occurrence of each.

The terms are in `glossary.toml`. A page marks the first occurrence of a term in each of its sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from report.errors import TextError, shortened
from report.pages.back_matter.toml_entries import read_entries

GLOSSARY_FILE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True)
class Term:
    """A term of the glossary."""

    name: str
    definition: str
    """One or two sentences, in the Markdown of captions."""
    explained: str
    """The page of the site where it is explained, with an anchor: ablation.html#head-ablation."""
    variants: tuple[str, ...] = ()
    """The forms of the term in texts. Brackets limit the mark to a part of the form: the [sample]."""
    never: tuple[str, ...] = ()
    """Phrases that contain a form of the term with another meaning."""
    not_on: tuple[str, ...] = ()
    """The stems of pages that use a form of the term with another meaning."""

    @property
    def key(self) -> str:
        """The anchor of the term on the page of the glossary."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower().replace("’", "")).strip("-")


def glossary() -> tuple[Term, ...]:
    """All terms in alphabetical order, as they are in the file now.

    Raises:
        TextError: if the file cannot be read, a term lacks a field or has another one, or two terms share a form.
    """
    return _parsed(GLOSSARY_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def _parsed(source: str) -> tuple[Term, ...]:
    terms = read_entries(source, GLOSSARY_FILE, Term, "name")
    _check_forms(terms)
    return tuple(sorted(terms, key=lambda term: term.name.casefold()))


def _check_forms(terms: Iterable[Term]) -> None:
    owners: dict[str, str] = {}
    for term in terms:
        for variant in term.variants:
            if (owner := owners.setdefault(variant, term.name)) != term.name:
                raise TextError(
                    f"{shortened(GLOSSARY_FILE)}: “{variant}” is a form of both {owner} and {term.name}"
                )
