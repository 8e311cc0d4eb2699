"""The marks of terms in a page: the first occurrence of each term in a section becomes a link to the glossary.

Only running text and captions are marked. Terms in links, headings, formulas, code, tables, claims and the names
of figures are not, and neither is a word that its text excludes: `[site]{.plain}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from report.pages.back_matter.glossary import Term

TOKEN = re.compile(r"<!--.*?-->|<(?P<end>/?)(?P<tag>[A-Za-z][\w-]*)(?P<rest>(?:\"[^\"]*\"|[^\">])*)>", re.DOTALL)
VOID = {"br", "hr", "img", "input", "wbr", "meta", "link", "col", "source"}

AROUND = {"p", "ul", "ol", "li", "blockquote", "em", "strong", "figure", "figcaption"}
"""The elements that may enclose a marked occurrence. Of these only a figure may have a class."""
CONTAINERS = {"p", "li", "figcaption"}
"""The elements one of which has to enclose it."""

SECTION = "h2"
"""The heading with which a section begins."""


GROUPS = 4
"""The groups of a form in the expression for all: itself, the words before the marked ones, those, those after."""


@dataclass(frozen=True)
class Marked:
    """A page with marks."""

    html: str
    terms: tuple[Term, ...]
    """The terms that are marked, in the order of their first marks."""


def marked(html: str, terms: Sequence[Term], stem: str) -> Marked:
    """The HTML of the page `stem` with a link at the first occurrence of each term in a section."""
    any_form, terms_of_forms = _forms(tuple(term for term in terms if stem not in term.not_on))
    parts: list[str] = []
    enclosing: list[tuple[str, bool]] = []
    in_section: set[str] = set()
    used: dict[str, Term] = {}

    def with_marks(text: str) -> Iterator[str]:
        end = 0
        for found in any_form.finditer(text):
            assert found.lastindex is not None
            term = terms_of_forms[found.lastindex // GROUPS]
            if term is None or term.key in in_section:
                continue
            in_section.add(term.key)
            used[term.key] = term
            before, words, after = found.group(*range(found.lastindex + 1, found.lastindex + GROUPS))
            yield f"{text[end : found.start()]}{before}{link_to(term, words)}{after}"
            end = found.end()
        yield text[end:]

    end = 0
    for token in TOKEN.finditer(html):
        parts += _text(html[end : token.start()], enclosing, with_marks)
        parts.append(token[0])
        end = token.end()
        tag = (token["tag"] or "").lower()
        if token["end"]:
            _close(enclosing, tag)
        elif tag and tag not in VOID and not token["rest"].endswith("/"):
            if tag == SECTION:
                in_section.clear()
            is_plain = tag in AROUND and (tag == "figure" or "class=" not in token["rest"])
            enclosing.append((tag, is_plain))
    parts += _text(html[end:], enclosing, with_marks)
    return Marked("".join(parts), tuple(used.values()))


def link_to(term: Term, words: str) -> str:
    """A link to a term in the glossary, described by the term's note on the page; `words` are HTML."""
    return f'<a class="term" href="glossary.html#{term.key}" aria-describedby="note-{term.key}">{words}</a>'


def _text(
    text: str, enclosing: Sequence[tuple[str, bool]], with_marks: Callable[[str], Iterator[str]]
) -> Iterable[str]:
    """The text between two tags, marked if its enclosing elements allow it."""
    can_mark = all(plain for _, plain in enclosing) and any(tag in CONTAINERS for tag, _ in enclosing)
    return with_marks(text) if can_mark else (text,)


def _close(enclosing: list[tuple[str, bool]], tag: str) -> None:
    """Remove the element that an end tag closes, with all in it that are still open."""
    for place in reversed(range(len(enclosing))):
        if enclosing[place][0] == tag:
            del enclosing[place:]
            return


@lru_cache(maxsize=64)
def _forms(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], tuple[Term | None, ...]]:
    """A regular expression for any form of these terms as whole words, and the term of each form in it.

    The longest forms come first. The term of a phrase that is never an occurrence is None.
    """
    phrases: dict[str, Term | None] = {variant: term for term in terms for variant in term.variants}
    phrases |= dict.fromkeys(phrase for term in terms for phrase in term.never)
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    alternatives = "|".join(f"({_pattern(phrase)})" for phrase in ordered)
    # Without any form the expression must match nowhere.
    any_form = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])" if ordered else r"(?!)")
    return any_form, tuple(phrases[phrase] for phrase in ordered)


def _pattern(phrase: str) -> str:
    """The regular expression of a form, with three groups; its first letter may be a capital one."""
    before, bracket, rest = phrase.partition("[")
    words, _, after = rest.partition("]")
    parts = [before, words, after] if bracket else ["", phrase, ""]
    patterns = [re.sub(r"(\\ )+", r"\\s+", re.escape(escape(part, quote=False))) for part in parts]
    patterns = [pattern.replace("’", "(?:’|&rsquo;)") for pattern in patterns]
    place = 0 if parts[0] else 1
    initial = parts[place][0]
    if initial.islower():
        patterns[place] = f"[{initial}{initial.upper()}]{patterns[place][1:]}"
    return "".join(f"({pattern})" for pattern in patterns)
