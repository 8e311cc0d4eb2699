"""Markdown from a checkpoint's card, which may come from anybody: formulas and links to the web, and no more."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from report.errors import TextError
from report.pages.text.markdown import caption

BLOCK_MARK = re.compile(r"^\s*(?:(?:#{1,6}|>|[-+*]|\d+[.)])\s+)+")
"""What makes a heading, a quotation or a list of a line."""
LINK = re.compile(r'<a href="(?P<address>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)
IMAGE = re.compile(r"<img\b[^>]*>")


def foreign_markdown(text: str) -> Markup:
    """One line of foreign Markdown as HTML; as it was written, if it cannot be read as Markdown."""
    try:
        html = caption(BLOCK_MARK.sub("", text), "the card")
    except TextError:
        return escape(text)
    if re.search(r"<(?:p|h\d|ul|ol|pre|table|blockquote|hr)\b", html):
        return escape(text)

    def checked(link: re.Match[str]) -> str:
        return link[0] if re.match(r"https?://", link["address"]) else link["words"]

    return Markup(IMAGE.sub("", LINK.sub(checked, html)))
