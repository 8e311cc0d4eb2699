"""The marks of terms in a page: the first occurrence of each term in a section becomes a link to the glossary.

Only running text and captions are marked. Terms in links, headings, formulas, code, tables, claims and the names
of figures are not, and neither is a word that its text excludes: `[site]{.plain}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import NamedTuple

from report.pages.back_matter.glossary import Term

TOKEN = re.compile(r"<!--.*?-->|<(?P<end>/?)(?P<tag>[A-Za-z][\w-]*)(?P<rest>(?:\"[^\"]*\"|[^\">])*)>", re.DOTALL)
VOID = {"br", "hr", "img", "input", "wbr", "meta", "link", "col", "source"}

AROUND = {"p", "ul", "ol", "li", "blockquote", "em", "strong", "figure", "figcaption"}
"""The elements that may enclose a marked occurrence. Of these only a figure may have a class."""
CONTAINERS = {"p", "li", "figcaption"}
"""The elements one of which has to enclose it."""

SECTION = "h2"
"""The heading with which a section begins."""


@dataclass(frozen=True)
class Marked:
    """A page with marks."""

    html: str
    terms: tuple[Term, ...]
    """The terms that are marked, in the order of their first marks."""


def marked(html: str, terms: Sequence[Term], stem: str) -> Marked:
    """The HTML of the page `stem` with a link at the first occurrence of each term in a section."""
    forms = _Forms.of(tuple(term for term in terms if stem not in term.not_on))
    parts: list[str] = []
    enclosing = [_Element("", is_around=True, is_inside=False)]
    in_section: set[str] = set()
    used: dict[str, Term] = {}

    def with_marks(text: str) -> Iterator[str]:
        end = 0
        for found in forms.any_form.finditer(text):
            phrase, term = forms.of_words(found[0])
            if term is None or term.key in in_section:
                continue
            in_section.add(term.key)
            used[term.key] = term
            before, words, after = _parted(found[0], phrase)
            yield f"{text[end : found.start()]}{before}{link_to(term, words)}{after}"
            end = found.end()
        yield text[end:]

    end = 0
    for token in TOKEN.finditer(html):
        parts += _text(html[end : token.start()], enclosing[-1], with_marks)
        parts.append(token[0])
        end = token.end()
        tag = (token["tag"] or "").lower()
        if token["end"]:
            _close(enclosing, tag)
        elif tag and tag not in VOID and not token["rest"].endswith("/"):
            if tag == SECTION:
                in_section.clear()
            enclosing.append(enclosing[-1].with_child(tag, token["rest"]))
    parts += _text(html[end:], enclosing[-1], with_marks)
    return Marked("".join(parts), tuple(used.values()))


def link_to(term: Term, words: str) -> str:
    """A link to a term in the glossary, described by the term's note on the page; `words` are HTML."""
    return f'<a class="term" href="glossary.html#{term.key}" aria-describedby="note-{term.key}">{words}</a>'


class _Element(NamedTuple):
    """An element that is open."""

    tag: str
    is_around: bool
    """Whether it and all that enclose it may enclose a marked occurrence."""
    is_inside: bool
    """Whether it or one that encloses it is among the `CONTAINERS`."""

    def with_child(self, tag: str, attributes: str) -> _Element:
        """An element in this one."""
        is_plain = tag in AROUND and (tag == "figure" or "class=" not in attributes)
        return _Element(tag, self.is_around and is_plain, self.is_inside or tag in CONTAINERS)


def _text(text: str, element: _Element, with_marks: Callable[[str], Iterator[str]]) -> Iterable[str]:
    """The text between two tags, marked if its elements allow it."""
    return with_marks(text) if text and element.is_around and element.is_inside else (text,)


def _close(enclosing: list[_Element], tag: str) -> None:
    """Remove the element that an end tag closes, with all in it that are still open."""
    for place in range(len(enclosing) - 1, 0, -1):
        if enclosing[place].tag == tag:
            del enclosing[place:]
            return


@dataclass(frozen=True)
class _Forms:
    """The forms of terms, and the phrases that are none."""

    any_form: re.Pattern[str]
    """A regular expression for any of them as whole words; of several, the longest."""
    terms: Mapping[str, tuple[str, Term | None]]
    """Each phrase and its term by the words that it stands for; a phrase that is never an occurrence has none."""

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, terms: tuple[Term, ...]) -> _Forms:
        """The forms of these terms."""
        phrases: dict[str, Term | None] = {variant: term for term in terms for variant in term.variants}
        phrases |= dict.fromkeys(phrase for term in terms for phrase in term.never)
        ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
        # By their initials they are searched for in a third of the time.
        by_initial: dict[str, list[str]] = {}
        for phrase in ordered:
            by_initial.setdefault("".join(_parts(phrase))[0].lower(), []).append("".join(_patterns(phrase)))
        alternatives = "|".join(f"(?:{'|'.join(patterns)})" for patterns in by_initial.values())
        # Without any form the expression must match nowhere.
        any_form = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])" if ordered else r"(?!)")
        return cls(any_form, {_words("".join(_parts(one))): (one, phrases[one]) for one in reversed(ordered)})

    def of_words(self, html: str) -> tuple[str, Term | None]:
        """The phrase that these words are, and its term."""
        words = _words(html)
        return self.terms.get(words) or self.terms[words[0].lower() + words[1:]]


def _parts(phrase: str) -> tuple[str, str, str]:
    """The HTML of a phrase in three parts: the words before the marked ones, the marked ones, and those after."""
    before, bracket, rest = escape(phrase, quote=False).partition("[")
    words, _, after = rest.partition("]")
    return (before, words, after) if bracket else ("", before, "")


def _words(html: str) -> str:
    """The words of HTML without differences that do not count."""
    return " ".join(html.replace("&rsquo;", "’").split())


def _patterns(phrase: str) -> list[str]:
    """The regular expressions of the parts of a phrase; its first letter may be a capital one."""
    parts = _parts(phrase)
    patterns = [re.sub(r"(\\ )+", r"\\s+", re.escape(part)) for part in parts]
    patterns = [pattern.replace("’", "(?:’|&rsquo;)") for pattern in patterns]
    place = 0 if parts[0] else 1
    initial = parts[place][0]
    if initial.islower():
        patterns[place] = f"[{initial}{initial.upper()}]{patterns[place][1:]}"
    return patterns


def _parted(html: str, phrase: str) -> tuple[str, str, str]:
    """An occurrence of a phrase in the same three parts."""
    if "[" not in phrase:
        return "", html, ""
    found = re.fullmatch("".join(f"({pattern})" for pattern in _patterns(phrase)), html)
    assert found is not None
    return found[1], found[2], found[3]
