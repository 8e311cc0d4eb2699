"""Rendering of a chapter's text to HTML: Markdown with formulas and expressions.

    The loss is {{ performance.loss | nats }}, where $\\omega = 2\\pi/10$.

The order of the steps prevents injection through measured values. First, formulas and expressions are extracted,
and a placeholder character takes the place of each; then Markdown is applied to the rest, which contains no
measured value; last, each placeholder is replaced by MathML or by the escaped value. A value never passes through
Markdown.

A text contains no logic: an expression names a value, applies formats to it, or shows content of the chapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from jinja2 import Environment, StrictUndefined, TemplateError, nodes
from markdown import Markdown
from markdown.extensions.toc import slugify
from markupsafe import Markup, escape

from report.content.formats import FORMATS
from report.errors import TextError
from report.pages.mathml import mathml

Values = Mapping[str, Any]
Functions = Mapping[str, Callable[[str], Markup]]

FIRST_PLACEHOLDER = 0xE000
"""The first character of the private use area, whose characters no text uses and Markdown leaves unchanged."""
PLACEHOLDER = re.compile("[\ue000-\uf8ff]")

PIECES = re.compile(
    r"""
      (?P<code>        ^(?P<fence>```+|~~~+).*?^(?P=fence)[ ]*$ | (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`) )
    | (?P<dollar>      \\\$ )
    | \$\$ (?P<display> .+? ) \$\$
    | \$ (?!\s) (?P<inline> [^$]+? ) (?<!\s) \$ (?!\d)
    | \{\{ (?P<expression> .*? ) \}\}
    | (?P<stray>       \{[{%\#] | \$ )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

ALLOWED = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Const, nodes.Neg, nodes.Call)
"""The node types that an expression may contain; none of them branches or computes."""


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
class Piece:
    """A formula or expression that was extracted from a text, with its place."""

    kind: Literal["dollar", "inline", "display", "expression"]
    content: str
    place: str

    def __str__(self) -> str:
        return f"{{{{{self.content}}}}}"


@dataclass(frozen=True)
class Call:
    """A call in a text, such as `figure("gram")`, with its place."""

    function: str
    name: str
    place: str


@dataclass(frozen=True)
class Text:
    """A text from which formulas and expressions have been extracted."""

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

        def placeholder(match: re.Match[str]) -> str:
            kind = match.lastgroup or "code"
            place = place_of(match.string.count("\n", 0, match.start()) + 1)
            if kind == "code" or (kind in ("expression", "stray") and not is_file):
                return match[0]
            if kind == "stray":
                raise TextError(
                    f"{place}: expected a value, as in {{{{ loss }}}}, or a formula, as in $x$, found {match[0]}; "
                    "a text contains no logic, and a dollar sign is written \\$"
                )
            if is_file and kind in ("inline", "display") and "{{" in match[kind]:
                raise TextError(
                    f"{place}: a formula cannot contain a value; end it before {{{{ and resume after }}}}"
                )
            pieces.append(Piece(kind, match[kind], place))  # type: ignore[arg-type]
            return chr(FIRST_PLACEHOLDER + len(pieces) - 1)

        without_placeholders = PLACEHOLDER.sub("\N{REPLACEMENT CHARACTER}", source)
        return cls(PIECES.sub(placeholder, without_placeholders), tuple(pieces))

    def calls(self) -> Iterator[Call]:
        """Iterate over the calls in the text, in reading order."""
        for piece in self.pieces:
            if piece.kind == "expression":
                yield from _calls(piece)

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
        body, headings = _body(self.skeleton, frozenset(anchors))
        html_of = _html_or_missing if allow_missing else _html
        rendered = [html_of(piece, values, functions) for piece in self.pieces]
        is_block = [any(call.function in blocks for call in _calls(piece)) for piece in self.pieces]
        body = _split_paragraphs(
            body, "".join(chr(FIRST_PLACEHOLDER + i) for i, block in enumerate(is_block) if block)
        )

        def fill(html: str) -> Markup:
            return Markup(PLACEHOLDER.sub(lambda match: rendered[ord(match[0]) - FIRST_PLACEHOLDER], html))

        return Prose(fill(body), tuple(Heading(anchor, fill(title)) for anchor, title in headings))


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


@lru_cache(maxsize=256)
def _body(skeleton: str, anchors: frozenset[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A text with placeholders as HTML, with the anchor and title of each section.

    It is cached because every text is rendered twice, for its page and for the search index.
    """
    markdown = _markdown(anchors)
    body = markdown.reset().convert(skeleton)
    sections: list[dict[str, Any]] = getattr(markdown, "toc_tokens")  # noqa: B009
    return body, tuple((section["id"], section["html"]) for section in sections)


@cache
def _markdown(anchors: frozenset[str]) -> Markdown:
    """The Markdown converter that gives no heading one of these anchors; it must be reset before each text."""

    def free_anchor(heading: str, separator: str) -> str:
        anchor = slugify(heading, separator)
        return f"{anchor}{separator}section" if anchor in anchors else anchor

    markdown = Markdown(
        extensions=["fenced_code", "sane_lists", "smarty", "tables", "toc"],
        extension_configs={
            "smarty": {"smart_dashes": False},
            "toc": {"slugify": free_anchor, "permalink": "#", "permalink_title": "Link to this section"},
        },
    )
    # HTML in a text is shown as text, since it may come from a measured name.
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    return markdown


def _split_paragraphs(body: str, placeholders: str) -> str:
    """Split each paragraph that contains placeholders of blocks, so that the blocks are between paragraphs."""
    if not placeholders:
        return body

    def split(paragraph: re.Match[str]) -> str:
        parts = (part.strip() for part in re.split(f"([{placeholders}])", paragraph[1]))
        return "\n".join(part if part in placeholders else f"<p>{part}</p>" for part in parts if part)

    return re.sub(r"<p>(.*?)</p>", split, body, flags=re.DOTALL)


def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    environment.filters = dict(FORMATS)
    return environment


ENVIRONMENT = _environment()


def _html(piece: Piece, values: Values, functions: Functions) -> Markup:
    match piece.kind:
        case "dollar":
            return Markup("$")
        case "inline" | "display":
            return mathml(piece.content, piece.place, display=piece.kind == "display")
        case "expression":
            _check_expression(piece, functions)
            try:
                return escape(_compiled(piece.content)(**values, **functions))
            except (TemplateError, TypeError, ValueError) as error:
                raise TextError(f"{piece.place}: {piece}: {error}") from None


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Callable[..., Any]:
    return ENVIRONMENT.compile_expression(expression, undefined_to_none=False)


def _html_or_missing(piece: Piece, values: Values, functions: Functions) -> Markup:
    try:
        return _html(piece, values, functions)
    except TextError:
        return Markup('<em class="unmeasured">not measured</em>')


def _check_expression(piece: Piece, functions: Functions) -> None:
    for node in _parse(piece).find_all(nodes.Expr):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__
            raise TextError(f"{piece.place}: {piece} contains logic ({kind}); compute the value in the chapter")
    for call in _calls(piece):
        if call.function not in functions:
            known = ", ".join(sorted(functions))
            raise TextError(f"{piece.place}: expected a call of {known}, found {call.function}")


def _calls(piece: Piece) -> Iterator[Call]:
    if piece.kind != "expression":
        return
    for call in _parse(piece).find_all(nodes.Call):
        match call:
            case nodes.Call(node=nodes.Name(name=function), args=[nodes.Const(value=str(name))], kwargs=[]):
                yield Call(function, name, piece.place)
            case _:
                raise TextError(f"{piece.place}: {piece}: a call needs one argument, a name in quotes")


@lru_cache(maxsize=1024)
def _parse(piece: Piece) -> nodes.Template:
    try:
        return ENVIRONMENT.parse(f"{piece}")
    except TemplateError as error:
        raise TextError(f"{piece.place}: {piece}: {error}") from None
