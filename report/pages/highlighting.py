"""Syntax highlighting of Python code."""

from __future__ import annotations

from functools import cache

import pygments
from markupsafe import Markup
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Operator, String, Text

COLOURED = (Comment, Keyword, Name.Class, Name.Function, Operator.Word, String)
"""The kinds of token with a colour in the style sheet; marking up all others would double a page's elements."""


@cache
def highlight(code: str) -> Markup:
    """Code as HTML in which comments, keywords, strings and defined names are marked up."""
    tokens = (
        (kind if any(kind in coloured for coloured in COLOURED) else Text, text)
        for kind, text in pygments.lex(code, PythonLexer())
    )
    return Markup(pygments.format(tokens, HtmlFormatter(nowrap=True)))
