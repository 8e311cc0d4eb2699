"""Captions are short, and titles, captions and descriptions end as they should."""

from __future__ import annotations

import re

from report.content.chapter import Absent, Chapter, Failed

WORDS_AT_MOST = 40


def test_a_caption_has_at_most_forty_words(arena_chapters: dict[str, Chapter]) -> None:
    lengths = {
        f"{stem}#{item.name}": n_words(item.caption)
        for stem, chapter in arena_chapters.items()
        for item in (*chapter.figures, *chapter.tables)
        if not isinstance(item, Absent | Failed)
    }
    assert {name: n for name, n in lengths.items() if n > WORDS_AT_MOST} == {}


def test_captions_are_sentences_and_titles_are_not(arena_chapters: dict[str, Chapter]) -> None:
    for chapter in arena_chapters.values():
        for item in (*chapter.figures, *chapter.tables):
            assert not item.title.endswith("."), item.name
            if not isinstance(item, Absent | Failed):
                assert item.caption.endswith("."), item.name


def n_words(caption: str) -> int:
    """The number of words; a formula is one."""
    return len(re.sub(r"\$[^$]*\$", "formula", caption).split())
