"""What the opening page and the page of claims list of each claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from report.content.chapter import Chapter
from report.content.claims.claim import Claim
from report.content.formats import percent
from report.pages.text.markdown import caption

LARGEST_MARGIN = 10.0
"""The largest relative margin that is stated as a number."""
SMALL_MARGIN = 0.05
"""A relative margin below this has a decimal place."""


def claim_row(stem: str, claim: Claim) -> dict[str, Any]:
    """The values of a claim's row on the page of claims."""
    margin = claim.check.margin
    return {
        "item": claim,
        "sentence": caption(claim.sentence, f"{stem}: claim {claim.name}"),
        "why_not": claim.check.error or caption(claim.check.value, f"{stem}: claim {claim.name}"),
        "address": f"{stem}.html#{claim.name}",
        "margin": "" if margin is None else _signed(margin),
    }


def _signed(margin: float) -> str:
    """A relative margin as a percentage with its sign, up to `LARGEST_MARGIN`."""
    if margin > LARGEST_MARGIN:
        return f"over +{percent(LARGEST_MARGIN, 0)}"
    text = percent(margin, 0 if abs(margin) >= SMALL_MARGIN else 1)
    return text if margin <= 0 else f"+{text}" if text[0].isdigit() else text.replace(" ", " +", 1)


def holding_of_checked(claims: Iterable[Claim]) -> tuple[int, int]:
    """How many claims hold, and how many were checked."""
    checked = [claim.holds for claim in claims if claim.is_counted]
    return sum(checked), len(checked)


def main_findings(stem: str, chapter: Chapter) -> list[tuple[str, Claim, Markup]]:
    """The claims that state a chapter's main results, each with its address and its statement as HTML."""
    claims = {claim.name: claim for claim in chapter.claims}
    return [
        (f"{stem}.html#{name}", claims[name], caption(claims[name].statement, f"{stem}: claim {name}"))
        for name in chapter.findings
        if name in claims
    ]
