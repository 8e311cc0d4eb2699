"""From a chapter's text to HTML: Markdown with formulas and expressions.

    The loss is {{ performance.loss | nats }}, where $\\omega = 2\\pi/10$.

The order keeps whatever was measured harmless. First, formulas and expressions are taken out, and a single
character stands in for each; then Markdown reads what is left, which is ours alone; last, what was taken out
comes back, formulas as MathML and expressions as their values, escaped. A value never passes through Markdown.

A text holds no logic: an expression names a value, applies formats to it, or shows something of the chapter.
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

from report.content.failures import FailedResultError
from report.content.formats import FORMATS
from report.errors import TextError
from report.pages.mathml import mathml

Values = Mapping[str, Any]
Functions = Mapping[str, Callable[[str], Markup]]

FIRST_STAND_IN = 0xE000
"""Of the private use area, whose characters no text uses and Markdown leaves alone."""
STAND_IN = re.compile("[\ue000-\uf8ff]")

TAKEN_OUT = re.compile(
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
"""What an expression is made of: nothing that decides or computes."""


@dataclass(frozen=True)
class Heading:
    """A section of a text, for the contents of its page."""

    anchor: str
    title: Markup


@dataclass(frozen=True)
class Prose:
    """A text as HTML."""

    html: Markup
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Piece:
    """What was taken out of a text, and where it stood."""

    kind: Literal["dollar", "inline", "display", "expression"]
    content: str
    place: str

    def __str__(self) -> str:
        return f"{{{{{self.content}}}}}"


@dataclass(frozen=True)
class Call:
    """`figure("gram")` in a text, and where it stands."""

    function: str
    name: str
    place: str


@dataclass(frozen=True)
class Text:
    """A text whose formulas and expressions are taken out."""

    skeleton: str
    pieces: tuple[Piece, ...]

    @classmethod
    def read(cls, source: str, path: str) -> Text:
        """A chapter's text; messages about it begin with `path` and a line."""
        return cls._take_out(source, lambda line: f"{path}:{line}", is_file=True)

    @classmethod
    def of_caption(cls, source: str, place: str) -> Text:
        """A caption or the like: Markdown and formulas, but braces are only braces."""
        return cls._take_out(source, lambda _: place, is_file=False)

    @classmethod
    def _take_out(cls, source: str, place_of: Callable[[int], str], *, is_file: bool) -> Text:
        pieces: list[Piece] = []

        def stand_in(match: re.Match[str]) -> str:
            kind = match.lastgroup or "code"
            place = place_of(match.string.count("\n", 0, match.start()) + 1)
            if kind == "code" or (kind in ("expression", "stray") and not is_file):
                return match[0]
            if kind == "stray":
                raise TextError(
                    f"{place}: {match[0]} begins neither a value, as in {{{{ loss }}}}, nor a formula, as in $x$; "
                    "a text holds no logic, and a dollar sign is written \\$"
                )
            if is_file and kind in ("inline", "display") and "{{" in match[kind]:
                raise TextError(f"{place}: a formula cannot hold a value; close it before {{{{ and open it after")
            pieces.append(Piece(kind, match[kind], place))  # type: ignore[arg-type]
            return chr(FIRST_STAND_IN + len(pieces) - 1)

        without_stand_ins = STAND_IN.sub("\N{REPLACEMENT CHARACTER}", source)
        return cls(TAKEN_OUT.sub(stand_in, without_stand_ins), tuple(pieces))

    def calls(self) -> Iterator[Call]:
        """What the text shows of its chapter, in reading order."""
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
        may_lack: bool = False,
    ) -> Prose:
        """The text with everything in its place.

        `blocks` are the functions whose outcome is a block of the page and no word of a paragraph; `anchors` are
        taken, so that no heading may have them. In a text that `may_lack` values, those that are not there are
        said to be missing.
        """
        body, headings = _body(self.skeleton, frozenset(anchors))
        shown = [
            _html(piece, values, functions) if not may_lack else _html_or_missing(piece, values, functions)
            for piece in self.pieces
        ]
        is_block = [any(call.function in blocks for call in _calls(piece)) for piece in self.pieces]
        body = _lift_out(body, "".join(chr(FIRST_STAND_IN + i) for i, block in enumerate(is_block) if block))

        def fill(html: str) -> Markup:
            return Markup(STAND_IN.sub(lambda found: shown[ord(found[0]) - FIRST_STAND_IN], html))

        return Prose(fill(body), tuple(Heading(anchor, fill(title)) for anchor, title in headings))


def caption(source: str, place: str) -> Markup:
    """A caption, statement or criterion as HTML; a single paragraph comes without its tags."""
    try:
        return _caption(source, "")
    except TextError:
        return _caption(source, place)  # fails again, and says where


@cache
def _caption(source: str, place: str) -> Markup:
    """The same, once for all the pages that show it."""
    html = Text.of_caption(source, place).html({}, {}, (), ()).html
    paragraph = re.fullmatch(r"<p>((?:(?!<p>).)*)</p>", html, re.DOTALL)
    return Markup(paragraph[1]) if paragraph else html


@lru_cache(maxsize=256)
def _body(skeleton: str, anchors: frozenset[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A text without its pieces as HTML, with the anchor and title of each section.

    Every text is read twice, for its page and for the search.
    """
    markdown = _markdown(anchors)
    body = markdown.reset().convert(skeleton)
    sections: list[dict[str, Any]] = getattr(markdown, "toc_tokens")  # noqa: B009
    return body, tuple((section["id"], section["html"]) for section in sections)


@cache
def _markdown(anchors: frozenset[str]) -> Markdown:
    """What reads a text whose headings must leave these anchors free; to be reset before each text."""

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
    # HTML in a text is text: what looks like markup may come from a name that was measured.
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    return markdown


def _lift_out(body: str, stand_ins: str) -> str:
    """Blocks that stand in a paragraph, moved between the paragraph's parts."""
    if not stand_ins:
        return body

    def split(paragraph: re.Match[str]) -> str:
        parts = (part.strip() for part in re.split(f"([{stand_ins}])", paragraph[1]))
        return "\n".join(part if part in stand_ins else f"<p>{part}</p>" for part in parts if part)

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
    except (TextError, FailedResultError):
        return Markup('<em class="unmeasured">not measured</em>')


def _check_expression(piece: Piece, functions: Functions) -> None:
    for node in _parse(piece).find_all(nodes.Expr):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__
            raise TextError(f"{piece.place}: {piece} holds logic ({kind}); compute it in the chapter")
    for call in _calls(piece):
        if call.function not in functions:
            known = ", ".join(sorted(functions))
            raise TextError(f"{piece.place}: a text can call {known}, not {call.function}")


def _calls(piece: Piece) -> Iterator[Call]:
    if piece.kind != "expression":
        return
    for call in _parse(piece).find_all(nodes.Call):
        match call:
            case nodes.Call(node=nodes.Name(name=function), args=[nodes.Const(value=str(name))], kwargs=[]):
                yield Call(function, name, piece.place)
            case _:
                raise TextError(f"{piece.place}: {piece}: a call is a function and a name in quotes")


@lru_cache(maxsize=1024)
def _parse(piece: Piece) -> nodes.Template:
    try:
        return ENVIRONMENT.parse(f"{piece}")
    except TemplateError as error:
        raise TextError(f"{piece.place}: {piece}: {error}") from None
