"""The write-up's open questions and the errors that this report corrects, as text without measurements."""

from __future__ import annotations

from report.content.chapter import Chapter
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:  # noqa: ARG001 — every chapter takes a lab
    """Return the chapter on the open questions."""
    return Chapter(
        title="Open questions",
        question="What did the write-up leave open, and how far does this report get?",
    )
