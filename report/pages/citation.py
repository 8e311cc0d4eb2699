"""The citation of the report."""

from __future__ import annotations

from report.project.identity import Identity


def bibtex(identity: Identity, model: str, version: str, year: int | None, base_url: str) -> str:
    """The BibTeX entry of the report; the year and the address are omitted if they are not known.

    A report without authors of its own is the project's. `year` is that of the code, for a report without a date.
    """
    own = bool(identity.authors)
    authors = " and ".join(f"{{{_escaped(author.name)}}}" for author in identity.authors)
    fields = {
        "title": f"{{{_escaped(identity.title)}}}",
        "author": authors if own else "{The sumint authors}",
        "year": identity.year or year,
        "date": identity.date or None,
        "version": None if own else version,
        "note": f"Model: {_escaped(model)}; made with sumint {version}" if own else None,
        "url": base_url or None,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value is not None]
    return "\n".join([f"@misc{{{identity.citation_key},", *lines, "}\n"])


def _escaped(text: str) -> str:
    """A text for BibTeX: characters that mean something to it are escaped."""
    for character in "\\{}":
        text = text.replace(character, "")
    for character in "&%$#_":
        text = text.replace(character, f"\\{character}")
    return text
