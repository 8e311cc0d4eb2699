"""The write-up's open questions and the errors that this report corrects, as text without measurements."""

from __future__ import annotations

from report.content.chapter import ChapterPlan

PLAN = ChapterPlan(
    title="Open questions",
    question="What did the write-up leave open, and what do this report’s claims answer?",
)
