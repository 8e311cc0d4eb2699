"""The citation of the report."""

from __future__ import annotations


def bibtex(title: str, version: str, year: int | None, base_url: str) -> str:
    """The BibTeX entry of the report; the year and the address are omitted if they are not known."""
    fields = {
        "title": f"{{{title}}}",
        "author": "{The sumint authors}",
        "year": year,
        "version": version,
        "url": base_url or None,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value is not None]
    return "\n".join(["@misc{sumint,", *lines, "}\n"])
