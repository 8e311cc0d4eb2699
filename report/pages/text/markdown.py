"""Rendering of a chapter's text to HTML: Markdown with formulas and expressions.

    The loss is {{ performance.loss | nats }}, where $\\omega = 2\\pi/10$.

A measured value cannot inject markup, since it never passes through Markdown. When a text is read, placeholders
take the place of its formulas, citations and expressions, its *pieces*. Markdown is applied to the rest, which
contains no measured value. Last, MathML and escaped values are put in the place of the pieces.

A text contains no logic: an expression names a value, applies formats to it, or shows content of the chapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from report.errors import TextError
from report.pages.text.citations import Citation
from report.pages.text.expressions import Call, Expression, Functions, Values, add_format
from report.pages.text.markdown_extension import FENCED_CODE, convert, fill, normalise, placeholder
from report.pages.text.mathml import mathml

PIECES = re.compile(
    rf"""
      (?P<fenced>      {FENCED_CODE} )
    | (?P<span>        (?P<ticks>`+) (?!`) (?: (?!\n\s*(?:\n|[-*+>|\#]|\d+\.)) . )+? (?<!`) (?P=ticks) (?!`) )
    | (?P<escaped>     \\[\\`$] )
    | \$\$ (?P<display> .+? ) \$\$
    | \$ (?!\s) (?P<inline> [^$]+? ) (?<!\s) \$ (?!\d)
    | \[ (?P<citation> @ [^\[\]]* ) \]
    | \{{\{{ (?P<expression> .*? ) \}}\}}
    | (?P<stray>       \{{[{{%\#] | \$ )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
"""The pieces of a text, and the code and escaped characters that may look like pieces and are left as they are.

Fenced code is what Markdown takes for it. A code span ends in the same paragraph, item, row or heading.
"""


@dataclass(frozen=True)
class Heading:
    """The heading of a section, for the contents of its page."""

    anchor: str
    title: Markup


@dataclass(frozen=True)
class Prose:
    """A text as HTML, with its headings."""

    html: Markup
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, and the place at which error messages begin."""

    latex: str
    place: str
    is_display: bool

    def __str__(self) -> str:
        return f"the formula {' '.join(self.latex.split())}"

    def calls(self) -> Iterator[Call]:
        """Iterate over the calls in the formula: it has none."""
        return iter(())

    def html(self, values: Values, functions: Functions) -> Markup:  # noqa: ARG002
        """The formula as MathML; a `TextError` if it cannot be parsed."""
        return mathml(self.latex, self.place, display=self.is_display)


Piece = Formula | Citation | Expression


@dataclass(frozen=True)
class Text:
    """A text in which placeholders have taken the place of formulas and expressions."""

    skeleton: str
    pieces: tuple[Piece, ...]

    @classmethod
    def read(cls, source: str, path: str) -> Text:
        """Read the text of a chapter; error messages begin with `path` and a line."""
        return cls._extract(source, lambda line: f"{path}:{line}", is_file=True)

    @classmethod
    def of_caption(cls, source: str, place: str) -> Text:
        """Read a caption or a similar text, with Markdown and formulas, but without expressions."""
        return cls._extract(source, lambda _: place, is_file=False)

    @classmethod
    def _extract(cls, source: str, place_of: Callable[[int], str], *, is_file: bool) -> Text:
        pieces: list[Piece] = []

        def replacement(match: re.Match[str]) -> str:
            place = place_of(match.string.count("\n", 0, match.start()) + 1)
            match match.lastgroup:
                case "inline" | "display" as kind:
                    if is_file and "{{" in match[kind]:
                        raise TextError(
                            f"{place}: a formula cannot contain a value; end it before {{{{ and resume after }}}}"
                        )
                    pieces.append(Formula(match[kind], place, is_display=kind == "display"))
                case "citation":
                    pieces.append(Citation.read(match["citation"], place))
                case "expression" if is_file:
                    pieces.append(Expression(match["expression"], place))
                case "stray" if is_file:
                    raise TextError(
                        f"{place}: expected a value, as in {{{{ loss }}}}, or a formula, as in $x$, "
                        f"found {match[0]}; a text contains no logic, and a dollar sign is written \\$"
                    )
                case _:
                    return match[0]
            return placeholder(len(pieces) - 1)

        return cls(PIECES.sub(replacement, normalise(source)), tuple(pieces))

    @property
    def citations(self) -> tuple[str, ...]:
        """The keys of the references that the text cites, in reading order, each once."""
        cited = (key for piece in self.pieces if isinstance(piece, Citation) for key in piece.keys)
        return tuple(dict.fromkeys(cited))

    def calls(self) -> Iterator[Call]:
        """Iterate over the calls in the text, in reading order."""
        for piece in self.pieces:
            yield from piece.calls()

    def html(
        self,
        values: Values,
        functions: Functions,
        blocks: Iterable[str],
        anchors: Iterable[str],
        *,
        allow_missing: bool = False,
    ) -> Prose:
        """Render the text to HTML.

        `blocks` are the functions whose output is a block of the page rather than part of a paragraph, and
        `anchors` are already in use, so that no heading may have them. With `allow_missing`, a value that does not
        exist is shown as not measured; otherwise it raises a `TextError`.
        """
        is_block = tuple(any(call.function in blocks for call in piece.calls()) for piece in self.pieces)
        converted = convert(self.skeleton, is_block, frozenset(anchors))
        if converted.piece_in_code is not None:
            piece = self.pieces[converted.piece_in_code]
            raise TextError(
                f"{piece.place}: {piece} stands in code; indent it less, or write the code between ```"
            )
        pieces = [_html(piece, values, functions, allow_missing=allow_missing) for piece in self.pieces]
        return Prose(
            Markup(fill(converted.body, pieces)),
            tuple(Heading(anchor, Markup(fill(title, pieces))) for anchor, title in converted.headings),
        )


def caption(source: str, place: str) -> Markup:
    """A caption, statement or criterion as HTML; a single paragraph is without its <p> tags."""
    try:
        return _caption(source, "")
    except TextError:
        return _caption(source, place)  # raises the same error with the place in its message


@cache
def _caption(source: str, place: str) -> Markup:
    """A caption as HTML, cached for all the pages that show it."""
    html = Text.of_caption(source, place).html({}, {}, (), ()).html
    paragraph = re.fullmatch(r"<p>((?:(?!<p>).)*)</p>", html, re.DOTALL)
    return Markup(paragraph[1]) if paragraph else html


def _html(piece: Piece, values: Values, functions: Functions, *, allow_missing: bool) -> Markup:
    try:
        return piece.html(values, functions)
    except TextError:
        if not allow_missing:
            raise
        return Markup('<em class="unmeasured">not measured</em>')


BLOCK_MARK = re.compile(r"^\s*(?:(?:#{1,6}|>|[-+*]|\d+[.)])\s+)+")
"""What makes a heading, a quotation or a list of a line."""
FOREIGN_LINK = re.compile(r'<a href="(?P<address>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)
FOREIGN_IMAGE = re.compile(r"<img\b[^>]*>")


def foreign_markdown(text: str) -> Markup:
    """One line of Markdown from a checkpoint's card, which may come from anybody, as HTML.

    Formulas and links to the web are allowed, and no more; what cannot be read as a line stands as it was written.
    """
    try:
        html = caption(BLOCK_MARK.sub("", text), "the card")
    except TextError:
        return escape(text)
    if re.search(r"<(?:p|h\d|ul|ol|pre|table|blockquote|hr)\b", html):
        return escape(text)

    def checked(link: re.Match[str]) -> str:
        return link[0] if re.match(r"https?://", link["address"]) else link["words"]

    return Markup(FOREIGN_IMAGE.sub("", FOREIGN_LINK.sub(checked, html)))


add_format("foreign_markdown", foreign_markdown)
