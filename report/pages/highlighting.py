"""Python code in colours."""

from __future__ import annotations

from functools import cache

import pygments
from markupsafe import Markup
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Operator, String, Text

COLOURED = (Comment, Keyword, Name.Class, Name.Function, Operator.Word, String)
"""What the style sheet has a colour for; marking all else up would double the elements of a page."""


@cache
def highlighted(code: str) -> Markup:
    """Code as HTML that says of comments, keywords, strings and defined names what they are."""
    tokens = (
        (kind if any(kind in coloured for coloured in COLOURED) else Text, text)
        for kind, text in pygments.lex(code, PythonLexer())
    )
    return Markup(pygments.format(tokens, HtmlFormatter(nowrap=True)))
