"""What the write-up asks at its end, and what it got wrong on the way; nothing is measured here."""

from __future__ import annotations

from report.content.chapter import Chapter
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:  # noqa: ARG001 — a chapter is made from a lab, also where it measures nothing
    """The chapter on what is left open."""
    return Chapter(
        title="Open questions",
        question="What did the write-up leave open, and how far does this report get?",
    )
