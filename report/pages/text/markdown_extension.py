"""The Markdown of texts and captions: Python-Markdown with its extensions, and an extension of our own.

A text that is converted has a placeholder of Markdown's stash of HTML in the place of each formula and expression
(each *piece*), and the stash contains a mark for each. To Markdown a mark is HTML: it leaves it as it is, puts no
paragraph around the mark of a block, and ignores it in the anchor of a heading. `fill` puts the HTML of a piece in
the place of its mark: a text is converted once and filled whenever it is shown.

The placeholders are set before Markdown reads the text, not by inline processors: a `|` in an expression would
divide a cell of a table, a blank line in a formula would divide a paragraph, and inline processors do not know the
line in the file, which error messages name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedBlockPreprocessor, FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.smarty import SmartyExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import NormalizeWhitespace
from markdown.util import HTML_PLACEHOLDER, HTML_PLACEHOLDER_RE

FENCED_CODE = FencedBlockPreprocessor.FENCED_BLOCK_RE.pattern
"""The verbose regular expression with which Markdown finds fenced code; its groups have names of their own."""

PLACEHOLDER = HTML_PLACEHOLDER_RE.pattern
MARK = re.compile(r"<(\?)?piece (\d+)\??>")
"""The mark of a piece. No text can contain one, since Markdown escapes each `<` of a text."""
MARK_IN_CODE = re.compile(r"<code[^>]*>[^<]*<\??piece (\d+)")


@dataclass(frozen=True)
class Converted:
    """A text as HTML with marks."""

    body: str
    headings: tuple[tuple[str, str], ...]
    """The anchor and the title of each section; the title is HTML with marks."""

    @property
    def piece_in_code(self) -> int | None:
        """The number of the first piece that stands in code, where Markdown shows everything as it is written."""
        mark = MARK_IN_CODE.search(self.body)
        return int(mark[1]) if mark else None


def placeholder(number: int) -> str:
    """The placeholder of a piece in the text that `convert` takes."""
    return HTML_PLACEHOLDER % number


def normalise(source: str) -> str:
    """The source with Markdown's line ends and spaces, and without the characters that delimit placeholders."""
    return "\n".join(NormalizeWhitespace(_markdown(frozenset())).run(source.split("\n")))


@lru_cache(maxsize=256)
def convert(source: str, is_block: tuple[bool, ...], anchors: frozenset[str]) -> Converted:
    """Convert a normalised text with placeholders; it is cached, since a text is shown on its page and indexed.

    `is_block` states for each piece whether it is a block of the page. No heading gets one of the `anchors`.
    """
    markdown = _markdown(anchors).reset()
    for number, block in enumerate(is_block):
        markdown.htmlStash.store(f"<?piece {number}?>" if block else f"<piece {number}>")
    body = markdown.convert(source)
    sections: list[dict[str, Any]] = getattr(markdown, "toc_tokens")  # noqa: B009
    return Converted(body, tuple((section["id"], section["html"]) for section in sections))


def fill(html: str, pieces: Sequence[str]) -> str:
    """HTML with the HTML of each piece in the place of its mark."""
    return MARK.sub(lambda mark: pieces[int(mark[2])], html)


@cache
def _markdown(anchors: frozenset[str]) -> Markdown:
    """The converter that gives no heading one of these anchors; it must be reset before each text."""
    return Markdown(
        # By its name, an extension is looked for among those that all installed packages announce.
        extensions=[
            FencedCodeExtension(),
            SaneListExtension(),
            SmartyExtension(smart_dashes=False),
            TableExtension(),
            TocExtension(slugify=_slugify(anchors), permalink="#", permalink_title="Link to this section"),
            PieceExtension(),
        ],
    )


def _slugify(anchors: frozenset[str]) -> Callable[[str, str], str]:
    def free_anchor(heading: str, separator: str) -> str:
        anchor = slugify(heading, separator)
        return f"{anchor}{separator}section" if anchor in anchors else anchor

    return free_anchor


class PieceExtension(Extension):
    """A Markdown extension that keeps placeholders of pieces, and that shows HTML in a text as text."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Markdown's name
        """Register the processors."""
        # A text is normalised before its placeholders are set, since the preprocessor would damage them.
        md.preprocessors.deregister("normalize_whitespace")
        # HTML in a text is shown as text, since it may come from a measured name.
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.ESCAPED_CHARS.append("$")
        # Between the processors of references (15) and of paragraphs (10): only paragraphs get here.
        md.parser.blockprocessors.register(BlockPieceProcessor(md.parser), "block_piece", 12)
        # Before links (160): a word in brackets is not the text of a link.
        md.inlinePatterns.register(PlainWordsProcessor(r"\[([^\[\]]+)\]\{\.plain\}", md), "plain_words", 165)
        # Before the patterns that decide by the character before a quote (30 and below).
        quotes = md.treeprocessors["smarty"].inlinePatterns  # type: ignore[attr-defined]
        quotes.register(ClosingQuoteProcessor(rf"({PLACEHOLDER})([\"'])", md), "quote_after_piece", 35)


class BlockPieceProcessor(BlockProcessor):
    """A block processor that divides a paragraph at the blocks in it, so that no block is inside a <p>."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:  # noqa: ARG002
        """Return whether this is a paragraph that contains a block; an item of a tight list has no paragraph."""
        is_paragraph = not self.parser.state.isstate("list")
        return is_paragraph and any(map(self._is_block, HTML_PLACEHOLDER_RE.finditer(block)))

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        """Add a paragraph for each block and for each text between; Markdown removes the <p> around a block."""
        text, start = blocks.pop(0), 0
        for found in filter(self._is_block, HTML_PLACEHOLDER_RE.finditer(text)):
            _add_paragraph(parent, text[start : found.start()])
            _add_paragraph(parent, found[0])
            start = found.end()
        _add_paragraph(parent, text[start:])

    def _is_block(self, found: re.Match[str]) -> bool:
        mark = _mark(self.parser.md, found[1])
        return mark is not None and mark[1] is not None


class PlainWordsProcessor(InlineProcessor):
    """An inline processor for words that are no terms of the glossary: [site]{.plain}."""

    def handleMatch(  # noqa: N802 — Markdown's name
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002
    ) -> tuple[ElementTree.Element, int, int]:
        """Return the words in an element whose class keeps marks out."""
        element = ElementTree.Element("span", {"class": "plain"})
        element.text = m[1]
        return element, m.start(), m.end()


class ClosingQuoteProcessor(InlineProcessor):
    """An inline processor for a quotation mark after a piece: it closes, as it does after a letter."""

    def handleMatch(  # noqa: N802 — Markdown's name
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002
    ) -> tuple[str | None, int | None, int | None]:
        """Return the placeholder with the closing quotation mark, unless it stands for other HTML than a piece."""
        if self.md is None or _mark(self.md, m[2]) is None:
            return None, None, None
        return m[1] + self.md.htmlStash.store("&rdquo;" if m[3] == '"' else "&rsquo;"), m.start(), m.end()


def _mark(markdown: Markdown, number: str) -> re.Match[str] | None:
    """The mark for which a placeholder stands; None if it stands for other HTML."""
    stash = markdown.htmlStash.rawHtmlBlocks
    return MARK.fullmatch(str(stash[int(number)])) if int(number) < len(stash) else None


def _add_paragraph(parent: ElementTree.Element, text: str) -> None:
    if text.strip():
        ElementTree.SubElement(parent, "p").text = text.strip()
