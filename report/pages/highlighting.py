"""Syntax highlighting of Python code."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from markupsafe import Markup

from sumint.store.keys import versions
from sumint.store.results import Store
from sumint.store.sources import sources_of

COLOURED = ("Comment", "Keyword", "Name.Class", "Name.Function", "Operator.Word", "String")
"""The kinds of token with a colour in the style sheet; marking up all others would double a page's elements."""


def remembered_highlight(store: Store) -> Callable[[str], Markup]:
    """The function `highlight`, whose HTML is kept between builds, since to load the lexer takes a while."""

    @cache
    def html_of(code: str) -> Markup:
        depends_on = {"code": code, "sources": sources_of(__name__), "versions": versions(("pygments",))}
        return Markup(store.remember("listing", depends_on, lambda: highlight(code).encode(), bytes).decode())

    return html_of


def highlight(code: str) -> Markup:
    """Code as HTML in which comments, keywords, strings and defined names are marked up."""
    import pygments
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer
    from pygments.token import Text, string_to_tokentype

    coloured = [string_to_tokentype(kind) for kind in COLOURED]
    tokens = (
        (kind if any(kind in one for one in coloured) else Text, text)
        for kind, text in pygments.lex(code, PythonLexer())
    )
    return Markup(pygments.format(tokens, HtmlFormatter(nowrap=True)))
