"""The opening page says how the model adds, as its claims have it, and whether it resembles the write-up's."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from report.content.chapter import Absent, Chapter
from report.content.claims.checks import Check, all_of, at_least
from report.content.claims.claim import Claim
from report.pages import overview
from report.pages.claim_index import ClaimIndex
from report.pages.manuscript import BLOCKS, Manuscript
from report.pages.search.entries import plain
from report.pages.site import text_of
from sumint.checkpoints.files import Architecture
from sumint.checkpoints.resemblance import Resemblance

HOLDS, FAILS = all_of(at_least(0.5, 0.75, "{bound}")), all_of(at_least(0.5, 0.25, "{bound}"))


def checked() -> Check:
    """A stand-in for the function that makes a claim's check."""
    return HOLDS


def opening(resemblance: Resemblance | None = None, check: Check = HOLDS) -> str:
    """The visible text of the opening page if all claims have the same outcome."""
    chapter = Chapter(
        "The report",
        "Does it hold?",
        values={
            "checkpoint": Architecture(),
            "layout": Architecture().layout,
            "performance": SimpleNamespace(n_sums=1000, n_digits=4000, right_digits=3999),
            "resemblance": resemblance,
            "shifts": "1.03 and 0.72",
            "n_routes_with_a_site": 5,
            "n_carry_routes": 6,
            **overview._errors_by_nines([(0.000007, 0.002), (0.002, 0.034)]),
        },
        figures=tuple(Absent(name, "Absent", "No data.") for name in overview.FIGURES.values()),
    )
    source, path = text_of(overview)
    addresses = re.findall(r'\("([\w-]+#[\w-]+)"\)', source)
    claims = ClaimIndex(
        {
            address: Claim(address, f"It is so: {address}.", check, checked, checked, otherwise=f"Not {address}.")
            for address in addresses
        },
        resembles_the_write_ups=resemblance is not None and resemblance.is_close,
    )
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


def test_the_opening_page_answers_in_five_steps_with_measured_numbers() -> None:
    text = opening()
    assert "it explains 75.0% of the logits’ variance, or more" in text
    assert "in digits: 1.03 and 0.72." in text
    assert "0.00070%, 0.20% and 3.4% of digits are wrong behind 0, 1 and 2 nines" in text
    assert "Not unembedding#digits-on-a-circle." not in text


def test_the_answer_of_a_model_whose_claims_fail_is_what_is_true_instead() -> None:
    text = opening(check=FAILS)
    for denied in ("The ten digits lie on a circle.", "Each carry is held by one layer-0 head", "75.0%"):
        assert denied not in text
    for instead in (
        "unembedding#digits-on-a-circle",
        "how-it-carries#carry-sites",
        "every-sum#errors-grow-with-nines",
    ):
        assert f"Not {instead}." in text
