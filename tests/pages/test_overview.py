"""The opening page says of a checkpoint that resembles the write-up's that it does, and how much."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from report.content.chapter import Absent, Chapter
from report.content.claims.checks import Check, all_of, at_least
from report.content.claims.claim import Claim
from report.pages import overview
from report.pages.claim_index import ClaimIndex
from report.pages.manuscript import BLOCKS, Manuscript
from report.pages.search_index import plain
from report.pages.site import text_of
from sumint.checkpoints.files import Architecture
from sumint.checkpoints.resemblance import Resemblance

CHECK = all_of(at_least(0.5, 0.75, "{bound}"))


def checked() -> Check:
    """A stand-in for the function that makes a claim's check."""
    return CHECK


def opening(resemblance: Resemblance | None) -> str:
    """The visible text of the opening page."""
    chapter = Chapter(
        "The report",
        "Does it hold?",
        values={
            "checkpoint": Architecture(),
            "layout": Architecture().layout,
            "performance": SimpleNamespace(n_sums=1000, n_digits=4000, right_digits=3999),
            "resemblance": resemblance,
        },
        figures=tuple(Absent(name, "Absent", "No data.") for name in overview.FIGURES.values()),
    )
    claim = Claim("digits-on-a-circle", "They lie on a circle.", CHECK, checked, checked)
    claims = ClaimIndex(
        {"unembedding#digits-on-a-circle": claim},
        resembles_the_write_ups=resemblance is not None and resemblance.is_close,
    )
    source, path = text_of(overview)
    manuscript = Manuscript.read("index", 0, chapter, source, path, claims)
    return plain(manuscript.html(dict.fromkeys(BLOCKS, lambda _: Markup(""))).html)


def test_the_opening_page_says_that_a_checkpoint_resembles_the_write_up_s() -> None:
    text = opening(Resemblance(0.984, 0.999))
    assert "This checkpoint resembles the write-up’s" in text
    assert (
        "the least cosine of any dimension of the residual stream is 0.984 between the two embeddings and 0.999"
        in text
    )
    assert "report build --check-published" in text


@pytest.mark.parametrize("resemblance", [None, Resemblance(0.984, 0.5)], ids=["not comparable", "too far"])
def test_the_opening_page_says_nothing_of_a_checkpoint_that_does_not(resemblance: Resemblance | None) -> None:
    assert "resembles" not in opening(resemblance)
