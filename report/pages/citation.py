"""How the report is cited."""

from __future__ import annotations


def bibtex(title: str, version: str, year: int | None, base_url: str) -> str:
    """How the report is cited; the year and the address are left out if they are not known."""
    fields = {
        "title": f"{{{title}}}",
        "author": "{The sumint authors}",
        "year": year,
        "version": version,
        "url": base_url or None,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value is not None]
    return "\n".join(["@misc{sumint,", *lines, "}\n"])
