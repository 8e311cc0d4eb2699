"""Citations in a text: `[@nanda2023]`, or `[@nanda2023; @zhong2023]` for several references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from report.errors import TextError
from report.pages.back_matter.references import Reference, references
from report.pages.text.expressions import Call, Functions, Values


@dataclass(frozen=True)
class Citation:
    """References that are cited together, and the place at which error messages begin."""

    keys: tuple[str, ...]
    place: str

    @classmethod
    def read(cls, source: str, place: str) -> Citation:
        """Read what stands between the brackets of a citation.

        Raises:
            TextError: if it is not a list of keys, or if there is no reference with one of the keys.
        """
        keys = tuple(key.strip() for key in source.split(";"))
        if not all(key.startswith("@") for key in keys):
            raise TextError(f"{place}: expected a citation such as [@nanda2023; @zhong2023], found [{source}]")
        citation = cls(tuple(key.removeprefix("@") for key in keys), place)
        known = references()
        for key in citation.keys:
            if key not in known:
                raise TextError(
                    f"{place}: there is no reference {key}; references.toml has {', '.join(sorted(known))}"
                )
        return citation

    def __str__(self) -> str:
        return f"the citation [{'; '.join(f'@{key}' for key in self.keys)}]"

    def calls(self) -> Iterator[Call]:
        """Iterate over the calls in the citation: it has none."""
        return iter(())

    def html(self, values: Values, functions: Functions) -> Markup:  # noqa: ARG002
        """The citation in parentheses, with a link to each reference."""
        known = references()
        return Markup("({})").format(Markup("; ").join(link_to(known[key]) for key in self.keys))


def link_to(reference: Reference) -> Markup:
    """A link to a reference in the list of references, described by the reference's note on the page."""
    return Markup('<a class="reference" href="references.html#{0}" aria-describedby="note-{0}">{1}</a>').format(
        reference.key, reference.label
    )
